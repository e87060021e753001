/** Runs that were killed, at every moment: what is found of the effect that was going on, and what is safe to do. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreFault } from "../../../src/errors/ports.ts";
import { wordsOfAdvice } from "../../../src/examine/recovery/advice.ts";
import type { CompletedEffect } from "../../../src/examine/recovery/rerun.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { DataRoot, LockHolder, Mail } from "../../../src/ports.ts";
import {
  appending,
  compileTrial,
  contract,
  type MemoryData,
  memoryData,
  oneContract,
  type Protocol,
  REGISTRY,
  runPlan,
  testEffect,
} from "../../engine/trial.ts";
import { takingTurns } from "../../support/portion.ts";
import { type Crash, examined, type Killed, killed, storedIn } from "./killed.ts";

const it = takingTurns(import.meta.url);

const STATE = "capability_side_effects::CS_MUTABLE_JSON_V0";
const MAIL = "capability_side_effects::CS_SEND_EMAIL_V0";
const OUTCOMES = ["SUCCESS", "ALREADY_EXISTS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"];
const onward = Object.fromEntries(OUTCOMES.map((one) => [one, one === "SUCCESS" ? "continue" : "exit"]));

const PATHS: Readonly<Record<string, string>> = { LOG: "log.jsonl", NAMES: "names.jsonl", STATE: "state.json" };

function acting(step: string, capability: string, op: string, store: string, inputs: JsonObject): JsonObject {
  return { step, side_effect: capability, op, store, inputs, on_result: onward };
}
const registering = (key: string) => acting("register", REGISTRY, "REGISTER", "NAMES", { key });
const ending = (key: string) => acting("end", REGISTRY, "DEREGISTER", "NAMES", { key_or_address: key });
const writing = (value: string) => acting("write", STATE, "WRITE", "STATE", { key: "k", value });
const reading = acting("read", STATE, "READ", "STATE", { key: "k" });
const logging = (step = "log") => appending(step, { id: "$.inputs.id", step, at: "{{timestamp}}" });
const sending = {
  step: "send",
  side_effect: MAIL,
  op: "SEND",
  inputs: { recipient: "ines@example.org", subject: "Done" },
  on_result: onward,
};

function steps(...pipeline: readonly JsonObject[]): Protocol {
  const core = contract(pipeline, { result_status_contract: { allowed: OUTCOMES }, inputs: { id: {} } });
  return oneContract(core, { inputs: { id: "$.payload.id" } }, { stores: { STATE: "state.json" } });
}

async function killedTrial(protocol: Protocol, before: Readonly<Record<string, string>> = {}): Promise<Killed> {
  return killed(await compileTrial(protocol), { id: "P-1" }, before);
}

/** The moment in which the run is in the step, before it has written and, where it does, after. */
function inStep({ crashes }: Killed, step: string): readonly Crash[] {
  return crashes.filter(({ events }) => {
    const last = events.at(-1);
    return last?.event_type === "side_effect_start" && last.payload.step === step;
  });
}

/** The moment behind the step's end. */
function after({ crashes }: Killed, step: string): Crash {
  const found = crashes.find(({ events }) => {
    const last = events.at(-1);
    return last?.event_type === "side_effect_end" && last.payload.step === step;
  });
  assert.ok(found, step);
  return found;
}

async function adviceOf(crash: Crash, looking: Parameters<typeof examined>[1] = {}) {
  const { advice } = await examined(crash, looking);
  assert.ok(advice, crash.about);
  return advice;
}

/** What is stored, but for what is drawn anew by every run. */
function meaning(data: MemoryData): unknown {
  const drawn = /"(?:timestamp|at|record_id|address)":"[^"]*",?/g;
  return Object.fromEntries(
    Object.entries(storedIn(data)).map(([path, text]) => [path, text.replace(drawn, "")]),
  );
}

/** Takes the line away that the effect added. */
function takeBack({ files }: MemoryData, { store, op }: CompletedEffect): void {
  const path = PATHS[store ?? ""] ?? assert.fail(`${op} adds no line`);
  const lines = String(files.get(path)).split("\n").slice(0, -2);
  if (lines.length === 0) files.delete(path);
  else files.set(path, Buffer.from(`${lines.join("\n")}\n`));
}

async function follow(crash: Crash): Promise<string> {
  const { code, tookPlace } = await adviceOf(crash);
  if (code === "COUNT_AS_DONE") return code;
  if (code !== "RUN_AGAIN") for (const effect of [...tookPlace].reverse()) takeBack(crash.data, effect);
  await runPlan(crash.plan, { id: "P-1" }, { data: crash.data, seed: "second" });
  return code;
}

