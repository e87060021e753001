/** Each kind of ending points to the field of the artifact that it turns on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { emptySummary, gather } from "../../src/engine/summary.ts";
import { classify } from "../../src/examine/classify.ts";
import { locate, pointerOf } from "../../src/examine/locate.ts";
import type { JsonObject } from "../../src/json.ts";
import {
  appending,
  compileTrial,
  contract,
  memoryData,
  oneContract,
  type Protocol,
  passing,
  runPlan,
} from "../engine/trial.ts";

interface Case {
  readonly about: string;
  readonly protocol: Protocol;
  readonly payload?: JsonObject;
  readonly artifact: string;
  readonly at: string;
  readonly hint: RegExp;
  readonly isStoreBroken?: boolean;
}

const CC = "artifacts/capability_contracts/trial__CC_WORK_V0.json";
const WF = "artifacts/workflows/trial__WF_TRIAL_V0.json";
const IN = "artifacts/intents/trial__IN_ASK_V0.json";

/** `START` asks what the intent declares; `core` replaces members of the workflow. */
const asking = (fields: JsonObject, core: JsonObject = {}): Protocol => ({
  workflow: {
    start_node: "START",
    nodes: {
      START: { type: "IN", code: "IN_ASK_V0", next: { ACK: "END", NACK: "END" } },
      END: { type: "EXIT" },
    },
    ...core,
  },
  intents: { IN_ASK_V0: fields },
});

const admission = {
  requires: ["EV_OPEN_V0"],
  forbids: ["EV_CLOSED_V0"],
  bindings: { EV_OPEN_V0: { id: "id" }, EV_CLOSED_V0: { id: "id" } },
};

const cases: readonly Case[] = [
  {
    about: "a payload field of the wrong type",
    protocol: asking({
      list: { type: "array", items: { type: "object", fields: { n: { type: "integer" } } } },
    }),
    payload: { list: [{ n: "x" }] },
    artifact: IN,
    at: "/frontmatter/core/inputs/list/items/fields/n",
    hint: /^change \/list\/0\/n of the payload: type "integer"$/,
  },
  {
    about: "a required record that is not there",
    protocol: asking({}, { admission }),
    payload: { id: "7" },
    artifact: WF,
    at: "/frontmatter/core/admission/requires",
    hint: /records EV_OPEN_V0 for these values first$/,
  },
  {
    about: "a field that admission needs and the payload lacks",
    protocol: asking({}, { admission }),
    artifact: WF,
    at: "/frontmatter/core/admission/bindings/EV_OPEN_V0",
    hint: /^send \/id in the payload$/,
  },
  {
    about: "a contract input of the wrong type",
    protocol: oneContract(
      contract([passing("look", { value: 1 })], { inputs: { n: { type: "integer", required: true } } }),
      { inputs: { n: "$.payload.number" } },
    ),
    payload: { number: "x" },
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/inputs/n",
    hint: /look at what \$\.payload\.number gives it$/,
  },
  {
    about: "a step outcome without a way on",
    protocol: oneContract(contract([passing("look", { value: 1 }, { on_result: {} })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/0/on_result",
    hint: /^declare on_result\.SUCCESS for this step in trial::CC_WORK_V0$/,
  },
  {
    about: "an outcome that the contract does not allow",
    protocol: oneContract(
      contract([passing("look", { value: 1 })], { result_status_contract: { allowed: ["VIOLATION"] } }),
    ),
    artifact: CC,
    at: "/frontmatter/core/result_status_contract/allowed",
    hint: /^add SUCCESS to the declared outcomes in trial::CC_WORK_V0/,
  },
  {
    about: "an outcome without an edge",
    protocol: oneContract(contract([passing("look", { value: 1 })]), { next: { VIOLATION: "END" } }),
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/next",
    hint: /^declare next\.SUCCESS for this node in trial::WF_TRIAL_V0$/,
  },
  {
    about: "a path that reaches nothing",
    protocol: oneContract(contract([passing("look", { value: ["$.inputs.absent"] })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/0/inputs",
    hint: /^bind a path that the run has/,
  },
  {
    about: "a store that cannot be used",
    protocol: oneContract(contract([passing("look", { value: 1 }), appending("log", { n: 1 })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/1/inputs",
    hint: /"STORE_UNREADABLE"/,
    isStoreBroken: true,
  },
];

for (const { about, protocol, payload = {}, artifact, at, hint, isStoreBroken = false } of cases) {
  test(`${about} is located`, async () => {
    const plan = await compileTrial(protocol);
    const data = memoryData();
    if (isStoreBroken) data.broken.add("log.jsonl");
    const { events } = await runPlan(plan, payload, { data });
    const summary = emptySummary();
    for (const event of events) gather(summary, event);
    const found = classify(summary);
    assert.ok(found);
    const place = locate(found, summary, plan);
    assert.ok(place, JSON.stringify(found));
    assert.deepEqual([place.file, pointerOf(place)], [artifact, at]);
    assert.match(place.hint, hint);
  });
}

test("a run that ended well has no place to look", async () => {
  const plan = await compileTrial(oneContract(contract([passing("look", { value: 1 })])));
  const { events } = await runPlan(plan, {});
  const summary = emptySummary();
  for (const event of events) gather(summary, event);
  const found = classify(summary);
  assert.ok(found);
  assert.equal(locate(found, summary, plan), null);
});
