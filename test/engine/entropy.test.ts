/** What a run draws at random: the same when it goes on as when it never stopped, whatever of it is suppressed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sharedEntropy } from "../../src/engine/entropy.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { seededEntropy } from "../../src/platform/node-ports.ts";
import { eventsOf, type TraceEvent } from "../../src/trace/event.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  memoryData,
  memorySecrets,
  oneContract,
  type Protocol,
  resumePlan,
  runPlan,
  testTransform,
} from "./trial.ts";
import { awaiting, waiting } from "./waiting.ts";

const it = takingTurns(import.meta.url);

const DRAWING = "trial::CT_DRAWING_V0";
const drawing = testTransform(DRAWING, (_, sources) => ({ result: { drawn: sources.entropy(5) } }));

const drawn = (step: string): JsonObject => ({
  ...{ step, transform: DRAWING, inputs: {}, outputs: { [step]: "$.result.drawn" } },
  on_result: { SUCCESS: "continue", VIOLATION: "exit" },
});

const CALL: JsonObject = {
  step: "call",
  side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
  op: "EXECUTE",
  inputs: { workflow_code: "trial::WF_CALLED_V0", payload: {} },
  on_result: { SUCCESS: "continue", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
};

/** WORK draws, waits, and draws again, around a call of a workflow that draws, too. */
function protocolOf(suppressed: readonly string[], suppressedInCall: readonly string[]): Protocol {
  const steps = [
    drawn("before"),
    CALL,
    drawn("between"),
    waiting({ key: "k" }),
    drawn("after"),
    appending("log", { is: "$.results.after.after", token: "$.inputs.token" }),
  ];
  const whole = oneContract(
    { ...awaiting(...steps), inputs: { token: {} }, suppress_trace_fields: [...suppressed] },
    { inputs: { token: "$.payload.token" } },
  );
  const { workflow, contracts } = oneContract(
    { ...awaiting(drawn("inside")), suppress_trace_fields: [...suppressedInCall] },
    { code: "CC_CALLED_V0" },
  );
  const called = { CC_CALLED_V0: contracts?.["CC_WORK_V0"] ?? {} };
  return {
    ...whole,
    others: { "trial::WF_CALLED_V0": workflow },
    contracts: { ...whole.contracts, ...called },
    transforms: [drawing],
  };
}

const kinds: readonly (readonly [about: string, suppressed: readonly string[], inCall: readonly string[]])[] = [
  ["nothing is suppressed", [], []],
  ["a member of the payload is suppressed", ["token"], []],
  ["what is drawn is suppressed", ["before", "after"], []],
  ["only a called workflow suppresses", [], ["inside", "drawn"]],
];

const KEY = new Uint8Array(32);
const ANSWER = { delivery: { key: "k", answer: "yes" } };

/** Everything that was drawn, and everything that was made of it. */
const results = (events: readonly TraceEvent[]): readonly Json[] => [
  ...eventsOf(events, "transform_end").map(({ payload }) => payload as unknown as Json),
  ...eventsOf(events, "side_effect_start").map(({ payload }) => payload.inputs),
];

for (const [about, suppressed, inCall] of kinds) {
  it(`where ${about}, a run that goes on from any event draws what it would have drawn`, async () => {
    const plan = await compileTrial(protocolOf(suppressed, inCall));
    const begin = async () => {
      const secrets = memorySecrets();
      const options = { kept: { key: KEY, file: secrets.file }, data: memoryData(), seed: "s" };
      return { secrets, options, asked: await runPlan(plan, { token: "nobody's" }, options) };
    };
    const { options, asked, secrets } = await begin();
    const kept = secrets.text();
    const whole = await resumePlan(plan, asked, { ...options, ...ANSWER });
    assert.equal(whole.ending.exitReason, "COMPLETED");
    const readings = eventsOf(whole.events, "transform_end").map(({ payload }) =>
      JSON.stringify(payload.observed),
    );
    assert.equal(new Set(readings).size, 4, "nothing is drawn twice");
    for (let cut = 1; cut < asked.events.length; cut++) {
      const file = memorySecrets();
      if (kept !== null) file.file.append(kept);
      const again = { ...options, data: memoryData(), kept: { key: KEY, file: file.file } };
      const recorded = {
        events: asked.events.slice(0, cut),
        text: `${asked.text.split("\n").slice(0, cut).join("\n")}\n`,
      };
      const waiting = await resumePlan(plan, recorded, again);
      const ended = await resumePlan(plan, waiting, { ...again, ...ANSWER });
      assert.deepEqual(results(ended.events), results(whole.events), `cut after ${cut}`);
    }
  });
}

test("one source of several runs goes on behind what a run has drawn, and never back", () => {
  const whole = seededEntropy("s").hex(12);
  const fresh = sharedEntropy(seededEntropy("s"));
  assert.equal(fresh.behind(4).hex(2), whole.slice(8, 12));
  assert.equal(fresh.behind(6).hex(2), whole.slice(12, 16));
  assert.equal(fresh.behind(2).hex(2), whole.slice(16, 20));
  const source = seededEntropy("s");
  sharedEntropy(source).hex(4);
  assert.equal(sharedEntropy(source).behind(4).hex(2), whole.slice(8, 12));
});