const BOUND = '{"key":"P-1","address":"ADDR_1"}\n';
const same = (step: string) => appending(step, { id: "$.inputs.id" });
const protocols: readonly (readonly [
  about: string,
  protocol: Protocol,
  before: Readonly<Record<string, string>>,
  codes: readonly string[],
])[] = [
  ["reads", steps(reading), {}, ["RUN_AGAIN"]],
  ["appends once", steps(reading, logging()), { "state.json": '{"k": 1}' }, ["RUN_AGAIN", "COUNT_AS_DONE"]],
  [
    "appends the same twice in an instant",
    steps(same("one"), same("two")),
    {},
    ["RUN_AGAIN", "REPEATS", "COUNT_AS_DONE"],
  ],
  ["appends twice", steps(logging("one"), logging("two")), {}, ["RUN_AGAIN", "REPEATS", "COUNT_AS_DONE"]],
  [
    "registers, then appends",
    steps(registering("$.inputs.id"), logging()),
    {},
    ["RUN_AGAIN", "ENDS_OTHERWISE", "COUNT_AS_DONE"],
  ],
  ["writes, then appends", steps(writing("$.inputs.id"), logging()), {}, ["RUN_AGAIN", "COUNT_AS_DONE"]],
  [
    "ends a binding, then appends",
    steps(ending("$.inputs.id"), logging()),
    { "names.jsonl": BOUND },
    ["RUN_AGAIN", "COUNT_AS_DONE"],
  ],
];

for (const [about, protocol, before, codes] of protocols) {
  it(`whoever does what is said has it done once, wherever a run that ${about} was killed`, async () => {
    const { crashes, whole } = await killedTrial(protocol, before);
    const given = new Set<string>();
    for (const crash of crashes) {
      const stored = storedIn(crash.data);
      await examined(crash);
      assert.deepEqual(storedIn(crash.data), stored, `looking changes nothing, ${crash.about}`);
      given.add(await follow(crash));
      assert.deepEqual(meaning(crash.data), meaning(whole), crash.about);
    }
    assert.deepEqual([...given], codes);
  });

  it(`an effect of a run that ${about} is found absent before it is done, and done after`, async () => {
    for (const crash of (await killedTrial(protocol, before)).crashes) {
      const { open } = await examined(crash);
      const isIn = crash.about.includes("side_effect_start");
      const hasWritten = crash.about.endsWith("written");
      const states = open.map(({ found, safe }) => [found.state, safe]);
      const wanted = hasWritten ? ["done", "COUNT_AS_DONE"] : ["absent", "DO_AGAIN"];
      const isReading = open[0]?.op === "READ";
      assert.deepEqual(states, isIn ? [isReading ? ["absent", "CHANGES_NOTHING"] : wanted] : [], crash.about);
    }
  });
}

test("a run that ended is over, and nothing is advised", async () => {
  const plan = await compileTrial(steps(logging()));
  const { events, data } = await runPlan(plan, { id: "P-1" });
  const { open, advice } = await examined({ plan, events, data, about: "whole" });
  assert.deepEqual([open, advice], [[], null]);
});

test("how far it came is said: the node and the step that ended last, and what may still follow", async () => {
  const pipeline = [registering("$.inputs.id"), reading, logging()];
  const run = await killedTrial(steps(...pipeline), { "state.json": '{"k": 1}' });
  const { unfinished, advice } = await examined(inStep(run, "log")[0] as Crash);
  assert.deepEqual([unfinished.lastNode?.node, unfinished.lastNode?.outcome], ["START", "ACK"]);
  assert.deepEqual([unfinished.lastStep?.step, unfinished.lastStep?.outcome], ["read", "SUCCESS"]);
  assert.deepEqual(
    advice?.ahead?.map(({ step }) => step.name),
    ["log"],
  );
});

test("a key that is drawn anew is registered a second time, whatever its declaration promises", async () => {
  const run = await killedTrial(steps(registering("{{timestamp}}"), logging()));
  const { code, tookPlace, ending: rehearsed } = await adviceOf(after(run, "register"));
  assert.deepEqual(
    [code, tookPlace[0]?.secondTime, rehearsed?.exitReason],
    ["REPEATS", "ADDS_AGAIN", "COMPLETED"],
  );
});

