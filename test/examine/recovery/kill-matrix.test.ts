/** Runs with nested runs, killed before and after every call that writes: following the advice loses and doubles nothing. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { registry } from "../../../src/capabilities/registry.ts";
import type { AdviceCode } from "../../../src/examine/recovery/advice.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { compile } from "../../../src/plan/compile.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { fixedClock, nodeFiles } from "../../../src/platform/node-ports.ts";
import type { Fqdn } from "../../../src/snapshot/fqdn.ts";
import { openSnapshot } from "../../../src/snapshot/load.ts";
import {
  appending,
  compileTrial,
  contract,
  type MemoryData,
  memoryData,
  NOW,
  type Protocol,
  runPlan,
  testTransform,
} from "../../engine/trial.ts";
import { PLAYS_ALL, portion } from "../../support/portion.ts";
import { sharedPath, skipWithout } from "../../support/shared.ts";
import { type Crash, examined, killed, storedIn } from "./killed.ts";

const OUTCOMES = ["SUCCESS", "ALREADY_EXISTS", "NOT_FOUND", "VIOLATION", "PARTIAL_FAILURE", "BACKEND_ERROR"];
const onward = Object.fromEntries(OUTCOMES.map((one) => [one, one === "SUCCESS" ? "continue" : "exit"]));

/** What is stored, but for what every run draws anew. */
function meaning(data: MemoryData): unknown {
  const drawn = /"(?:\d{4}-\d\d-\d\dT[^"]*|(?:ADDR|REC)_[^"]*)"|"(?:address|record_id)": ?"[^"]*"/g;
  return Object.fromEntries(
    Object.entries(storedIn(data)).map(([path, text]) => [path, text.replaceAll(drawn, '"drawn"')]),
  );
}

type Stored = Readonly<Record<string, string>>;

/** Does what the advice says; where it says to take back what took place, all stores are as they were before. */
async function follow(crash: Crash, payload: JsonObject, before: Stored) {
  const { advice } = await examined(crash);
  assert.ok(advice, crash.about);
  const later = { clock: fixedClock(Date.parse(NOW) + 3_600_000), seed: "second" };
  const { code, tookPlace } = advice;
  if (code === "COUNT_AS_DONE") return { code, data: crash.data };
  const changed = JSON.stringify(storedIn(crash.data)) !== JSON.stringify(before);
  assert.ok(!changed || tookPlace.length > 0 || code === "LOOK_FIRST", `${crash.about} tells what took place`);
  const data = code === "RUN_AGAIN" ? crash.data : memoryData(before);
  await runPlan(crash.plan, payload, { ...later, data });
  return { code, data };
}

interface Matrix {
  readonly plan: Plan;
  readonly payload: JsonObject;
  readonly before: Stored;
}

async function killEverywhere(
  t: TestContext,
  { plan, payload, before }: Matrix,
  most = Number.POSITIVE_INFINITY,
): Promise<readonly AdviceCode[]> {
  const { crashes, whole } = await killed(plan, payload, before);
  const given: AdviceCode[] = [];
  for (const crash of portion(t, crashes, most)) {
    const { code, data } = await follow(crash, payload, before);
    assert.deepEqual(meaning(data), meaning(whole), `${crash.about}: ${code}`);
    given.push(code);
  }
  return given;
}

const step = (name: string, capability: string, op: string, more: JsonObject): JsonObject => ({
  step: name,
  side_effect: `capability_side_effects::${capability}`,
  op,
  on_result: onward,
  ...more,
});
const registering = (key: string, more: JsonObject = {}) =>
  step("register", "CS_REGISTRY_V0", "REGISTER", { store: "NAMES", inputs: { key }, ...more });
const writing = (key: string, value: string) =>
  step("write", "CS_MUTABLE_JSON_V0", "WRITE", { store: "STATE", inputs: { key, value } });
const reading = step("read", "CS_MUTABLE_JSON_V0", "READ", {
  store: "STATE",
  inputs: { key: "total" },
  outputs: { total: "$.capability_result.value" },
});
const logging = (name = "log") =>
  appending(name, { id: "$.inputs.id", at: "{{timestamp}}" }, { on_result: onward });
const ITEM = "trial::WF_ITEM_V0";
const OTHER = "trial::WF_OTHER_V0";
const looping = step("each", "CS_WORKFLOW_LOOP_V0", "EXECUTE_SEQUENCE", {
  inputs: { sequence: [{ id: "P-1" }, { id: "P-2" }], item_wf: { code: ITEM, payload_fields: { id: "id" } } },
});
const calling = step("call", "CS_WORKFLOW_GATEWAY_V0", "EXECUTE", {
  inputs: { workflow_code: ITEM, payload: { id: "P-1" } },
});
const both = step("both", "CS_CONCURRENT_WORKFLOWS_V0", "EXECUTE_CONCURRENT", {
  inputs: {
    workflows: [
      { code: ITEM, payload: { id: "P-1" } },
      { code: OTHER, payload: { id: "P-2" } },
    ],
  },
});

