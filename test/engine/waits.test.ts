import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { eventsOf } from "../../src/trace/event.ts";
import { contract, oneContract, type Protocol, runTrial } from "./trial.ts";

const AWAIT = "capability_side_effects::CS_AWAIT_V0";

const waiting = (inputs: JsonObject, op = "EVENT"): JsonObject => ({
  step: "wait",
  side_effect: AWAIT,
  op,
  inputs,
  on_result: { SUCCESS: "continue", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
});

const asking = (inputs: JsonObject, op = "EVENT"): Protocol =>
  oneContract(
    contract([waiting(inputs, op)], {
      result_status_contract: { allowed: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"] },
    }),
  );

test("a run that waits ends in a suspension that says what it waits for", async () => {
  const { ending, events } = await runTrial(asking({ key: "k", timeout: "PT1H", prompt: "Go on?" }), {});
  assert.deepEqual(ending, { status: "WAITING", outcome: null, exitReason: null });
  const last = events.at(-1);
  assert.equal(last?.event_type, "run_suspended");
  const [start] = eventsOf(events, "side_effect_start");
  assert.deepEqual(last?.payload, {
    waits: [
      {
        run: "0",
        node: "WORK",
        step: "wait",
        kind: "EVENT",
        key: "k",
        due: "2026-01-31T10:00:00.120Z",
        prompt: "Go on?",
        effect_key: start?.payload.effect_key,
      },
    ],
  });
});
