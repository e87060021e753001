/** Dry runs: what a run would do, with nothing written and nothing sent. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Effect } from "../../src/capabilities/effect.ts";
import { httpOperation } from "../../src/capabilities/targets/http.ts";
import { ResumeFault } from "../../src/engine/resume-errors.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { fixedClock, seededEntropy } from "../../src/platform/node-ports.ts";
import type { Mail } from "../../src/ports.ts";
import { fileStores } from "../../src/storage/files/stores.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import { type DryRunRequest, dryRun } from "../../src/workspace/dry-run.ts";
import { memoryTraces } from "../../src/workspace/traces.ts";
import {
  appending,
  compileTrial,
  contract,
  type MemoryData,
  memoryData,
  NOW,
  oneContract,
  type Protocol,
  passing,
  runPlan,
  type Trial,
} from "../engine/trial.ts";
import { found } from "../examine/examination.ts";

const RUNTIME = { name: "trial", version: "0" };

/** A mail server that must not be asked for anything. */
const NO_MAIL: Mail = {
  environment: { host: "mail.example.org" },
  send: () => assert.fail("a letter is sent"),
};

interface Tried {
  readonly result: Awaited<ReturnType<typeof dryRun>>;
  readonly events: readonly TraceEvent[];
  readonly text: string;
}

async function tryRun(
  protocol: Protocol,
  payload: JsonObject,
  data: MemoryData = memoryData(),
  more: Partial<DryRunRequest> = {},
): Promise<Tried> {
  const plan = await compileTrial(protocol);
  const events: TraceEvent[] = [];
  let bytes: () => Uint8Array = () => new Uint8Array();
  const result = await dryRun({
    ...{ plan, payload, answers: [], maxHops: 100, runtime: RUNTIME, durability: "device" },
    stores: fileStores(data.root),
    clock: fixedClock(Date.parse(NOW)),
    entropy: seededEntropy("trial"),
    mail: NO_MAIL,
    sleep: () => assert.fail("it pauses"),
    openTrace(wanted) {
      const { id, folder, writer, bytes: written } = memoryTraces().open(wanted);
      bytes = written;
      return { id, folder, file: writer };
    },
    listen: (event) => events.push(event),
    ...more,
  });
  const text = Buffer.from(bytes()).toString();
  assert.deepEqual(await found(plan, text), [], "its trace is intact, allowed and replayed");
  return { result, events, text };
}

const logging = (record: Json = "$.inputs.what"): Protocol =>
  oneContract(
    contract(
      [
        appending("log", { what: record }, { outputs: { number: "$.sequence_number" } }),
        appending("again", { after: "$.results.log.number" }, { outputs: { second: "$.sequence_number" } }),
      ],
      { inputs: { what: {} } },
    ),
  );

const HELD = '{"sequence_number":1,"record":{"what":"before"}}\n';
const contentOf = ({ files }: MemoryData) =>
  [...files].map(([name, bytes]) => [name, bytes.toString()] as const);

test("it records what the run records, marked, and leaves the stores as they are", async () => {
  const data = memoryData({ "log.jsonl": HELD });
  const { result, events } = await tryRun(logging(), { what: "x" }, data);
  assert.deepEqual(contentOf(data), [["log.jsonl", HELD]]);
  assert.deepEqual([result.ending.exitReason, result.summary.isDryRun], ["COMPLETED", true]);
  assert.deepEqual(result.summary.results["WORK"], { number: 2, second: 3 }, "it reads what it wrote");
  const real = await runPlan(await compileTrial(logging()), { what: "x" }, { data });
  const told = (all: readonly TraceEvent[]) =>
    all.map(({ event_type, payload }) => {
      const { dry_run: _, runtime: __, ...rest } = payload as JsonObject;
      return [event_type, rest];
    });
  assert.deepEqual(told(events), told(real.events));
  const [start] = events;
  assert.equal(start?.event_type === "execution_start" && start.payload.dry_run, true);
});

test("where there is no data root it makes none", async () => {
  const data = memoryData();
  const { result } = await tryRun(logging(), { what: "x" }, data);
  assert.deepEqual([result.ending.exitReason, contentOf(data)], ["COMPLETED", []]);
});

test("two on the same stores, at once or one after the other, do not see each other", async () => {
  const data = memoryData({ "log.jsonl": HELD });
  const both = await Promise.all([tryRun(logging(), { what: 1 }, data), tryRun(logging(), { what: 2 }, data)]);
  const third = await tryRun(logging(), { what: 3 }, data);
  for (const { result } of [...both, third])
    assert.deepEqual(result.summary.results["WORK"], { number: 2, second: 3 });
  assert.deepEqual(contentOf(data), [["log.jsonl", HELD]]);
});