test("what others wrote since would be written over; what it wrote itself is only renewed", async () => {
  const run = await killedTrial(steps(writing("{{timestamp}}"), logging()));
  const crash = after(run, "write");
  const renewed = await adviceOf(crash);
  assert.deepEqual([renewed.code, renewed.tookPlace[0]?.secondTime], ["RUN_AGAIN", "RENEWS"]);
  crash.data.files.set("state.json", Buffer.from('{"k": "theirs"}'));
  const over = await adviceOf(crash);
  assert.deepEqual([over.code, over.tookPlace[0]?.secondTime], ["OVERWRITES", "WRITES_OVER"]);
  crash.data.files.set("state.json", Buffer.from('{"k": "theirs", '));
  const unusable = await adviceOf(crash);
  assert.deepEqual([unusable.code, unusable.tookPlace[0]?.answer], ["ENDS_OTHERWISE", "BACKEND_ERROR"]);
});

test("another value that stands there is looked at before anything is done about it", async () => {
  const run = await killedTrial(steps(writing("$.inputs.id")), { "state.json": '{"k": "before"}' });
  const [before, written] = inStep(run, "write") as [Crash, Crash];
  const { open, advice } = await examined(before);
  assert.deepEqual(
    [open[0]?.found.state, open[0]?.safe, advice?.code],
    ["unclear", "LOOK_FIRST", "LOOK_FIRST"],
  );
  assert.equal((await adviceOf(written)).code, "COUNT_AS_DONE");
});

test("the binding that was found is told apart from one that this run is known to have left", async () => {
  const run = await killedTrial(steps(registering("$.inputs.id"), logging()));
  const found = await adviceOf(inStep(run, "register")[1] as Crash);
  const known = await adviceOf(after(run, "register"));
  assert.deepEqual([found.tookPlace[0]?.isOwn, known.tookPlace[0]?.isOwn], [false, true]);
  assert.deepEqual([found.code, known.code], ["ENDS_OTHERWISE", "ENDS_OTHERWISE"]);
});

for (const [step, protocol] of [
  ["log", steps(same("log"))],
  ["register", steps(registering("$.inputs.id"))],
  ["write", steps(writing("$.inputs.id"))],
] as const) {
  test(`what another run with the same input left for ${step} is not counted as the run's own without a caveat`, async () => {
    const run = await killedTrial(protocol);
    const [before, written] = inStep(run, step) as [Crash, Crash];
    await runPlan(before.plan, { id: "P-1" }, { data: before.data, seed: "another" });
    for (const crash of [before, written]) {
      const { open, advice } = await examined(crash);
      assert.ok(advice !== null);
      assert.deepEqual([open[0]?.found.state, advice.code], ["done", "COUNT_AS_DONE"]);
      assert.deepEqual(
        advice.tookPlace.map(({ isOwn }) => isOwn),
        [false],
      );
      assert.match(wordsOfAdvice(advice, "").hint, /each other trace of the workflow/);
    }
  });
}

test("a run that is no longer admitted would not finish either", async () => {
  const protocol = steps(logging("one"), logging("two"));
  const admission = { requires: [], forbids: ["EV_V0"], bindings: { EV_V0: { id: "id" } } };
  const run = await killedTrial({ ...protocol, workflow: { ...protocol.workflow, admission } });
  const crash = after(run, "one");
  crash.data.files.set("other.jsonl", Buffer.from('{"record":{"event_code":"EV_V0","id":"P-1"}}\n'));
  const { code, ending: rehearsed, tookPlace } = await adviceOf(crash);
  assert.deepEqual([code, rehearsed?.exitReason], ["ENDS_OTHERWISE", "ADMISSION_DENIED"]);
  assert.equal(tookPlace[0]?.secondTime, "NOT_REACHED");
});

const asking: Mail = {
  environment: { host: "mail.example.org" },
  send: () => assert.fail("a letter was sent"),
};

test("a letter is asked for at the mail server; a second one is told of, and none is sent to find out", async () => {
  const run = await killedTrial(steps(sending, logging()));
  const { open, advice } = await examined(inStep(run, "send")[0] as Crash, { mail: asking });
  assert.deepEqual([open[0]?.found.state, advice?.code], ["unclear", "LOOK_FIRST"]);
  assert.equal(open[0]?.found.evidence["recipient"], "ines@example.org");
  const sent = await adviceOf(after(run, "send"), { mail: asking });
  assert.deepEqual([sent.code, sent.tookPlace[0]?.secondTime], ["REPEATS", "SENDS_AGAIN"]);
  const skipped = await adviceOf(after(run, "send"));
  assert.deepEqual([skipped.code, skipped.tookPlace[0]?.secondTime], ["RUN_AGAIN", "CHANGES_NOTHING"]);
});

