/** An effect that fails is tried again as its runtime binding says: each attempt is on record, and the last one counts. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Performed } from "../../src/capabilities/target.ts";
import { execute } from "../../src/engine/execute.ts";
import { clockOf, inputOf } from "../../src/engine/recorded.ts";
import { ReplayExecutor } from "../../src/engine/replay-executor.ts";
import { StoreFault } from "../../src/errors/ports.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import type { Mail, MailRefusal } from "../../src/ports.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { found } from "../examine/examination.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  JOURNAL,
  memoryData,
  oneContract,
  type Protocol,
  pathOf,
  resumePlan,
  runPlan,
  type Trial,
  testEffect,
} from "./trial.ts";

const MAIL = "capability_side_effects::CS_SEND_EMAIL_V0";
const STATE = "capability_side_effects::CS_MUTABLE_JSON_V0";
const FLAKY = "trial::CS_FLAKY_V0";
const OUTCOMES = ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"];
const onward = Object.fromEntries(OUTCOMES.map((one) => [one, "exit"]));

function protocolOf(
  step: JsonObject,
  policies: Record<string, JsonObject>,
  rest: Partial<Protocol> = {},
): Protocol {
  const core = contract([step], { result_status_contract: { allowed: OUTCOMES } });
  return oneContract(core, {}, { policies, ...rest });
}

/** A step that fails as often as it is told to, then succeeds. */
function flaky(failures: readonly Performed[], retry: JsonObject): Protocol {
  const left = [...failures];
  const effects = [testEffect(FLAKY, () => left.shift() ?? { outcome: "SUCCESS", result: { n: 1 } }, OUTCOMES)];
  const step = { step: "act", side_effect: FLAKY, op: "DO", store: "LOG", inputs: {}, on_result: onward };
  return protocolOf(step, { [FLAKY]: { retry } }, { effects });
}

const failed = (outcome = "BACKEND_ERROR"): Performed => ({ outcome, reason: { code: "TRIAL" } });

/** Of every attempt: its number, its outcome, and whether another one follows. */
function attemptsIn(trial: Pick<Trial, "events">): readonly unknown[] {
  const starts = eventsOf(trial, "side_effect_start");
  return eventsOf(trial, "side_effect_end").map(({ payload }, i) => [
    starts[i]?.payload.attempt,
    payload.outcome,
    payload.retried ?? false,
  ]);
}

async function replays(plan: Plan, events: readonly TraceEvent[]) {
  const [start] = events;
  assert.ok(start?.event_type === "execution_start");
  const record = new ReplayExecutor(events, plan);
  const named = { executionId: start.execution_id, run: "0", clock: clockOf(start.payload) };
  await execute(plan, inputOf(start.payload, named), record);
  return record.result();
}

test("it is tried again with growing pauses until it succeeds", async () => {
  const retry = { max_attempts: 5, backoff: "PT0.1S", factor: 2, max_backoff: "PT0.3S" };
  const plan = await compileTrial(flaky([failed(), failed(), failed()], retry));
  const pauses: number[] = [];
  const trial = await runPlan(plan, {}, { sleep: async (milliseconds) => void pauses.push(milliseconds) });
  assert.deepEqual(attemptsIn(trial), [
    [1, "BACKEND_ERROR", true],
    [2, "BACKEND_ERROR", true],
    [3, "BACKEND_ERROR", true],
    [4, "SUCCESS", false],
  ]);
  assert.deepEqual(pauses, [100, 200, 300]);
  const keys = eventsOf(trial, "side_effect_start").map(({ payload }) => payload.effect_key);
  assert.equal(new Set(keys).size, 1, "the key is that of the effect");
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK SUCCESS"]);
  assert.equal(eventsOf(trial, "workflow_complete")[0]?.payload.effects, 4);
  assert.equal(await replays(plan, trial.events), null);
});

