/** A trace has an end: limits on the runs and events of the whole of it, which a replay takes from the record. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { checkAllowed } from "../../src/examine/allowed.ts";
import { replay } from "../../src/examine/replay/replay.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import { TRACE_LIMITS, type TraceLimits } from "../../src/json/limits.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  oneContract,
  type Protocol,
  passing,
  runPlan,
  WORKFLOW,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const OUTCOMES = ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR", "VIOLATION"];
const whatever = Object.fromEntries(OUTCOMES.map((one) => [one, "continue"]));

/** Calls the workflow, and goes on however that ends. */
function calling(step: string, workflow: string): JsonObject {
  const side_effect = "capability_side_effects::CS_WORKFLOW_GATEWAY_V0";
  const inputs = { workflow_code: workflow, payload: {} };
  return { step, side_effect, op: "EXECUTE", inputs, on_result: whatever };
}

const core = (steps: readonly JsonObject[]) =>
  contract(steps, { result_status_contract: { allowed: OUTCOMES } });

const LEAF = "trial::WF_LEAF_V0";
const leaf: JsonObject = {
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "LOG" } },
    LOG: { type: "CC", code: "CC_LOG_V0", next: { default: "END" } },
    END: { type: "EXIT" },
  },
};

function branching(workflow: string, calls: number): Protocol {
  const steps = Array.from({ length: calls }, (_, i) => calling(`call_${i}`, workflow));
  const protocol = oneContract(core(steps));
  return {
    ...protocol,
    others: { [LEAF]: leaf },
    contracts: { ...protocol.contracts, CC_LOG_V0: core([appending("log", { a: 1 })]) },
  };
}

async function limited(plan: Plan, limits: Partial<TraceLimits>) {
  const trial = await runPlan(plan, {}, { limits: { ...TRACE_LIMITS, ...limits } });
  const begun = eventsOf(trial, "execution_start").map(({ run }) => run);
  const ended = eventsOf(trial, "workflow_complete").map(({ run }) => run);
  assert.deepEqual(ended.toSorted(), begun.toSorted(), "every run that began has an end");
  assert.deepEqual(verifyTrace(Buffer.from(trial.text)).findings, []);
  assert.deepEqual(await checkAllowed(plan, trial.events), []);
  assert.equal((await replay(plan, trial.events)).finding, null, "it replays under any limit");
  return { ...trial, begun };
}

it("a workflow that calls itself many times ends at the limit of runs, in all runs that are open", async () => {
  const plan = await compileTrial(branching(WORKFLOW, 10));
  for (const runs of [1, 2, 17, 40]) {
    const { ending, begun } = await limited(plan, { runs });
    assert.deepEqual([ending.exitReason, begun.length], ["RUN_LIMIT", runs]);
  }
});

test("a trace that needs exactly the limit of runs ends by itself", async () => {
  const plan = await compileTrial(branching(LEAF, 3));
  const { ending, begun } = await limited(plan, { runs: 4 });
  assert.deepEqual([ending.exitReason, begun.length], ["COMPLETED", 4]);
  assert.equal((await limited(plan, { runs: 3 })).ending.exitReason, "RUN_LIMIT");
});

it("wherever the limit of events ends a trace, no step begins behind it, and the trace replays", async () => {
  const plan = await compileTrial(branching(LEAF, 2));
  const whole = await limited(plan, {});
  for (let events = 1; events <= whole.events.length; events++) {
    const trial = await limited(plan, { events });
    const exitReason = String(trial.ending.exitReason);
    const steps = eventsOf(trial, "side_effect_start").filter(({ sequence }) => sequence > events);
    assert.ok(exitReason === "EVENT_LIMIT" || trial.events.length === whole.events.length, exitReason);
    if (exitReason === "EVENT_LIMIT") assert.deepEqual(steps, []);
  }
});