test("without a rehearsal a second time is what the operation declares", async () => {
  const all = steps(registering("$.inputs.id"), writing("v"), sending, logging("one"), logging("two"));
  const crash = after(await killedTrial(all), "one");
  const { tookPlace, unrehearsed, code } = await adviceOf(crash, { data: null });
  assert.deepEqual(
    tookPlace.map(({ op, secondTime }) => [op, secondTime]),
    [
      ["REGISTER", "DECLARED_ONCE"],
      ["WRITE", "DECLARED_SAME"],
      ["SEND", "SENDS_AGAIN"],
      ["APPEND", "DECLARED_MORE"],
    ],
  );
  assert.deepEqual([unrehearsed, code], ["NO_DATA_ROOT", "REPEATS"]);
  const unplanned = await adviceOf(crash, { plan: null });
  assert.deepEqual([unplanned.unrehearsed, unplanned.ahead, unplanned.code], ["NO_PLAN", null, "LOOK_FIRST"]);
  assert.deepEqual(unplanned.tookPlace, [], "what an effect is, its plan says");
});

/** The data root with another holder of every lock, or a path that leads out of it. */
const rootWith = ({ root }: MemoryData, holder: () => LockHolder | null): DataRoot => ({
  ...root,
  store: (path) => ({ ...root.store(path), holder }),
});

test("a living process that holds the lock of the store is waited for; a dead one's lock is in nobody's way", async () => {
  const crash = inStep(await killedTrial(steps(logging())), "log")[0] as Crash;
  for (const [state, safe, code] of [
    ["alive", "WAIT", "WAIT"],
    ["unknown", "WAIT", "WAIT"],
    ["dead", "DO_AGAIN", "RUN_AGAIN"],
  ] as const) {
    const lock = { pid: 4711, host: "host", namespace: "1", since: "2026-01-31T09:00:00.000Z", state };
    const { open, advice } = await examined(crash, { data: rootWith(crash.data, () => lock) });
    assert.deepEqual([open[0]?.lock, open[0]?.safe, advice?.code], [lock, safe, code]);
  }
});

test("what cannot be looked at says why, and is looked at before anything is done", async () => {
  const run = await killedTrial(steps(logging()));
  const crash = inStep(run, "log")[0] as Crash;
  const broken = memoryData();
  broken.broken.add("log.jsonl");
  const corrupt = memoryData({ "log.jsonl": "[1]\n{}\n" });
  const elsewhere = await compileTrial(steps(logging("other")));
  const cases = [
    ["NO_PLAN", { plan: null }],
    ["NOT_DECLARED", { plan: elsewhere }],
    ["NO_DATA_ROOT", { data: null }],
    ["UNREADABLE", { data: broken.root }],
    ["CORRUPT", { data: corrupt.root }],
  ] as const;
  for (const [because, looking] of cases) {
    const { open, advice } = await examined(crash, looking);
    const { found, safe } = open[0] ?? assert.fail(because);
    assert.deepEqual(
      [found.state, "because" in found && found.because, safe],
      ["unseen", because, "LOOK_FIRST"],
    );
    assert.equal(advice?.code, "LOOK_FIRST", because);
  }
});

test("of what took place by another plan nothing is known", async () => {
  const crash = after(await killedTrial(steps(logging("one"), logging("two"))), "one");
  const elsewhere = await compileTrial(steps(logging("other"), logging("two")));
  const { code, tookPlace } = await adviceOf(crash, { plan: elsewhere });
  assert.deepEqual([code, tookPlace[0]?.secondTime], ["LOOK_FIRST", "NOT_KNOWN"]);
});

test("a defect of the storage's port is no finding", async () => {
  const crash = inStep(await killedTrial(steps(logging())), "log")[0] as Crash;
  const data = rootWith(crash.data, () => {
    throw new TypeError("ours");
  });
  await assert.rejects(examined(crash, { data }), TypeError);
  const failing = rootWith(crash.data, () => {
    throw new StoreFault("UNREADABLE", { file: "log.jsonl", errno: "EACCES" });
  });
  const { open } = await examined(crash, { data: failing });
  assert.deepEqual(open[0]?.found.evidence, { file: "log.jsonl", errno: "EACCES" });
});

