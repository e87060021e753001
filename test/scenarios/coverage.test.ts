import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import { catalogue } from "../../src/scenarios/catalogue.ts";
import { count, coverageOf, type Outcomes } from "../../src/scenarios/coverage.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { asSnapshot, smallWorkflow } from "../plan/small-workflow.ts";
import { FOLDER, memoryFiles, snapshotOf } from "../snapshot/memory-files.ts";
import { takingTurns } from "../support/portion.ts";
import { ownWorkflows, playAll, vector } from "./playing.ts";

const it = takingTurns(import.meta.url);

const GRANT = "agent_governance::WF_GRANT_TOOL_V0";
const REVOKE = "agent_governance::WF_REVOKE_GRANT_V0";

function started(run: string, workflow: string): TraceEvent {
  return { event_type: "execution_start", run, payload: { workflow_code: workflow } } as unknown as TraceEvent;
}

function ended(run: string, node: string, status: string): TraceEvent {
  return { event_type: "node_end", run, node_id: node, payload: { status } } as unknown as TraceEvent;
}

async function takenOf(events: readonly TraceEvent[], overlay: readonly string[] = []) {
  const outcomes: Outcomes = new Map();
  count(outcomes, events, new Map(overlay.map((path) => [path, {}])));
  const coverage = await coverageOf(await ownWorkflows(), outcomes);
  return Object.fromEntries(coverage.map(({ workflow, taken }) => [workflow, taken]));
}

it("an edge is counted once, however often it is taken", async () => {
  const [played] = await playAll(vector("tool-grants", "a grant"));
  const events = played?.events ?? [];
  const taken = await takenOf([...events, ...events]);
  assert.deepEqual([taken[GRANT], taken[REVOKE]], [6, 0]);
});

it("every edge is either taken or listed as not taken", async () => {
  const coverage = await coverageOf(
    await ownWorkflows(),
    new Map([
      [REVOKE, { nodes: new Map([["X", new Map([["ACK", { count: 1, staged: 0 }]])]]), admission: new Map() }],
    ]),
  );
  assert.deepEqual(
    coverage.map(({ workflow }) => workflow),
    [...coverage.map(({ workflow }) => workflow)].sort(),
  );
  assert.equal(coverage.length, 5);
  for (const { declared, taken, untaken } of coverage) assert.deepEqual([taken, untaken.length], [0, declared]);
});

test("the edges of a nested run are those of its own workflow", async () => {
  const taken = await takenOf([
    started("0", GRANT),
    started("0.1", REVOKE),
    ended("0.1", "IN_REVOCATION_REQUESTED", "ACK"),
    ended("0.1", "WITHDRAW_GRANT", "NOT_FOUND"),
    ended("0", "IN_TOOL_REQUESTED", "ACK"),
  ]);
  assert.deepEqual([taken[GRANT], taken[REVOKE]], [1, 2]);
});

test("a workflow that is laid over the snapshot's own takes none of its edges", async () => {
  const events = [started("0", GRANT), ended("0", "IN_TOOL_REQUESTED", "ACK")];
  const file = "artifacts/workflows/agent_governance__WF_GRANT_TOOL_V0.json";
  assert.deepEqual([(await takenOf(events))[GRANT], (await takenOf(events, [file]))[GRANT]], [1, 0]);
});

test("a default edge is taken by an outcome without an edge of its own", async () => {
  const blocks = smallWorkflow();
  const contract = blocks["test::WF_X_V0"].core.nodes.DO;
  (contract as { next: unknown }).next = { default: "OUT", SUCCESS: "END" };
  const workflows = catalogue(await openSnapshot(FOLDER, memoryFiles(asSnapshot(blocks))), registry);
  const outcomes: Outcomes = new Map();
  count(outcomes, [started("0", "test::WF_X_V0"), ended("0", "DO", "BACKEND_ERROR")], new Map());
  const [coverage] = await coverageOf(workflows, outcomes);
  assert.equal(coverage?.refused, undefined);
  assert.deepEqual(coverage?.untaken.map(({ from, outcome }) => `${from} ${outcome}`).sort(), [
    "ASK ACK",
    "ASK NACK",
    "DO SUCCESS",
  ]);
});

test("the edges of a workflow that does not compile are not known", async () => {
  const files = memoryFiles(snapshotOf({ "trial::WF_BAD_V0": "core: { start_node: nowhere, nodes: {} }" }));
  const [coverage] = await coverageOf(catalogue(await openSnapshot(FOLDER, files), registry), new Map());
  assert.equal(coverage?.declared, 0);
  assert.match(coverage?.refused ?? "", /does not compile/);
});
