/** A run that its caller aborts ends before its next step: refused on record, and as valid a trace as any other. */

import assert from "node:assert/strict";
import { checkAllowed } from "../../src/examine/allowed.ts";
import { classify } from "../../src/examine/classify.ts";
import { replay } from "../../src/examine/replay/replay.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import { summaryOf } from "../../src/trace/summary.ts";
import { takingTurns } from "../support/portion.ts";
import { calling } from "./calling.ts";
import { appending, compileTrial, contract, eventsOf, oneContract, runPlan } from "./trial.ts";

const it = takingTurns(import.meta.url);

const protocols = {
  "three steps": oneContract(
    contract([appending("first", { a: 1 }), appending("second", { a: 2 }), appending("third", { a: 3 })]),
  ),
  "called workflows": calling("one", "other"),
};

for (const [what, protocol] of Object.entries(protocols))
  it(`a run of ${what}, aborted after any of its events, leaves a whole trace`, async () => {
    const plan = await compileTrial(protocol);
    const whole = await runPlan(plan, { parcel: "p" });
    assert.equal(whole.ending.exitReason, "COMPLETED");
    let aborted = 0;
    for (let count = 0; count <= whole.events.length; count++) {
      const controller = new AbortController();
      if (count === 0) controller.abort();
      const run = await runPlan(
        plan,
        { parcel: "p" },
        {
          signal: controller.signal,
          listen: ({ sequence }) => sequence === count && controller.abort(),
        },
      );
      assert.deepEqual(verifyTrace(Buffer.from(run.text)).findings, []);
      assert.deepEqual(await checkAllowed(plan, run.events), []);
      assert.equal((await replay(plan, run.events)).finding, null);
      const ends = eventsOf(run, "workflow_complete").length;
      assert.equal(ends, eventsOf(run, "execution_start").length, "every run that began has an end");
      if (run.ending.exitReason === "COMPLETED") continue;
      aborted++;
      assert.equal(run.ending.exitReason, "RUN_ABORTED");
      assert.equal(run.ending.fault?.code, "RUN_ABORTED");
      assert.deepEqual(classify(summaryOf(run.events))?.class, null);
      const later = run.events.filter(({ sequence }) => sequence > count);
      const begun = later.filter(({ event_type }) => event_type === "side_effect_start");
      assert.deepEqual(begun.slice(1), [], "at most the step in progress has an effect");
    }
    assert.ok(aborted > 3);
  });