test("inputs that the trace suppresses are compared with nothing, and a payload that it does is not run", async () => {
  const suppressing = contract([registering("$.inputs.id"), logging()], {
    result_status_contract: { allowed: OUTCOMES },
    inputs: { id: {} },
    suppress_trace_fields: ["id"],
  });
  const run = await killedTrial(oneContract(suppressing, { inputs: { id: "$.payload.id" } }));
  const { open, advice } = await examined(inStep(run, "log")[1] as Crash);
  const found = open[0]?.found;
  assert.deepEqual(found, { state: "unseen", because: "SUPPRESSED", evidence: {} });
  assert.deepEqual([advice?.unrehearsed, advice?.code], ["SUPPRESSED", "LOOK_FIRST"]);
  const declared = await adviceOf(after(run, "register"));
  assert.deepEqual([declared.tookPlace[0]?.secondTime, declared.code], ["DECLARED_ONCE", "ENDS_OTHERWISE"]);
});

test("what a contract suppresses of a result is not told of the store either", async () => {
  const suppressing = contract(
    [{ ...registering("$.inputs.id"), outputs: { place: "$.address" } }, logging()],
    {
      result_status_contract: { allowed: OUTCOMES },
      inputs: { id: {} },
      suppress_trace_fields: ["place"],
    },
  );
  const run = await killedTrial(oneContract(suppressing, { inputs: { id: "$.payload.id" } }));
  const { open } = await examined(inStep(run, "register")[1] as Crash);
  const [found] = open.map((effect) => effect.found);
  assert.deepEqual([found?.state, found?.evidence], ["done", { line: 1 }]);
});

const PARCEL = "trial::WF_PARCEL_V0";

/** A log entry in a workflow of its own, once for every item. */
const looping: Protocol = {
  ...steps({
    step: "each",
    side_effect: "capability_side_effects::CS_WORKFLOW_LOOP_V0",
    op: "EXECUTE_SEQUENCE",
    inputs: {
      sequence: [{ id: "P-1" }, { id: "P-2" }],
      item_wf: { code: PARCEL, payload_fields: { id: "id" } },
    },
    on_result: onward,
  }),
  others: {
    [PARCEL]: {
      start_node: "START",
      nodes: {
        START: { type: "IN", next: { ACK: "LOG" } },
        LOG: { type: "CC", code: "CC_LOG_V0", inputs: { id: "$.payload.id" }, next: { default: "END" } },
        END: { type: "EXIT" },
      },
    },
  },
};

test("of a nested run its own effects speak, and a second time is told for each of the runs before it", async () => {
  const protocol = {
    ...looping,
    contracts: { ...looping.contracts, CC_LOG_V0: contract([logging()], { inputs: { id: {} } }) },
  };
  const run = await killedTrial(protocol);
  const [beforeAny, , , written] = inStep(run, "log") as [Crash, Crash, Crash, Crash];
  const first = await examined(beforeAny);
  assert.deepEqual(
    first.open.map(({ run: of, isCaller, safe }) => [of, isCaller, safe]),
    [
      ["0", true, "SEE_NESTED"],
      ["0.1", false, "DO_AGAIN"],
    ],
  );
  assert.equal(first.advice?.code, "RUN_AGAIN");
  const last = await examined(written);
  assert.deepEqual(
    last.advice?.tookPlace.map(({ run: of, outcome, secondTime }) => [of, outcome, secondTime]),
    [
      ["0.1", "SUCCESS", "ADDS_AGAIN"],
      ["0.2", null, "ADDS_AGAIN"],
    ],
  );
  assert.equal(last.advice?.code, "REPEATS");
  const calling = inStep(run, "each")[0] as Crash;
  const { open } = await examined(calling);
  assert.deepEqual([open[0]?.isCaller, open[0]?.safe], [false, "DO_AGAIN"], "no run had begun in it");
  const unplanned = await examined(written, { plan: null });
  assert.deepEqual(
    unplanned.open.map(({ safe }) => safe),
    ["SEE_NESTED", "LOOK_FIRST"],
  );
});

test("an effect that a refusal broke off is looked at like one that was killed", async () => {
  const code = "trial::CS_BROKEN_V0";
  const broken = testEffect(code, () => {
    throw new TypeError("defect");
  });
  const protocol = steps(logging(), acting("do", code, "DO", "LOG", {}));
  const plan = await compileTrial({ ...protocol, effects: [broken] });
  const { events, data } = await runPlan(plan, { id: "P-1" });
  assert.equal(events.at(-1)?.event_type, "workflow_complete");
  const { open, advice } = await examined({ plan, events, data, about: "refused" });
  assert.deepEqual([open[0]?.safe, advice?.tookPlace.length], ["CHANGES_NOTHING", 1]);
});