const CONTINUING = { on_result: { ...onward, ALREADY_EXISTS: "continue" } };
const ADD = "trial::CT_ADD_V0";
const adding = {
  step: "add",
  transform: ADD,
  inputs: { total: "$.results.read.total" },
  outputs: { total: "$.capability_result.total" },
  on_result: { SUCCESS: "continue", VIOLATION: "exit" },
};
const totalling = step("write", "CS_MUTABLE_JSON_V0", "WRITE", {
  store: "STATE",
  inputs: { key: "total", value: "$.results.add.total" },
});

function core(pipeline: readonly JsonObject[]): JsonObject {
  return contract(pipeline, { result_status_contract: { allowed: OUTCOMES }, inputs: { id: {} } });
}

const workflow = (code: string): JsonObject => ({
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "WORK" } },
    WORK: { type: "CC", code, inputs: { id: "$.payload.id" }, next: { default: "END" } },
    END: { type: "EXIT" },
  },
});

/** `main` calls the workflow of `item`, once or for each of two items. */
function nested(main: readonly JsonObject[], item: readonly JsonObject[]): Protocol {
  return {
    workflow: workflow("CC_WORK_V0"),
    others: { [ITEM]: workflow("CC_ITEM_V0"), [OTHER]: workflow("CC_ITEM_V0") },
    contracts: { CC_WORK_V0: core(main), CC_ITEM_V0: core(item) },
    stores: { STATE: "state.json" },
    transforms: [testTransform(ADD, ({ total }) => ({ result: { total: Number(total) + 10 } }))],
  };
}

const id = "$.inputs.id";
const protocols: readonly (readonly [about: string, protocol: Protocol, before?: Stored])[] = [
  [
    "items, each registered, then written and logged",
    nested([looping], [registering(id), writing(id, id), logging()]),
  ],
  ["items, each only registered", nested([looping, logging()], [registering(id)])],
  ["one called run that registers and writes", nested([calling], [registering(id), writing(id, id)])],
  [
    "a called run that goes on where a key exists",
    nested([calling, logging()], [registering(id, CONTINUING), writing(id, id)]),
  ],
  [
    "what is registered before the call, and logged behind it",
    nested([registering("main"), calling, logging()], [writing(id, id)]),
  ],
  ["two independent runs", nested([both, logging()], [registering(id), logging()])],
  [
    "a sum that is read, added to and written",
    nested([calling, logging()], [reading, adding, totalling]),
    { "state.json": '{"total": 100}' },
  ],
  [
    "a sum of two items",
    nested([looping, logging()], [reading, adding, totalling]),
    { "state.json": '{"total": 100}' },
  ],
  ["a key that every run draws anew", nested([calling, logging()], [writing("{{timestamp}}", id)])],
  ["a value that every run draws anew", nested([calling, logging()], [writing(id, "{{timestamp}}")])],
];

for (const [about, protocol, before = {}] of portion(
  { name: "protocols", diagnostic: console.log },
  protocols,
  3,
)) {
  test(`killed anywhere, a run of ${about} ends as if nobody had killed it, for who follows the advice`, async (t) => {
    const given = await killEverywhere(t, {
      plan: await compileTrial(protocol),
      payload: { id: "P-0" },
      before,
    });
    t.diagnostic(`${given.length} kills: ${[...new Set(given)].join(", ")}`);
    assert.ok(given.includes("RUN_AGAIN") && given.some((code) => code !== "RUN_AGAIN"), "both are advised");
  });
}

const PUBLISHED = "published/protocol_snapshot";
const VECTOR = "vectors/orchestration_tx_workload.json";

test("killed anywhere, a published workload of one transaction loses nothing for who follows the advice", {
  skip: skipWithout(PUBLISHED) || skipWithout(VECTOR),
}, async (t) => {
  const { data_before: before, steps } = JSON.parse(readFileSync(sharedPath(VECTOR), "utf8")) as {
    readonly data_before: Stored;
    readonly steps: readonly {
      readonly payload: JsonObject & { readonly tx_sequence: readonly JsonObject[] };
    }[];
  };
  const snapshot = await openSnapshot(sharedPath(PUBLISHED), nodeFiles);
  const name = "blockchain::WF_RUN_TX_WORKLOAD_V0" as Fqdn;
  const plan = await compile(snapshot.artifact(name) ?? assert.fail(name), snapshot, registry);
  const [{ payload }] = steps as [(typeof steps)[number]];
  const one = { ...payload, tx_sequence: payload.tx_sequence.slice(0, 1) };
  const given = await killEverywhere(t, { plan, payload: one, before }, 12);
  assert.ok(!PLAYS_ALL || given.includes("ENDS_OTHERWISE"), [...new Set(given)].join());
});