test("the last failure is routed when no attempt is left", async () => {
  const plan = await compileTrial(flaky([failed(), failed(), failed()], { max_attempts: 2 }));
  const trial = await runPlan(plan, {});
  assert.deepEqual(attemptsIn(trial), [
    [1, "BACKEND_ERROR", true],
    [2, "BACKEND_ERROR", false],
  ]);
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK BACKEND_ERROR"]);
  assert.equal(await replays(plan, trial.events), null);
});

test("only the outcomes that are named are tried again; YAML's truth value is the name `on`", async () => {
  for (const name of ["on", "true"]) {
    const retry = { max_attempts: 3, [name]: ["NOT_FOUND"] };
    const trial = await runPlan(await compileTrial(flaky([failed("NOT_FOUND"), failed()], retry)), {});
    assert.deepEqual(attemptsIn(trial), [
      [1, "NOT_FOUND", true],
      [2, "BACKEND_ERROR", false],
    ]);
  }
});

test("without a declared retry nothing says of attempts", async () => {
  const step = appending("act", { a: 1 }, { on_result: onward });
  const trial = await runPlan(await compileTrial(protocolOf(step, {})), {});
  assert.deepEqual(attemptsIn(trial), [[undefined, "SUCCESS", false]]);
});

test("a file that cannot be written is tried again, and written once", async () => {
  const step = appending("act", { a: 1 }, { on_result: onward });
  const plan = await compileTrial(protocolOf(step, { [JOURNAL]: { retry: { max_attempts: 3 } } }));
  const data = memoryData();
  data.broken.add("log.jsonl");
  const trial = await runPlan(plan, {}, { data, sleep: async () => void data.broken.clear() });
  assert.deepEqual(attemptsIn(trial), [
    [1, "BACKEND_ERROR", true],
    [2, "SUCCESS", false],
  ]);
  assert.equal(data.text("log.jsonl")?.split("\n").length, 2);
});

test("what was written and could not be forced to the device is not written again", async () => {
  const data = memoryData();
  const { root } = data;
  const unsynced = {
    ...root,
    store: (path: string) => ({
      ...root.store(path),
      sync() {
        throw new StoreFault("UNWRITABLE", { file: path, errno: "EIO" });
      },
    }),
  };
  const step = appending("act", { a: 1 }, { on_result: onward });
  const plan = await compileTrial(protocolOf(step, { [JOURNAL]: { retry: { max_attempts: 3 } } }));
  const trial = await runPlan(plan, {}, { data, root: unsynced });
  assert.deepEqual(attemptsIn(trial), [[1, "BACKEND_ERROR", false]]);
  const [end] = eventsOf(trial, "side_effect_end");
  assert.deepEqual(end?.payload.change, { before: { lines: 0 }, after: { lines: 1 } });
});

const sending = {
  step: "act",
  side_effect: MAIL,
  op: "SEND",
  inputs: { to: "ines@example.org" },
  on_result: onward,
};

for (const [about, refusal, attempts] of [
  ["that the server refuses is sent again", { code: "SMTP_EENVELOPE", reply: 451 }, 2],
  ["that no answer came to is not sent again", { code: "SMTP_ETIMEDOUT" }, 1],
  ["that was taken, as far as is known, is not sent again", { code: "SMTP_ECONNECTION", reply: 250 }, 1],
] as const satisfies readonly (readonly [string, MailRefusal, number])[]) {
  test(`a letter ${about}`, async () => {
    const replies: (MailRefusal | undefined)[] = [refusal];
    const mail: Mail = { environment: { host: "localhost" }, send: async () => replies.shift() };
    const plan = await compileTrial(protocolOf(sending, { [MAIL]: { retry: { max_attempts: 3 } } }));
    const trial = await runPlan(plan, {}, { mail });
    assert.equal(eventsOf(trial, "side_effect_start").length, attempts);
    assert.equal(await replays(plan, trial.events), null);
  });
}

