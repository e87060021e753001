/** Runs that wait: what is recorded, how they go on, and that all of it replays as one. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ResumeFault } from "../../src/engine/resume-errors.ts";
import { checkAllowed } from "../../src/examine/allowed.ts";
import { replay } from "../../src/examine/replay/replay.ts";
import { verifyTrace } from "../../src/examine/verify.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import { eventsOf, type TraceEvent } from "../../src/trace/event.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  memoryData,
  NOW,
  oneContract,
  type Protocol,
  type ResumeOptions,
  resumePlan,
  runPlan,
  type Trial,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const AWAIT = "capability_side_effects::CS_AWAIT_V0";
const OUTCOMES = ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"];

const waiting = (inputs: JsonObject, op = "EVENT", step = "wait"): JsonObject => ({
  ...{ step, side_effect: AWAIT, op, inputs },
  on_result: { SUCCESS: "continue", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
});

const allowing = (pipeline: readonly JsonObject[], more: JsonObject = {}) =>
  contract(pipeline, { result_status_contract: { allowed: OUTCOMES }, ...more });

const asking = (inputs: JsonObject, op = "EVENT"): Protocol =>
  oneContract(allowing([waiting(inputs, op), appending("log", { at: "{{timestamp}}" })]));

const minutes = (count: number) => fixedClock(Date.parse(NOW) + 60_000 * count);
const answering = (key: Json, answer: Json, more: ResumeOptions = {}): ResumeOptions => ({
  delivery: { key, answer },
  ...more,
});

/** It is intact, allowed, and replays as one. */
async function assertSound(plan: Plan, { text, events, head }: Trial): Promise<void> {
  const { findings } = verifyTrace(Buffer.from(text), head);
  assert.deepEqual(findings, []);
  assert.deepEqual(await checkAllowed(plan, events), []);
  const { finding, compared } = await replay(plan, events);
  assert.equal(finding, null, JSON.stringify(finding));
  const interruptions = eventsOf(events, "run_resumed").filter(
    ({ payload }) => payload.cause === "INTERRUPTED",
  );
  const cancelled = eventsOf(events, "run_cancelled");
  assert.equal(compared, events.length - interruptions.length - cancelled.length);
}

const waitsOf = (events: readonly TraceEvent[]) =>
  eventsOf(events, "run_suspended").at(-1)?.payload.waits ?? [];
const keysOf = (events: readonly TraceEvent[]) => waitsOf(events).map(({ run, key }) => [run, key]);

test("a run that waits ends in a suspension that says what it waits for, and goes on with the answer", async () => {
  const plan = await compileTrial(
    asking({ key: "k", timeout: "PT1H", prompt: "Go on?", choices: ["yes", "no"] }),
  );
  const data = memoryData();
  const asked = await runPlan(plan, {}, { data });
  assert.deepEqual(asked.ending, { status: "WAITING", outcome: null, exitReason: null });
  const [start] = eventsOf(asked.events, "side_effect_start");
  assert.deepEqual(start?.payload.observed, [{ clock: NOW }]);
  const due = "2026-01-31T10:00:00.120Z";
  const at = { run: "0", node: "WORK", step: "wait", kind: "EVENT" as const };
  const effect_key = start?.payload.effect_key;
  assert.deepEqual(waitsOf(asked.events), [
    { ...at, key: "k", due, prompt: "Go on?", choices: ["yes", "no"], effect_key },
  ]);
  await assertSound(plan, asked);
  const options = answering("k", "yes", { data, actor: "trial::AC_CLERK_V0", clock: minutes(5) });
  const answered = await resumePlan(plan, asked, options);
  assert.equal(answered.ending.exitReason, "COMPLETED");
  const [end] = eventsOf(answered.events, "side_effect_end");
  const received_at = "2026-01-31T09:05:00.120Z";
  assert.deepEqual(end?.payload.result, { answer: "yes", actor: "trial::AC_CLERK_V0", received_at });
  assert.deepEqual(
    JSON.parse(data.text("log.jsonl") ?? "").record,
    { at: NOW },
    "the run's clock stays the first",
  );
  await assertSound(plan, answered);
});

test("nothing is appended for another key, an answer that does not fit, or too early", async () => {
  const fields = { amount: { type: "integer", required: true, minimum: 1 } };
  const plan = await compileTrial(asking({ key: "k", timeout: "PT1H", choices: ["yes", "no"], fields }));
  const asked = await runPlan(plan, {});
  const codeOf = async (options: ResumeOptions) => {
    try {
      const { text } = await resumePlan(plan, asked, options);
      assert.equal(text, asked.text);
      return "WAITING";
    } catch (error) {
      assert.ok(error instanceof ResumeFault, String(error));
      return [error.code, error.facts["unmet"] ?? null];
    }
  };
  assert.deepEqual(await codeOf(answering("other", "yes")), ["NO_SUCH_WAIT", null]);
  const required = (pointer: string) => ({ pointer, constraint: "required" });
  assert.deepEqual(await codeOf(answering("k", {})), [
    "ANSWER_REJECTED",
    [required("/choice"), required("/amount")],
  ]);
  assert.deepEqual(await codeOf(answering("k", { choice: "maybe", amount: 1 })), [
    "ANSWER_REJECTED",
    [{ pointer: "/choice", constraint: "enum", expected: ["yes", "no"] }],
  ]);
  assert.equal(await codeOf({ clock: minutes(59) }), "WAITING");
});