test("a letter counts as sent, and is not sent", async () => {
  const MAIL = "capability_side_effects::CS_SEND_EMAIL_V0";
  const inputs = { to: "to@example.org", subject: "s", body: "b" };
  const outcomes = { SUCCESS: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" };
  const step = { step: "send", side_effect: MAIL, op: "SEND", inputs, on_result: outcomes };
  const { result, events } = await tryRun(oneContract(contract([step])), {});
  assert.equal(result.ending.status, "SUCCESS");
  const end = events.find(({ event_type }) => event_type === "side_effect_end");
  assert.deepEqual(end?.payload, { step: "send", outcome: "SUCCESS", result: { delivery_status: "sent" } });
});

// ---- waits ----

const AWAIT = "capability_side_effects::CS_AWAIT_V0";

const asking = (inputs: JsonObject, op = "EVENT", core: JsonObject = {}): Protocol =>
  oneContract(
    contract(
      [
        {
          step: "ask",
          side_effect: AWAIT,
          op,
          inputs,
          outputs: { answer: "$.capability_result.answer" },
          on_result: { SUCCESS: "continue", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
        },
        appending("log", { said: "$.results.ask.answer" }),
      ],
      { result_status_contract: { allowed: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"] }, ...core },
    ),
  );

test("it ends where it waits, and goes on with an answer to the key", async () => {
  const waiting = await tryRun(asking({ key: "k" }), {});
  assert.deepEqual([waiting.result.ending.status, waiting.result.summary.waits.length], ["WAITING", 1]);
  const data = memoryData();
  const answers = [
    { key: "other", answer: "no" },
    { key: "k", answer: "yes" },
  ];
  const { result, events } = await tryRun(asking({ key: "k" }), {}, data, {
    answers,
    actor: "trial::AC_ANN_V0",
  });
  assert.deepEqual([result.ending.status, result.summary.results["WORK"]], ["SUCCESS", { answer: "yes" }]);
  const resumed = events.find(({ event_type }) => event_type === "run_resumed");
  assert.deepEqual(resumed?.payload, {
    cause: "EVENT",
    key: "k",
    answer: "yes",
    actor: "trial::AC_ANN_V0",
    runtime: RUNTIME,
    observed: [{ clock: NOW }],
  });
  assert.deepEqual(contentOf(data), []);
  const notices = result.notices.map(({ code, facts }) => [code, facts["key"]]);
  assert.deepEqual(notices, [["ANSWER_UNUSED", "other"]], "an answer that was not asked for is told");
});

test("an answer is taken once, and one that does not fit is refused", async () => {
  const twice = oneContract(
    contract(
      ["first", "second"].map((step) => ({
        ...{ step, side_effect: AWAIT, op: "EVENT", inputs: { key: "k" } },
        on_result: { SUCCESS: "continue", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
      })),
      { result_status_contract: { allowed: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"] } },
    ),
  );
  const once = await tryRun(twice, {}, memoryData(), { answers: [{ key: "k", answer: 1 }] });
  assert.equal(once.result.ending.status, "WAITING");
  assert.deepEqual(
    once.result.summary.waits.map(({ step }) => step),
    ["second"],
  );
  const both = await tryRun(twice, {}, memoryData(), {
    answers: [1, 2].map((answer) => ({ key: "k", answer })),
  });
  assert.equal(both.result.ending.status, "SUCCESS");
  assert.deepEqual(both.result.notices, []);
  await assert.rejects(
    tryRun(asking({ key: "k", choices: ["yes", "no"] }), {}, memoryData(), {
      answers: [{ key: "k", answer: "maybe" }],
    }),
    (error) => error instanceof ResumeFault && error.code === "ANSWER_REJECTED",
  );
});

test("a wait for a moment ends it, and a run with secrets needs no key to wait", async () => {
  const timed = await tryRun(asking({ after: "PT1H" }, "TIME"), {});
  assert.equal(timed.result.ending.status, "WAITING");
  const core = { inputs: { pin: {} }, suppress_trace_fields: ["pin"] };
  const secret = await tryRun(asking({ key: "k" }, "EVENT", core), { pin: "a secret pin" }, memoryData(), {
    answers: [{ key: "k", answer: "yes" }],
  });
  assert.deepEqual([secret.result.ending.status, /a secret pin/.test(secret.text)], ["SUCCESS", false]);
});

test("a member of its trace says that it is dry, a called run's does not", async () => {
  const { events } = await tryRun(oneContract(contract([passing("pass", { value: 1 })])), {});
  const marks = (trial: Pick<Trial, "events">) =>
    trial.events.map(({ payload }) => ("dry_run" in payload ? payload.dry_run : undefined));
  assert.deepEqual(marks({ events }).filter(Boolean), [true]);
});

test("an effect that reaches a server ends it, with a refusal that its trace records", async () => {
  const HOOK = "trial::CS_HOOK_V0";
  const POST = httpOperation("POST", {
    about: "of this test",
    input: {},
    outcomes: ["SUCCESS", "BACKEND_ERROR"],
    semantics: "idempotent",
    run: () => assert.fail("a request is sent"),
    probe: null,
  });
  const effect: Effect = { code: HOOK, about: "of this test", examples: [], operations: { POST } };
  const step = {
    step: "post",
    side_effect: HOOK,
    op: "POST",
    inputs: {},
    on_result: { SUCCESS: "exit", BACKEND_ERROR: "exit" },
  };
  const protocol = oneContract(contract([step]), {}, { effects: [effect] });
  const { result } = await tryRun(protocol, {});
  assert.equal(result.ending.exitReason, "DRY_RUN_REMOTE_EFFECT");
});