test("the pause ends when the run is aborted, and so does the run", async () => {
  const plan = await compileTrial(flaky([failed()], { max_attempts: 3, backoff: "PT1S" }));
  const abort = new AbortController();
  const sleep = async (_: number, signal?: AbortSignal) => {
    assert.equal(signal, abort.signal);
    abort.abort();
  };
  const trial = await runPlan(plan, {}, { signal: abort.signal, sleep });
  assert.deepEqual(attemptsIn(trial), [[1, "BACKEND_ERROR", true]]);
  assert.equal(trial.ending.exitReason, "RUN_ABORTED");
  assert.equal(await replays(plan, trial.events), null);
});

/** As long as it is broken, an append fails. */
const logging = async (retry: JsonObject) =>
  compileTrial(protocolOf(appending("act", { a: 1 }, { on_result: onward }), { [JOURNAL]: { retry } }));

const broken = () => {
  const data = memoryData();
  data.broken.add("log.jsonl");
  return data;
};

const at = (moment: string) => ({ clock: fixedClock(Date.parse(moment)) });

test("a longer pause suspends the run until its moment, counted from the end of the attempt", async () => {
  const plan = await logging({ max_attempts: 4, backoff: "PT1H", factor: 2 });
  const data = broken();
  const first = await runPlan(plan, {}, { data });
  const last = first.events.at(-1);
  assert.ok(last?.event_type === "run_suspended");
  const [wait] = last.payload.waits;
  assert.deepEqual([wait?.kind, wait?.step, wait?.due], ["TIME", "act", "2026-01-31T10:00:00.120Z"]);
  const [end] = eventsOf(first, "side_effect_end");
  assert.deepEqual(end?.payload.observed, [{ clock: "2026-01-31T09:00:00.120Z" }]);
  const early = await resumePlan(plan, first, { data, ...at("2026-01-31T10:00:00.119Z") });
  assert.equal(early.text, first.text, "it is too early");
  const second = await resumePlan(plan, first, { data, ...at("2026-01-31T10:30:00Z") });
  const again = second.events.at(-1);
  assert.ok(again?.event_type === "run_suspended");
  assert.equal(again.payload.waits[0]?.due, "2026-01-31T12:30:00.000Z");
  data.broken.clear();
  const third = await resumePlan(plan, second, { data, ...at("2026-01-31T12:30:00Z") });
  assert.deepEqual(attemptsIn(third), [
    [1, "BACKEND_ERROR", true],
    [2, "BACKEND_ERROR", true],
    [3, "SUCCESS", false],
  ]);
  assert.equal(third.ending.exitReason, "COMPLETED");
  assert.equal(data.text("log.jsonl")?.split("\n").length, 2);
  assert.deepEqual(await found(plan, third.text), []);
});

test("a run that was cut off between two attempts goes on with the next one", async () => {
  for (const backoff of ["PT1S", "PT1H"]) {
    const plan = await logging({ max_attempts: 3, backoff });
    const whole = await runPlan(plan, {}, { data: broken() });
    const ended = whole.events.findIndex(({ event_type }) => event_type === "side_effect_end") + 1;
    const events = whole.events.slice(0, ended);
    const text = `${whole.text.split("\n").slice(0, ended).join("\n")}\n`;
    const data = memoryData();
    const pauses: number[] = [];
    const sleep = async (milliseconds: number) => void pauses.push(milliseconds);
    let resumed = await resumePlan(plan, { events, text }, { data, sleep });
    if (backoff === "PT1H") {
      assert.equal(resumed.events.at(-1)?.event_type, "run_suspended");
      resumed = await resumePlan(plan, resumed, { data, ...at("2026-01-31T10:00:01Z") });
    }
    assert.deepEqual(attemptsIn(resumed), [
      [1, "BACKEND_ERROR", true],
      [2, "SUCCESS", false],
    ]);
    assert.deepEqual(pauses, backoff === "PT1S" ? [1000] : []);
    assert.deepEqual(await found(plan, resumed.text), []);
  }
});

