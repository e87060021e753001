/** A replay step by step shows what each step answers now, whatever the record has. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { replay } from "../../../src/examine/replay/replay.ts";
import { Stepwise } from "../../../src/examine/replay/stepwise.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { TraceEvent } from "../../../src/trace/event.ts";
import { compileTrial, contract, oneContract, runPlan, testTransform } from "../../engine/trial.ts";

const CODE = "trial::CT_EVEN_V0";

/** Halves an even number; an odd one violates. */
const even = testTransform(CODE, ({ n }) =>
  Number(n) % 2 === 0 ? { result: { half: Number(n) / 2 } } : { violation: "ODD", facts: {} },
);

async function trialOf(n: number) {
  const step: JsonObject = {
    step: "halve",
    transform: CODE,
    inputs: { n: "$.inputs.n" },
    on_result: { SUCCESS: "continue", VIOLATION: "exit" },
  };
  const core = contract([step], { inputs: { n: { required: true } } });
  const protocol = oneContract(core, { inputs: { n: "$.payload.n" } }, { transforms: [even] });
  const plan = await compileTrial(protocol);
  return { plan, ...(await runPlan(plan, { n })) };
}

/** The trace with another input of the contract. */
const withInput = (events: readonly TraceEvent[], n: number): readonly TraceEvent[] =>
  events.map((event) =>
    event.event_type === "node_start" && event.payload.inputs !== undefined
      ? { ...event, payload: { ...event.payload, inputs: { n } } }
      : event,
  );

for (const [n, forged, recorded, replayed] of [
  [2, 3, { outcome: "SUCCESS", result: { half: 1 } }, { outcome: "VIOLATION", result: { code: "ODD" } }],
  [3, 2, { outcome: "VIOLATION", result: { code: "ODD" } }, { outcome: "SUCCESS", result: { half: 1 } }],
  [2, 4, { outcome: "SUCCESS", result: { half: 1 } }, { outcome: "SUCCESS", result: { half: 2 } }],
] as const) {
  test(`of a transform that answered to ${n} and is given ${forged}, both answers are shown`, async () => {
    const { plan, events } = await trialOf(n);
    const stepwise = new Stepwise();
    await replay(plan, withInput(events, forged), stepwise);
    assert.deepEqual(
      stepwise.steps.map(({ recorded, replayed, verdict }) => ({ recorded, replayed, verdict })),
      [{ recorded, replayed, verdict: "differs" }],
    );
  });
}
