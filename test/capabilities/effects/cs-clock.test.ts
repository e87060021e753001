import assert from "node:assert/strict";
import { test } from "node:test";
import { csClock } from "../../../src/capabilities/effects/cs-clock.ts";
import { replay } from "../../../src/examine/replay/replay.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { compileTrial, contract, eventsOf, oneContract, outputsOf, runPlan } from "../../engine/trial.ts";
import { examined, killed } from "../../examine/recovery/killed.ts";

const { NOW } = csClock.operations;
const now = (policy: JsonObject) => NOW.answer("2026-01-31T09:00:00.987Z", policy);

test("whole seconds, or milliseconds where the policy says so; a precision of another name is no guess", () => {
  const answers = [{}, { precision: "seconds" }, { policy: "utc" }, { precision: "milliseconds" }].map(now);
  assert.deepEqual(
    answers.map(({ result }) => result?.["timestamp"]),
    ["2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z", "2026-01-31T09:00:00Z", "2026-01-31T09:00:00.987Z"],
  );
  for (const precision of ["minutes", 3, null, "Milliseconds"])
    assert.deepEqual(NOW.policyFlaws({ precision }), [
      { code: "NO_PRECISION", path: ["precision"], meant: "seconds or milliseconds" },
    ]);
});

const stamping = (precision: string) =>
  compileTrial(
    oneContract(
      contract(
        [
          {
            step: "stamp",
            side_effect: csClock.code,
            op: "NOW",
            outputs: { at: "$.capability_result.timestamp" },
            on_result: { SUCCESS: "exit", BACKEND_ERROR: "exit" },
          },
        ],
        { outputs: { at: { type: "string" } } },
      ),
      {},
      { policies: { [csClock.code]: { precision } } },
    ),
  );

test("a reading is recorded, needs no store, and a replay takes it from the record", async () => {
  const plan = await stamping("milliseconds");
  const trial = await runPlan(plan, {});
  assert.deepEqual(outputsOf(trial), { at: "2026-01-31T09:00:00.120Z" });
  const [end] = eventsOf(trial, "side_effect_end");
  assert.deepEqual(end?.payload.observed, [{ clock: "2026-01-31T09:00:00.120Z" }]);
  assert.equal((await replay(plan, trial.events)).finding, null);
});

test("a precision that is none fails in the run, as in the trace", async () => {
  const plan = await stamping("hours");
  const trial = await runPlan(plan, {});
  assert.equal(trial.ending.outcome, "BACKEND_ERROR");
  const [end] = eventsOf(trial, "side_effect_end");
  const reason = { code: "POLICY_INVALID", flaw: "NO_PRECISION", member: "/precision" };
  assert.deepEqual(end?.payload.reason, reason);
  assert.equal((await replay(plan, trial.events)).finding, null);
});

test("killed anywhere, a run that only reads the clock can be run again", async () => {
  const { crashes } = await killed(await stamping("seconds"), {});
  assert.ok(crashes.length > 0);
  for (const crash of crashes) {
    const { open, advice } = await examined(crash);
    assert.equal(advice?.code, "RUN_AGAIN", crash.about);
    for (const { safe } of open) assert.equal(safe, "CHANGES_NOTHING");
  }
});
