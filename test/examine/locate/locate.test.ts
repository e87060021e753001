/** Each kind of ending points to the field of the artifact that it turns on. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { classify } from "../../../src/examine/classify.ts";
import { locate, places, pointerOf } from "../../../src/examine/locate/locate.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { addEvent, createSummary } from "../../../src/trace/summary.ts";
import {
  appending,
  compileTrial,
  contract,
  memoryData,
  oneContract,
  type Protocol,
  passing,
  runPlan,
} from "../../engine/trial.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

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
    hint: /^change \/list\/0\/n of the payload to an integer, such as 1$/,
  },
  {
    about: "a required record that is not there",
    protocol: asking({}, { admission }),
    payload: { id: "7" },
    artifact: WF,
    at: "/frontmatter/core/admission/requires",
    hint: /^run the workflow that records EV_OPEN_V0 for the same id first$/,
  },
  {
    about: "a field that admission needs and the payload lacks",
    protocol: asking({}, { admission }),
    artifact: WF,
    at: "/frontmatter/core/admission/bindings/EV_OPEN_V0",
    hint: /^add \/id to the payload: a value, such as "text"$/,
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
    hint: /^change \/number of the payload to an integer, such as 1$/,
  },
  {
    about: "a step outcome without a way on",
    protocol: oneContract(contract([passing("look", { value: 1 }, { on_result: {} })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/0/on_result",
    hint: /^add \/frontmatter\/core\/pipeline\/0\/on_result\/SUCCESS: "exit", then type pgs seal$/,
  },
  {
    about: "an outcome that the contract does not allow",
    protocol: oneContract(
      contract([passing("look", { value: 1 })], { result_status_contract: { allowed: ["VIOLATION"] } }),
    ),
    artifact: CC,
    at: "/frontmatter/core/result_status_contract/allowed",
    hint: /^add "SUCCESS" to \/frontmatter\/core\/result_status_contract\/allowed, then type pgs seal$/,
  },
  {
    about: "an outcome without an edge",
    protocol: oneContract(contract([passing("look", { value: 1 })]), { next: { VIOLATION: "END" } }),
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/next",
    hint: /^add \/frontmatter\/core\/nodes\/WORK\/next\/SUCCESS: "END", then type pgs seal$/,
  },
  {
    about: "a path that reaches nothing",
    protocol: oneContract(contract([passing("look", { value: ["$.inputs.absent"] })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/0/inputs/value/0",
    hint: /to a path that exists in the run, then type pgs seal$/,
  },
  {
    about: "a store that cannot be used",
    protocol: oneContract(contract([passing("look", { value: 1 }), appending("log", { n: 1 })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/1/inputs",
    hint: /^make sure that log\.jsonl in the data root can be read \(EIO\)$/,
    isStoreBroken: true,
  },
  {
    about: "a field of a list's items in the other notation",
    protocol: asking({
      list: {
        type: "array",
        items: { type: "object", properties: { n: { enum: ["one", "two"] } }, required: ["n"] },
      },
    }),
    payload: { list: [{ n: "tow" }] },
    artifact: IN,
    at: "/frontmatter/core/inputs/list/items/properties/n",
    hint: /^change \/list\/0\/n of the payload to "two"$/,
  },
  {
    about: "a list that takes a field which the payload may lack and does",
    protocol: {
      ...asking(
        { a: { type: "integer", minimum: 2 } },
        {
          nodes: {
            START: { type: "IN", code: "IN_ASK_V0", next: { default: "WORK" } },
            WORK: {
              type: "CC",
              code: "CC_WORK_V0",
              inputs: { list: ["$.payload.a"] },
              next: { default: "END" },
            },
            END: { type: "EXIT" },
          },
        },
      ),
      contracts: { CC_WORK_V0: contract([passing("look", { value: 1 })]) },
    },
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/inputs/list/0",
    hint: /^add \/a to the payload: an integer of 2 or more, such as 2$/,
  },
  {
    about: "a literal of the wrong type",
    protocol: oneContract(
      contract([passing("look", { value: 1 })], { inputs: { n: { type: "integer", required: true } } }),
      { inputs: { n: "seven" } },
    ),
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/inputs/n",
    hint: /^change \/frontmatter\/core\/nodes\/WORK\/inputs\/n to an integer, such as 1, then type pgs seal$/,
  },
  {
    about: "a result of the wrong type",
    protocol: oneContract(
      contract([passing("look", { value: 1 })], { inputs: { n: { type: "integer", required: true } } }),
      { inputs: { n: "$.results.START.result_status" } },
    ),
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/inputs/n",
    hint: /^n should be an integer, such as 1: check what \$\.results\.START\.result_status provides$/,
  },
  {
    about: "a sum of what is no number",
    protocol: oneContract(
      contract([passing("look", { value: "{{$.payload.n + 1}}" })], { inputs: { n: {} } }),
      {
        inputs: { n: "seven" },
      },
    ),
    artifact: CC,
    at: "/frontmatter/core/pipeline/0/inputs/value",
    hint: /to one that compares values of one type, or adds integers, then type pgs seal$/,
  },
  {
    about: "a step without a store",
    protocol: oneContract(contract([appending("log", { n: 1 }, { store: null })])),
    artifact: CC,
    at: "/frontmatter/core/pipeline/0",
    hint: /^add \/frontmatter\/core\/pipeline\/0\/store: the name of a store/,
  },
  {
    about: "an input that the contract may lack and its step asks for",
    protocol: oneContract(
      contract([appending("log", "$.inputs.entry")], { inputs: { entry: { type: "object" } } }),
      { inputs: { entyr: "$.payload.entry" } },
    ),
    payload: { entry: {} },
    artifact: WF,
    at: "/frontmatter/core/nodes/WORK/inputs/entyr",
    hint: /^rename \/frontmatter\/core\/nodes\/WORK\/inputs\/entyr to "entry", then type pgs seal$/,
  },
];

async function endOf(protocol: Protocol, payload: JsonObject, isStoreBroken = false) {
  const plan = await compileTrial(protocol);
  const data = memoryData();
  if (isStoreBroken) data.broken.add("log.jsonl");
  const { events } = await runPlan(plan, payload, { data });
  const summary = createSummary();
  for (const event of events) addEvent(summary, event);
  const found = classify(summary);
  assert.ok(found);
  return { found, summary, plan };
}

for (const { about, protocol, payload = {}, artifact, at, hint, isStoreBroken = false } of cases) {
  it(`${about} is located`, async () => {
    const { found, summary, plan } = await endOf(protocol, payload, isStoreBroken);
    const place = locate(found, summary, plan);
    assert.ok(place, JSON.stringify(found));
    assert.deepEqual([place.file, pointerOf(place)], [artifact, at]);
    assert.match(place.hint, hint);
  });
}

test("a run that ended well has no place to look", async () => {
  const { found, summary, plan } = await endOf(oneContract(contract([passing("look", { value: 1 })])), {});
  assert.equal(locate(found, summary, plan), null);
});

test("a payload that is not admitted where nobody foresaw it has two places: the edge, and the payload", async () => {
  const protocol = asking({ n: { type: "integer", required: true } });
  const nodes = { START: { type: "IN", code: "IN_ASK_V0", next: { ACK: "END" } }, END: { type: "EXIT" } };
  const { found, summary, plan } = await endOf({ ...protocol, workflow: { start_node: "START", nodes } }, {});
  assert.deepEqual(
    places(found, summary, plan).map(({ hint, asks }) => [hint, asks]),
    [
      ['add /frontmatter/core/nodes/START/next/NACK: "END", then type pgs seal', "edit"],
      ["add /n to the payload: an integer, such as 1", "deed"],
    ],
  );
});

test("a way that the protocol declares asks for nothing", async () => {
  const deny = { allowed: ["DENIED"] };
  const step = { on_ct_result: { on_success: "DENIED" }, on_result: { DENIED: "exit", VIOLATION: "exit" } };
  const protocol = oneContract(
    contract([passing("look", { value: 1 }, step)], { result_status_contract: deny }),
  );
  const { found, summary, plan } = await endOf(protocol, {});
  assert.equal(found.class, "BUSINESS_VIOLATION");
  assert.deepEqual(
    places(found, summary, plan).filter(({ asks }) => asks !== "nothing"),
    [],
  );
});

test("the workflows that record what admission asks for are named, as far as they are known", async () => {
  const { found, summary, plan } = await endOf(asking({}, { admission }), { id: "7" });
  const [place] = places(found, summary, plan, (event) => [`trial::WF_${event}`]);
  assert.equal(
    place?.hint,
    "type pgs run --wf trial::WF_EV_OPEN_V0 for the same id first, which records EV_OPEN_V0",
  );
});