test("a deadline counts, whoever answers after it", async () => {
  const plan = await compileTrial(asking({ key: "k", timeout: "PT1H" }));
  const asked = await runPlan(plan, {});
  for (const late of [{}, answering("k", "yes")]) {
    const ended = await resumePlan(plan, asked, { ...late, clock: minutes(60) });
    assert.deepEqual([ended.ending.outcome, ended.ending.exitReason], ["TIMED_OUT", "EXIT_TIMED_OUT"]);
    assert.equal(eventsOf(ended.events, "run_resumed")[0]?.payload.cause, "TIME");
    await assertSound(plan, ended);
  }
});

test("a pause ends when its moment has come", async () => {
  const plan = await compileTrial(asking({ after: "PT30M" }, "TIME"));
  const data = memoryData();
  const paused = await runPlan(plan, {}, { data });
  const woken = await resumePlan(plan, paused, { data, clock: minutes(31) });
  const [end] = eventsOf(woken.events, "side_effect_end");
  const due = "2026-01-31T09:30:00.120Z";
  assert.deepEqual(end?.payload.result, { due, woken_at: "2026-01-31T09:31:00.120Z" });
  await assertSound(plan, woken);
});

// ---- nested and concurrent ----

const CHILD = (name: string) => `trial::WF_${name}_V0`;

/** A workflow that logs, waits for the key of its payload, and logs again. */
const child = (code: string): JsonObject => ({
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "ASK" } },
    ASK: { type: "CC", code, inputs: { key: "$.payload.key" }, next: { default: "END" } },
    END: { type: "EXIT" },
  },
});

const ASK = allowing(
  [
    appending("before", { key: "$.inputs.key" }),
    { ...waiting({ key: "$.inputs.key" }), outputs: { answer: "$.capability_result.answer" } },
    appending("after", { answer: "$.results.wait.answer" }),
  ],
  { inputs: { key: { required: true } } },
);
const LOG = allowing([appending("log", { key: "$.inputs.key" })], { inputs: { key: { required: true } } });

/** WORK runs children side by side; those called Q do not wait. */
function together(...names: readonly string[]): Protocol {
  const run: JsonObject = {
    step: "all",
    side_effect: "capability_side_effects::CS_CONCURRENT_WORKFLOWS_V0",
    op: "EXECUTE_CONCURRENT",
    inputs: { workflows: names.map((name) => ({ code: CHILD(name), payload: { key: name } })) },
    on_result: { SUCCESS: "continue", PARTIAL_FAILURE: "continue", BACKEND_ERROR: "exit" },
  };
  const protocol = oneContract(
    contract([run], { result_status_contract: { allowed: ["SUCCESS", "PARTIAL_FAILURE", "BACKEND_ERROR"] } }),
  );
  const workflowOf = (name: string) => child(name.startsWith("Q") ? "CC_LOG_V0" : "CC_ASK_V0");
  return {
    ...protocol,
    others: Object.fromEntries(names.map((name) => [CHILD(name), workflowOf(name)])),
    contracts: { ...protocol.contracts, CC_ASK_V0: ASK, CC_LOG_V0: LOG },
  };
}

const runsOf = (events: readonly TraceEvent[]) => events.map(({ run, event_type }) => `${run} ${event_type}`);

test("of workflows side by side, one that waits does not hold back the next, and each goes on with its own answer", async () => {
  const plan = await compileTrial(together("A", "Q", "B"));
  const data = memoryData();
  const asked = await runPlan(plan, {}, { data });
  assert.deepEqual(keysOf(asked.events), [
    ["0.1", "A"],
    ["0.3", "B"],
  ]);
  assert.ok(runsOf(asked.events).includes("0.2 workflow_complete"));
  await assertSound(plan, asked);
  const second = await resumePlan(plan, asked, answering("B", 2, { data }));
  assert.equal(second.ending.status, "WAITING");
  assert.deepEqual(keysOf(second.events), [["0.1", "A"]]);
  assert.ok(runsOf(second.events).includes("0.3 workflow_complete"));
  await assertSound(plan, second);
  const both = await resumePlan(plan, second, answering("A", 1, { data }));
  assert.equal(both.ending.exitReason, "COMPLETED");
  const end = eventsOf(both.events, "side_effect_end").find(({ run }) => run === "0");
  const results = end?.payload.result["results"];
  assert.ok(Array.isArray(results));
  assert.deepEqual(
    results.map(({ code }: JsonObject) => code),
    ["A", "Q", "B"].map(CHILD),
    "results stand in the declared order",
  );
  await assertSound(plan, both);
});

