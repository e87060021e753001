/** Each kind of difference is found, on vectors that are right but for one place. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/json/value.ts";
import { CompileFault } from "../../src/plan/errors.ts";
import { nodeFiles } from "../../src/platform/node-ports.ts";
import type { ScenarioEnvironment } from "../../src/scenarios/environment.ts";
import { ScenarioFault } from "../../src/scenarios/errors.ts";
import { artifact } from "../snapshot/memory-files.ts";
import { takingTurns } from "../support/portion.ts";
import { changed, placesOf, playAll, surroundings, vector } from "./playing.ts";

const it = takingTurns(import.meta.url);

const GRANT = "the same grant in a data root of its own";
const grant = vector("tool-grants", GRANT);
const again = vector("tool-grants", "the same grant again");
const denied = vector("release-lifecycle", "no change is named");
const rejected = vector("tool-grants", "nothing in it is right");
const AUDIT = "/steps/0/data_after/agent_governance~1tool_audit.jsonl";

it("a scenario that comes out as it should differs nowhere, and leaves nothing behind", async () => {
  const folders: string[] = [];
  const watched: ScenarioEnvironment = {
    ...surroundings,
    openTempFolder: async () => {
      const scratch = await surroundings.openTempFolder();
      folders.push(scratch.folder);
      return scratch;
    },
  };
  const played = await playAll(grant, watched);
  assert.deepEqual(
    played.map(({ differences, fault }) => [differences, fault]),
    [[[], null]],
  );
  assert.ok((played[0]?.seconds ?? 0) > 0);
  assert.equal(folders.length, 1);
  assert.equal(nodeFiles.realPath(folders[0] as string), null);
});

const wrong: readonly (readonly [about: string, at: string, value: Json | undefined, found: string])[] = [
  ["status", "/status", "FAILED", "/status"],
  ["outcome", "/outcome", "ACK", "/outcome"],
  ["exit reason", "/exit_reason_code", "EXIT_FAILED", "/exit_reason_code"],
  ["exit code", "/exit_code", 1, "/exit_code"],
  ["an outcome on the path", "/path/1/outcome", "NOT_FOUND", "/path/1/outcome"],
  ["another way taken", "/path/2/next", "DENY_TOOL", "/path/2/next"],
  ["a store", "/effects/0/store", "OTHER", "/effects/0/store"],
  ["an effect's outcome", "/effects/2/outcome", "BACKEND_ERROR", "/effects/2/outcome"],
  ["the order of events", "/events", ["EV_OTHER_V0", "EV_TOOL_GRANTED_V0"], "/events/0"],
  ["an event that is not announced", "/events", [], "/events/0"],
  ["a result", "/results/REGISTER_GRANT/grant_id", "GRANT_0", "/results/REGISTER_GRANT/grant_id"],
  ["a result too much", "/results/REGISTER_GRANT", undefined, "/results/REGISTER_GRANT"],
  ["violations", "/violations", ["/tool"], "/violations/0"],
  ["a refusal", "/refusal", "NO_TRANSITION", "/refusal"],
  ["any refusal, where there is none", "/refusal", "«any»", "/refusal"],
  ["a refusal's place", "/refusal_at", { stage: "walk" }, "/refusal_at"],
  [
    "nested refusals",
    "/nested_refusals",
    [{ run: "0.1", code: "DEPTH_LIMIT", node: null }],
    "/nested_refusals/0",
  ],
  ["reasons not to compile", "/compile_reasons", 1, "/compile_reasons"],
  ["a suppressed field", "/suppressed_payload", ["/purpose"], "/suppressed_payload/0"],
];
for (const [about, at, value, found] of wrong) {
  it(`found: ${about}`, async () => {
    const vector = changed(grant, { [`/steps/0/expect${at}`]: value });
    assert.deepEqual(await placesOf(vector), [[`/expect${found}`]]);
  });
}

test("found: an effect more than was expected, and one that was left out", async () => {
  const effects = (grant["steps"] as never)[0]["expect"]["effects"] as Json[];
  const fewer = changed(grant, { "/steps/0/expect/effects": effects.slice(1) });
  const more = changed(grant, { "/steps/0/expect/effects": [...effects, effects[0] as Json] });
  assert.deepEqual(await placesOf(fewer), [["/expect/effects/0"]]);
  assert.deepEqual(await placesOf(more), [["/expect/effects/3"]]);
});

test("found: a store that is expected to be absent where one was named", async () => {
  assert.deepEqual(await placesOf(changed(grant, { "/steps/0/expect/effects/0/store": undefined })), [
    ["/expect/effects/0/store"],
  ]);
});

it("found: a rule that was not met, with its constraint and its event", async () => {
  const intent = changed(rejected, { "/steps/0/expect/violation_detail/0/constraint": "type" });
  assert.deepEqual(await placesOf(intent), [["/expect/violation_detail/0/constraint"]]);
  const admission = changed(denied, { "/steps/0/expect/violation_detail/0/event": "EV_OTHER_V0" });
  assert.deepEqual(await placesOf(admission), [["/expect/violation_detail/0/event"]]);
});

it("found: data that is other than expected, expected and not there, or not expected", async () => {
  const other = changed(grant, { [`${AUDIT}/jsonl/0/record/tool`]: "other" });
  assert.deepEqual(await placesOf(other), [[AUDIT.replace("/steps/0", "").concat("/jsonl/0/record/tool")]]);
  const missing = changed(grant, { "/steps/0/data_after/a.json": { json: {} } });
  assert.deepEqual(await placesOf(missing), [["/data_after/a.json/json"]]);
  const unexpected = changed(grant, { [AUDIT]: undefined });
  const [places] = await placesOf(unexpected);
  assert.ok(places?.every((at) => at.startsWith("/data_after/agent_governance~1tool_audit.jsonl/text/")));
  assert.ok((places?.length ?? 0) > 0);
});

it("found: a text that may appear nowhere, in each output in which it does", async () => {
  const leaking = changed(grant, { "/steps/0/expect/must_not_appear": ["never said", "run_report"] });
  const [played] = await playAll(leaking);
  assert.deepEqual(played?.differences, [
    { at: "/expect/must_not_appear/1", found: "in the trace" },
    { at: "/expect/must_not_appear/1", found: "in the Markdown" },
    { at: "/expect/must_not_appear/1", found: "in the JSON document" },
  ]);
  const picture = changed(grant, { "/steps/0/expect/must_not_appear": ["REGISTER_GRANT"] });
  const [drawn] = await playAll(picture);
  const places = drawn?.differences.map(({ found }) => found);
  assert.ok(places?.includes("in the picture") && places.includes("in the report"), String(places));
});

test("found: a trace that somebody changed, or that does not replay", async () => {
  const changing: ScenarioEnvironment = {
    ...surroundings,
    files: {
      ...nodeFiles,
      read(path) {
        const bytes = nodeFiles.read(path);
        const isTrace = bytes !== null && path.includes("/traces/");
        return isTrace
          ? Buffer.from(Buffer.from(bytes).toString().replace("run_report", "run_rapport"))
          : bytes;
      },
    },
  };
  const [played] = await playAll(grant, changing);
  const codes = played?.differences.map(({ at, found }) => [at, (found as { code: string }).code]);
  assert.deepEqual(codes?.[0], ["/trace/0", "BAD_HASH"]);
});

it("a refusal before the run is held to the expectation too", async () => {
  const refused = {
    ...{ status: null, outcome: null, exit_reason_code: null, exit_code: 2, path: [], effects: [], events: [] },
    ...{ results: {}, violations: [], refusal: "«any»", refusal_at: { stage: "usage" } },
  };
  const unknown = changed(grant, {
    "/steps/0/wf": "agent_governance::WF_NO_SUCH_V0",
    "/steps/0/expect": refused,
    "/steps/0/data_after": {},
  });
  const [played] = await playAll(unknown);
  assert.deepEqual(played?.differences, []);
  assert.equal(played?.fault?.code, "UNKNOWN_WORKFLOW");
  assert.deepEqual(await placesOf(changed(unknown, { "/steps/0/expect/exit_code": 3 })), [
    ["/expect/exit_code"],
  ]);
  const leaking = changed(unknown, { "/steps/0/expect/must_not_appear": ["WF_NO_SUCH"] });
  assert.deepEqual(await placesOf(leaking), [["/expect/must_not_appear/0"]]);

  const unread = changed(unknown, {
    "/steps/0/wf": "agent_governance::WF_GRANT_TOOL_V0",
    "/steps/0/payload": undefined,
    "/steps/0/payload_text": '{"a":{"b":1e400}}',
    "/steps/0/expect/violations": ["/a/b"],
    "/steps/0/expect/refusal_at": { stage: "payload" },
  });
  assert.deepEqual(await placesOf(unread), [[]]);
  assert.deepEqual(await placesOf(changed(unread, { "/steps/0/expect/violations": [] })), [[]]);
  assert.deepEqual(await placesOf(changed(unread, { "/steps/0/expect/violations": ["/a"] })), [
    ["/expect/violations/0"],
  ]);
});

test("a workflow laid over the snapshot is compiled and refused with a count of its reasons", async () => {
  const [path, text] = artifact("trial::WF_BAD_V0", "{ core: { start_node: nowhere, nodes: {} } }");
  const overlay = changed(grant, {
    "/snapshot_overlay": { [path]: JSON.parse(text) as Json },
    "/steps/0/wf": "trial::WF_BAD_V0",
  });
  const [played] = await playAll(overlay);
  assert.ok(played?.fault instanceof CompileFault, String(played?.fault));
  const places = played.differences.map(({ at }) => at);
  assert.ok(places.includes("/expect/exit_code") && places.includes("/expect/refusal"), String(places));
  const reasons = played.fault.reasons.length;
  const counted = changed(overlay, { "/steps/0/expect/compile_reasons": reasons + 1 });
  assert.ok((await placesOf(counted))[0]?.includes("/expect/compile_reasons"));
});

test("an artifact laid over one of the snapshot takes its place, and is checked from its own contents", async () => {
  const file = "artifacts/workflows/agent_governance__WF_GRANT_TOOL_V0.json";
  const bytes = nodeFiles.read(`protocol_snapshot/${file}`) as Uint8Array;
  const original = JSON.parse(Buffer.from(bytes).toString()) as Json;
  assert.deepEqual(await placesOf(changed(grant, { "/snapshot_overlay": { [file]: original } })), [[]]);
  const tampered = changed(original as never, {
    "/frontmatter/core/nodes/RECORD_GRANT/next/SUCCESS": "EXIT_ERROR",
  });
  const [played] = await playAll(changed(grant, { "/snapshot_overlay": { [file]: tampered } }));
  assert.equal(played?.fault?.code, "EXECUTED_FIELD_DIFFERS");
});

test("where the way may differ, only the end is compared", async () => {
  const anyWay = changed(grant, {
    "/steps/0/order_dependent": true,
    "/steps/0/expect/path": [],
    "/steps/0/expect/effects": [],
    "/steps/0/data_after": {},
  });
  assert.deepEqual(await placesOf(anyWay), [[]]);
  assert.deepEqual(await placesOf(changed(anyWay, { "/steps/0/expect/status": "FAILED" })), [
    ["/expect/status"],
  ]);
});

it("where effects have no order, path and effects are compared run by run", async () => {
  const path = (grant["steps"] as never)[0]["expect"]["path"] as Json[];
  const child = { run: "0.1", node: "X", outcome: "ACK", next: "Y" };
  const unordered = { ...grant, unordered_effects: true };
  assert.deepEqual(await placesOf(unordered), [[]]);
  const mixed = changed(unordered, { "/steps/0/expect/path": [child, ...path] });
  assert.deepEqual(await placesOf(mixed), [["/expect/path/0.1"]]);
});

test("a step limits the nodes a run may enter", async () => {
  const [played] = await playAll(changed(grant, { "/steps/0/args": { max_hops: 2 } }));
  const refusal = played?.differences.find(({ at }) => at === "/expect/refusal");
  assert.deepEqual(refusal, { at: "/expect/refusal", expected: null, found: "HOP_LIMIT" });
});

test("steps share their data; what is done before a step is no change by it", async () => {
  const twice = { ...grant, steps: [...(grant["steps"] as Json[]), ...(again["steps"] as Json[])] };
  assert.deepEqual(await placesOf(twice), [[], []]);
  assert.ok((await placesOf(again))[0]?.includes("/expect/outcome"));
  const rotated = changed(twice, {
    "/steps/1/fs_before": [
      { op: "rm", path: "agent_governance/tool_audit.jsonl" },
      { op: "write", path: "notes/x.txt", text: "mine" },
    ],
  });
  assert.deepEqual(await placesOf(rotated), [[], []]);
});

test("data that cannot be prepared refuses the vector", async () => {
  const impossible = changed(grant, {
    "/data_before": { file: "x" },
    "/steps/0/fs_before": [{ op: "write", path: "file/below", text: "y" }],
  });
  await assert.rejects(playAll(impossible), (error) => {
    assert.ok(error instanceof ScenarioFault && error.code === "VECTOR_UNPLAYABLE", String(error));
    assert.deepEqual([error.facts["step"], error.facts["path"]], [GRANT, "file/below"]);
    return true;
  });
});

test("a step that does not apply is passed over, and the next one is played", async () => {
  const whole = {
    ...grant,
    steps: [{ name: "no", not_applicable: "not here" }, ...(grant["steps"] as Json[])],
  };
  const played = await playAll(whole);
  assert.deepEqual(
    played.map(({ step, differences }) => [step.kind, differences.length]),
    [
      ["left out", 0],
      ["run", 0],
    ],
  );
});