test("a run that was cut off in an attempt performs it again under its number, and under its key", async () => {
  const plan = await logging({ max_attempts: 3 });
  const whole = await runPlan(plan, {}, { data: broken() });
  const begun = whole.events.findLastIndex(({ event_type }) => event_type === "side_effect_start") + 1;
  const text = `${whole.text.split("\n").slice(0, begun).join("\n")}\n`;
  const resumed = await resumePlan(plan, { events: whole.events.slice(0, begun), text });
  assert.deepEqual(attemptsIn(resumed), [
    [1, "BACKEND_ERROR", true],
    [2, "BACKEND_ERROR", true],
    [3, "SUCCESS", false],
  ]);
  assert.deepEqual(await found(plan, resumed.text), []);
});

const WRITING = { step: "act", side_effect: STATE, op: "WRITE", store: "STATE", on_result: onward };
const writing = { ...WRITING, inputs: { key: "k", value: 1 } };
const VERIFIED = { [STATE]: { verify: true, retry: { max_attempts: 3 } } };

/** A data root whose first writes are lost. */
function losing(writes: number) {
  const data = memoryData();
  const { root } = data;
  let left = writes;
  return {
    data,
    root: {
      ...root,
      store(path: string) {
        const store = root.store(path);
        const lossy = (write: (text: string) => void) => (text: string) =>
          left-- > 0 ? undefined : write(text);
        return { ...store, replace: lossy(store.replace), append: lossy(store.append) };
      },
    },
  };
}

test("a success that is not to be seen is none, and is tried again", async () => {
  const plan = await compileTrial(protocolOf(writing, VERIFIED, { stores: { STATE: "state.json" } }));
  const lost = losing(2);
  const trial = await runPlan(plan, {}, lost);
  assert.deepEqual(attemptsIn(trial), [
    [1, "BACKEND_ERROR", true],
    [2, "BACKEND_ERROR", true],
    [3, "SUCCESS", false],
  ]);
  const [first] = eventsOf(trial, "side_effect_end");
  assert.deepEqual(first?.payload.reason, { code: "NOT_VERIFIED", found: "absent" });
  assert.equal(first?.payload.change, undefined);
  assert.equal(await replays(plan, trial.events), null);
});

test("a record that is verified is the one that was appended, among others that say the same", async () => {
  const step = appending("act", { a: 1 }, { on_result: onward });
  const plan = await compileTrial(
    protocolOf(step, { [JOURNAL]: { verify: true, retry: { max_attempts: 3 } } }),
  );
  const data = memoryData();
  await runPlan(plan, {}, { data });
  const trial = await runPlan(plan, {}, { data });
  assert.deepEqual(attemptsIn(trial), [[1, "SUCCESS", false]]);
  const lost = losing(1);
  assert.deepEqual(attemptsIn(await runPlan(plan, {}, lost)), [
    [1, "BACKEND_ERROR", true],
    [2, "SUCCESS", false],
  ]);
  assert.equal(lost.data.text("log.jsonl")?.split("\n").length, 2);
});

test("a success of which nothing can be seen is not believed, and not tried again where that adds something twice", async () => {
  const step = appending("act", { a: 1 }, { on_result: onward });
  const plan = await compileTrial(
    protocolOf(step, { [JOURNAL]: { verify: true, retry: { max_attempts: 3 } } }),
  );
  const data = memoryData();
  const { root } = data;
  const unreadable = {
    ...root,
    store(path: string) {
      const store = root.store(path);
      return {
        ...store,
        append(text: string) {
          store.append(text);
          data.broken.add(path);
        },
      };
    },
  };
  const trial = await runPlan(plan, {}, { data, root: unreadable });
  assert.deepEqual(attemptsIn(trial), [[1, "BACKEND_ERROR", false]]);
  const [end] = eventsOf(trial, "side_effect_end");
  assert.deepEqual(end?.payload.reason, { code: "NOT_VERIFIED", found: "unseen", because: "STORE_UNREADABLE" });
  assert.deepEqual(end?.payload.change, { before: { lines: 0 }, after: { lines: 1 } });
});
