/** Protocols whose runs call other runs and write: what a kill in the middle of them may leave half done. */

import type { JsonObject } from "../../../src/json/value.ts";
import { appending, contract, type Protocol, testTransform } from "../../engine/trial.ts";

const OUTCOMES = ["SUCCESS", "ALREADY_EXISTS", "NOT_FOUND", "VIOLATION", "PARTIAL_FAILURE", "BACKEND_ERROR"];
const onward = Object.fromEntries(OUTCOMES.map((one) => [one, one === "SUCCESS" ? "continue" : "exit"]));

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
export const NESTED: readonly (readonly [
  about: string,
  protocol: Protocol,
  before?: Readonly<Record<string, string>>,
])[] = [
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