it("a limit that the trace had not reached, or had passed before, is no end that a replay accepts", async () => {
  const plan = await compileTrial(branching(WORKFLOW, 3));
  for (const limits of [{ runs: 6 }, { events: 30 }]) {
    const { events } = await limited(plan, limits);
    const [[, limit]] = Object.entries(limits) as [[string, number]];
    for (const forged of [0, 1, limit - 5, limit + 5, 1e9]) {
      const { finding } = await replay(
        plan,
        events.map((event) => withLimit(event, forged)),
      );
      assert.equal(finding?.code, "DIVERGED", `${forged} instead of ${limit}`);
    }
  }
});

/** Each step has twice the value of the one before it. */
const doubling = (steps: number): Protocol => {
  const step = (i: number) => {
    const before = `$.results.s${i - 1}.v`;
    return passing(`s${i}`, { value: i === 0 ? "seed" : [before, before] }, { outputs: { v: "$.value" } });
  };
  return oneContract(contract(Array.from({ length: steps }, (_, i) => step(i))));
};

const UNLIMITED = ["execution_start", "error", "workflow_complete"];

it("a value that doubles with every step ends at the limit of an event, or of the bytes of the trace", async () => {
  const plan = await compileTrial(doubling(60));
  for (const [limits, code] of [
    [{ eventBytes: 20_000 }, "EVENT_SIZE_LIMIT"],
    [{ bytes: 60_000 }, "TRACE_SIZE_LIMIT"],
    [{ eventBytes: 20_000, bytes: 30_000 }, "TRACE_SIZE_LIMIT"],
  ] as const) {
    const { ending, text, events } = await limited(plan, limits);
    assert.equal(ending.exitReason, code);
    const [refusal] = eventsOf({ events }, "error");
    assert.ok(Object.values(limits).includes(refusal?.payload.facts["limit"] as never));
    assert.ok(text.length < 4 * 60_000, `${text.length} bytes`);
  }
});

it("wherever the limit of bytes ends a trace, no step begins behind it, and the trace replays", async () => {
  const plan = await compileTrial(branching(LEAF, 2));
  const whole = await limited(plan, {});
  let bytes = 0;
  for (const line of whole.text.split("\n").slice(0, -1)) {
    bytes += Buffer.byteLength(line) + 1;
    const trial = await limited(plan, { bytes });
    assert.ok(trial.ending.exitReason === "TRACE_SIZE_LIMIT" || trial.text === whole.text);
    const behind = trial.text.slice(bytes).split("\n").slice(1, -1);
    if (trial.text !== whole.text)
      assert.ok(
        behind.every((one) => !one.includes('"side_effect_start"') && !one.includes('"transform_end"')),
      );
  }
});

test("whichever event is too large, it is not written, no other one is, and the trace replays", async () => {
  const plan = await compileTrial(branching(LEAF, 2));
  const whole = await limited(plan, {});
  const sizes = new Set(whole.text.split("\n").map((line) => Buffer.byteLength(line)));
  let refused = 0;
  for (const eventBytes of sizes) {
    const trial = await limited(plan, { eventBytes });
    const lines = trial.text.split("\n").slice(0, -1);
    const limitedLines = lines.filter((_, i) => !UNLIMITED.includes(trial.events[i]?.event_type ?? ""));
    assert.ok(limitedLines.every((line) => Buffer.byteLength(line) + 1 <= eventBytes));
    if (trial.text !== whole.text) refused++;
    const ended = trial.events.at(-1);
    assert.ok(ended?.event_type === "workflow_complete" && ended.payload.events === trial.events.length);
  }
  assert.ok(refused > 5);
});

it("a limit of sizes that the trace had not reached, or had passed before, is no end that a replay accepts", async () => {
  const plan = await compileTrial(doubling(60));
  for (const limits of [{ eventBytes: 20_000 }, { bytes: 60_000 }]) {
    const { events } = await limited(plan, limits);
    for (const forged of [0, 1, 5000, 1e9]) {
      const { finding } = await replay(
        plan,
        events.map((event) => withLimit(event, forged)),
      );
      assert.equal(finding?.code, "DIVERGED", `${forged} instead of ${JSON.stringify(limits)}`);
    }
  }
});

function withLimit(event: TraceEvent, limit: number): TraceEvent {
  if (event.event_type !== "error") return event;
  return { ...event, payload: { ...event.payload, facts: { ...event.payload.facts, limit } } };
}