test("one event answers every wait of its key, in the order in which they began", async () => {
  const protocol = together("A", "B");
  const plan = await compileTrial({
    ...protocol,
    contracts: {
      ...protocol.contracts,
      CC_ASK_V0: allowing([waiting({ key: "same" })], { inputs: { key: { required: true } } }),
    },
  });
  const asked = await runPlan(plan, {});
  const ended = await resumePlan(plan, asked, answering("same", true));
  const order = eventsOf(ended.events, "side_effect_end").map(({ run }) => run);
  assert.deepEqual(order, ["0.1", "0.2", "0"]);
  await assertSound(plan, ended);
});

it("cut after any event, a run with waits side by side goes on to the same events and stores", async () => {
  const plan = await compileTrial(together("A", "B"));
  const data = memoryData();
  const first = await runPlan(plan, {}, { data });
  const second = await resumePlan(plan, first, answering("B", 2, { data }));
  const whole = await resumePlan(plan, second, answering("A", 1, { data }));
  const work = (events: readonly TraceEvent[]) =>
    events
      .filter(({ event_type }) => event_type !== "run_resumed" && event_type !== "run_suspended")
      .map(({ run, event_type, node_id }) => [run, event_type, node_id]);
  for (let cut = 1; cut < whole.events.length; cut++) {
    const events = whole.events.slice(0, cut);
    const text = `${whole.text.split("\n").slice(0, cut).join("\n")}\n`;
    const writes = eventsOf(events, "side_effect_end").filter(({ payload }) => payload.change !== undefined);
    const lines = (whole.data.text("log.jsonl") ?? "").split("\n").slice(0, writes.length);
    const left = memoryData(writes.length === 0 ? {} : { "log.jsonl": `${lines.join("\n")}\n` });
    let trial: Trial = { ...whole, events, text, data: left };
    // Who finds the run interrupted goes on with it first; then come the answers that it has not had.
    for (let round = 0; round < 4; round++) {
      const isSuspended = trial.events.at(-1)?.event_type === "run_suspended";
      const keys = isSuspended ? waitsOf(trial.events).map(({ key }) => key as Json) : [];
      const [key] = keys.includes("B") ? ["B"] : keys;
      const options = key === undefined ? {} : answering(key, key === "B" ? 2 : 1);
      trial = await resumePlan(plan, trial, { ...options, data: left });
      await assertSound(plan, trial);
      if (trial.ending.status === "SUCCESS") break;
    }
    assert.equal(trial.ending.exitReason, "COMPLETED", `cut after ${cut}`);
    assert.equal(work(trial.events).length, work(whole.events).length, `cut after ${cut}`);
    assert.equal(left.text("log.jsonl")?.split("\n").length, whole.data.text("log.jsonl")?.split("\n").length);
  }
});

test("a run that waits is cancelled with all that it has called, innermost first", async () => {
  const plan = await compileTrial(together("A", "Q", "B"));
  const asked = await runPlan(plan, {});
  const cancelled = await resumePlan(plan, asked, { cancellation: { reason: "withdrawn" } });
  assert.deepEqual(cancelled.ending, { status: "CANCELLED", outcome: null, exitReason: "CANCELLED" });
  assert.deepEqual(runsOf(cancelled.events.slice(asked.events.length)), [
    "0 run_cancelled",
    "0.1 workflow_complete",
    "0.3 workflow_complete",
    "0 workflow_complete",
  ]);
  await assertSound(plan, cancelled);
});

it("cancelled after any event, a run ends there", async () => {
  const plan = await compileTrial(together("A", "B"));
  const whole = await runPlan(plan, {});
  for (let cut = 1; cut <= whole.events.length; cut++) {
    const text = `${whole.text.split("\n").slice(0, cut).join("\n")}\n`;
    const recorded = { ...whole, events: whole.events.slice(0, cut), text };
    const cancelled = await resumePlan(plan, recorded, { cancellation: {} });
    assert.equal(cancelled.ending.status, "CANCELLED", `cut after ${cut}`);
    await assertSound(plan, cancelled);
  }
});

test("a limit that a child reaches ends those that wait beside it, too", async () => {
  const plan = await compileTrial(together("A", "B"));
  const asked = await runPlan(plan, {});
  const limits = { runs: 2, events: 100, bytes: 10_000_000, eventBytes: 1_000_000 };
  const ended = await runPlan(plan, {}, { limits });
  assert.equal(ended.ending.exitReason, "RUN_LIMIT");
  const complete = eventsOf(ended.events, "workflow_complete").map(({ run }) => run);
  assert.deepEqual(complete, ["0.1", "0"]);
  assert.notEqual(asked.ending.exitReason, ended.ending.exitReason);
  await assertSound(plan, ended);
});
