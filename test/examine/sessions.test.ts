/** Traces of runs that waited, were interrupted or cancelled: what an examination finds, and what it says. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { diffTraces } from "../../src/examine/diff/diff-traces.ts";
import { OpenEffects } from "../../src/examine/recovery/open-effects.ts";
import { replay } from "../../src/examine/replay/replay.ts";
import { Stepwise } from "../../src/examine/replay/stepwise.ts";
import { whatIf } from "../../src/examine/what-if/what-if.ts";
import { exportReferenceV0 } from "../../src/interop/export-reference-v0.ts";
import { isObject, type JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import { runStatement } from "../../src/sign/subjects.ts";
import { sessionsOf } from "../../src/trace/sessions.ts";
import { summaryOf } from "../../src/trace/summary.ts";
import { MADE } from "../engine/sessions.ts";
import { compileTrial, memoryData, resumePlan, runPlan, type Trial } from "../engine/trial.ts";
import { asking } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { counted, type EditableLine, examine, forge, found } from "./examination.ts";

const it = takingTurns(import.meta.url);

for (const [name, make] of Object.entries(MADE)) {
  it(`a trace is intact, allowed and replayed: ${name}`, async () => {
    const { plan, trial } = await make();
    const { intact, allowed, replayed } = await examine(plan, trial.text, trial.head);
    assert.deepEqual(
      { intact, allowed, finding: replayed.finding },
      { intact: [], allowed: [], finding: null },
    );
  });

  it(`cut off after any line but a suspension, the end is missed: ${name}`, async () => {
    const { plan, trial } = await make();
    const lines = trial.text.split("\n").slice(0, -1);
    for (let length = 1; length < lines.length; length++) {
      const cut = lines.slice(0, length).map((line) => `${line}\n`);
      const isSuspended = trial.events[length - 1]?.event_type === "run_suspended";
      assert.deepEqual(await found(plan, cut.join("")), isSuspended ? [] : [`NO_END:${length}`]);
    }
  });
}

// ---- forgeries ----

const at = (lines: readonly EditableLine[], type: string) =>
  lines.findIndex(({ event_type }) => event_type === type);

/** `CODE:line` of what is found when the chain of an edited trace is made anew, with the right counts. */
async function foundIn(name: keyof typeof MADE, edit: (lines: EditableLine[]) => readonly EditableLine[]) {
  const { plan, trial } = await MADE[name]();
  return found(
    plan,
    forge(trial.text, (lines) => counted(edit(lines))),
  );
}

/** The waits of the first suspension. */
const waitsIn = (lines: readonly EditableLine[]) =>
  (lines[at(lines, "run_suspended")]?.payload["waits"] ?? []) as readonly JsonObject[];

const without = (type: string) => (lines: EditableLine[]) => lines.filter((one) => one.event_type !== type);

const changing = (type: string, change: JsonObject) => (lines: EditableLine[]) =>
  lines.map((line) => (line.event_type === type ? { ...line, payload: { ...line.payload, ...change } } : line));

const FORGERIES: readonly (readonly [
  what: string,
  of: keyof typeof MADE,
  edit: (lines: EditableLine[]) => readonly EditableLine[],
  first: string,
])[] = [
  ["a suspension is left out", "it was answered", without("run_suspended"), "NOT_SUSPENDED:7"],
  ["a resumption is left out", "it was answered", without("run_resumed"), "NOT_RESUMED:8"],
  ["a cancellation is left out", "it was cancelled while it waited", without("run_cancelled"), "NOT_RESUMED:8"],
  [
    "a run is said to be cancelled that was not",
    "it was answered",
    changing("workflow_complete", { status: "CANCELLED", outcome: null, exit_reason_code: "CANCELLED" }),
    "NOT_CANCELLED:16",
  ],
  [
    "a cancelled run is said to have ended well",
    "it was cancelled while it waited",
    changing("workflow_complete", { status: "SUCCESS" }),
    "NOT_CANCELLED:9",
  ],
  [
    "another event is said to be delivered",
    "it was answered",
    changing("run_resumed", { key: "k" }),
    "NOT_WAITED_FOR:8",
  ],
  ["another answer", "it was answered", changing("run_resumed", { answer: "no" }), "DIVERGED:9"],
  [
    "an answer that is no choice",
    "it was answered",
    changing("run_resumed", { answer: "maybe" }),
    "DIVERGED:8",
  ],
  ["another cause", "it was answered", changing("run_resumed", { cause: "TIME" }), "DIVERGED:8"],
  ["another actor", "it was answered", changing("run_resumed", { actor: "trial::AC_BOB_V0" }), "DIVERGED:9"],
  ["nothing is waited for", "it was answered", changing("run_suspended", { waits: [] }), "NO_WAITS:7"],
  [
    "a step is said to wait that does not",
    "of three runs beside each other, all wait",
    (lines) => {
      const waits = waitsIn(lines);
      return changing("run_suspended", { waits: [{ ...waits[0], node: "START" }, ...waits.slice(1)] })(lines);
    },
    "NOT_A_WAIT:25",
  ],
  [
    "one of the waits is left out",
    "of three runs beside each other, all wait",
    (lines) => {
      const waits = waitsIn(lines);
      return changing("run_suspended", { waits: waits.slice(1) })(lines);
    },
    "DIVERGED:25",
  ],
  ...["due", "prompt", "choices"].map(
    (member) =>
      [
        `another ${member}`,
        "it waits",
        (lines: EditableLine[]) => {
          const [wait] = waitsIn(lines);
          const forged = { due: "2026-02-01T10:00:00.120Z", prompt: "Forged?", choices: ["yes"] };
          return changing("run_suspended", {
            waits: [{ ...wait, [member]: forged[member as keyof typeof forged] }],
          })(lines);
        },
        "DIVERGED:7",
      ] as const,
  ),
];

for (const [what, of, edit, first] of FORGERIES) {
  test(`found in a chain that was made anew: ${what}`, async () => {
    assert.equal((await foundIn(of, edit))[0], first);
  });
}

/** Who does not know the head finds nothing in the trace. */
async function assertOnlyByHead(plan: Plan, text: string, head: string): Promise<void> {
  assert.deepEqual(await found(plan, text), []);
  const [only, ...others] = await found(plan, text, head);
  assert.match(String(only), /^HEAD_MISMATCH:/);
  assert.deepEqual(others, []);
}

test("only the head shows that a run went on after it had waited (later-sessions)", async () => {
  const { plan, trial } = await MADE["it was answered"]();
  const place = trial.events.findIndex(({ event_type }) => event_type === "run_suspended");
  const lines = trial.text.split("\n").slice(0, place + 1);
  await assertOnlyByHead(plan, lines.map((line) => `${line}\n`).join(""), trial.head);
});

test("only the head shows that a process ended between two effects (interruption)", async () => {
  const { plan, trial } = await MADE["it was cut off between two nodes"]();
  const isInterruption = ({ event_type, payload }: EditableLine) =>
    event_type === "run_resumed" && payload["cause"] === "INTERRUPTED";
  const forged = forge(trial.text, (lines) => lines.filter((line) => !isInterruption(line)));
  assert.notEqual(forged, trial.text);
  await assertOnlyByHead(plan, forged, trial.head);
});

test("only the head shows that another answer was given, with all that follows from it (answer)", async () => {
  const { plan, trial } = await MADE["it was answered"]();
  const forged = forge(trial.text.replaceAll('"answer":"yes"', '"answer":"no"'), (lines) => lines);
  assert.notEqual(forged, trial.text);
  await assertOnlyByHead(plan, forged, trial.head);
});

// ---- what is told ----

const eventsOf = async (name: keyof typeof MADE) => (await MADE[name]()).trial.events;

test("the sessions of a trace say why each began, and how it ended", async () => {
  const told = sessionsOf(
    await eventsOf("of three runs beside each other, two were answered, the last not in time"),
  );
  assert.deepEqual(
    told.map(({ cause, delivered, end, waits }) => [cause, delivered?.key, end, waits.length]),
    [
      ["BEGUN", undefined, "WAITS", 3],
      ["EVENT", "b", "WAITS", 2],
      ["EVENT", "a", "WAITS", 1],
      ["TIME", undefined, "ENDED", 0],
    ],
  );
  for (const [i, session] of told.entries())
    assert.equal(session.from.line, i === 0 ? 1 : (told[i - 1]?.until.line ?? 0) + 1);
  const [, cancelled] = sessionsOf(await eventsOf("it was cancelled while it waited"));
  assert.deepEqual(
    [cancelled?.cause, cancelled?.reason, cancelled?.actor, cancelled?.end],
    ["CANCELLED", "not needed", "trial::AC_ANN_V0", "ENDED"],
  );
});

/** The run, cut off behind its first effect that is no wait, as its next session found it. */
async function interrupted() {
  const { plan, trial } = await MADE["it was answered"]();
  const length = trial.events.findLastIndex(({ event_type }) => event_type === "side_effect_start") + 1;
  const lines = trial.text.split("\n").slice(0, length);
  const cut = {
    ...trial,
    events: trial.events.slice(0, length),
    text: lines.map((line) => `${line}\n`).join(""),
  };
  return { plan, cut };
}

test("an interruption begins a session, and what was settled after it is told", async () => {
  const { plan, cut } = await interrupted();
  const settled = {
    outcome: "SUCCESS",
    result: {},
    observed: [],
    settled: "assumed",
    actor: "trial::AC_ANN_V0",
  } as const;
  const { text, events } = await resumePlan(plan, cut, { data: memoryData(), settled });
  assert.deepEqual(await found(plan, text), []);
  assert.deepEqual(
    sessionsOf(events).map(({ cause, end }) => [cause, end]),
    [
      ["BEGUN", "WAITS"],
      ["EVENT", "CUT_OFF"],
      ["INTERRUPTED", "ENDED"],
    ],
  );
  assert.deepEqual(summaryOf(events).settled, [
    {
      ...{ run: "0", node: "WORK", step: "log", op: "APPEND", store: "LOG", outcome: "SUCCESS" },
      ...{ settled: "assumed", actor: "trial::AC_ANN_V0" },
    },
  ]);
});

test("a run that waits leaves no effect open; a cancelled one leaves those that had begun to write", async () => {
  const openIn = (events: Trial["events"]) => {
    const effects = new OpenEffects();
    for (const event of events) effects.take(event);
    return { isOver: effects.isOver, open: effects.open.map(({ step }) => step) };
  };
  assert.deepEqual(openIn(await eventsOf("it waits")), { isOver: true, open: [] });
  assert.equal(openIn(await eventsOf("its nested run waits")).isOver, true);
  assert.deepEqual(openIn(await eventsOf("it was cancelled while it waited")), { isOver: true, open: [] });
  assert.deepEqual(openIn(await eventsOf("it was cancelled while its nested run waited")), {
    isOver: true,
    open: [],
  });
  const { plan, cut } = await interrupted();
  const { events } = await resumePlan(plan, cut, { cancellation: {} });
  assert.deepEqual(openIn(events), { isOver: false, open: ["log"] });
});

test("step by step, a run that waited is replayed as one", async () => {
  const { plan, trial } = await MADE["its nested run was answered"]();
  const stepwise = new Stepwise();
  const { finding } = await replay(plan, trial.events, stepwise);
  assert.equal(finding, null);
  assert.deepEqual(
    stepwise.steps.map(({ at: place, recorded, verdict }) => [place, recorded?.outcome, verdict]),
    [
      ["WORK.call", "SUCCESS", "equal"],
      ["0.1/ASK.wait", "SUCCESS", "equal"],
      ["0.1/ASK.log", "SUCCESS", "equal"],
    ],
  );
});

test("two runs that wait for the same at other times are equal; what they wait for is compared", async () => {
  const plan = await compileTrial(asking({ key: "k", timeout: "PT1H" }));
  const other = await compileTrial(asking({ key: "other", timeout: "PT1H" }));
  const runAt = (of: Plan, time: string) => runPlan(of, {}, { clock: fixedClock(Date.parse(time)) });
  const first = await runAt(plan, "2026-01-31T09:00:00Z");
  const later = await runAt(plan, "2026-02-01T12:34:56Z");
  assert.deepEqual(diffTraces(first.events, later.events).differences, []);
  const asked = await runAt(other, "2026-01-31T09:00:00Z");
  const { differences } = diffTraces(first.events, asked.events);
  assert.ok(differences.some(({ at: place }) => place === "/0/ending/waits/0/key"));
});

test("an answer at another time is no difference, another answer is one, and so is a cancellation", async () => {
  const plan = await compileTrial(asking({ key: "k", timeout: "PT8H" }));
  const answeredAt = async (time: string, answer: string) => {
    const data = memoryData();
    const asked = await runPlan(plan, {}, { data });
    return resumePlan(plan, asked, {
      data,
      clock: fixedClock(Date.parse(time)),
      delivery: { key: "k", answer },
    });
  };
  const first = await answeredAt("2026-01-31T10:00:00Z", "yes");
  const later = await answeredAt("2026-01-31T11:11:11Z", "yes");
  assert.deepEqual(diffTraces(first.events, later.events).differences, []);
  const other = await answeredAt("2026-01-31T10:00:00Z", "no");
  const places = diffTraces(first.events, other.events).differences.map(({ at: place }) => place);
  assert.ok(places.includes("/0/WORK/wait/result/answer"), places.join());
  const [waiting, cancelled] = [await eventsOf("it waits"), await eventsOf("it was cancelled while it waited")];
  const ending = diffTraces(waiting, cancelled).differences.find(({ group }) => group === "ending");
  assert.ok(ending !== undefined);
});

test("another snapshot is asked what it would have made of a run that waits", async () => {
  const asked = await eventsOf("it waits");
  const { plan } = await MADE["it waits"]();
  const same = await whatIf(plan, asked);
  assert.equal(same.unanswered, null);
  assert.deepEqual(summaryOf(same.events).waits, summaryOf(asked).waits);
  const other = await compileTrial(asking({ key: "another" }));
  assert.equal((await whatIf(other, asked)).unanswered?.code, "EFFECT");
  const answered = await whatIf(plan, await eventsOf("it was answered"));
  assert.equal(summaryOf(answered.events).ending?.exit_reason_code, "COMPLETED");
});

test("an attestation of a run that waits says so, and one of a run that went on names its sessions", async () => {
  const statementOf = async (name: keyof typeof MADE) => {
    const { trial } = await MADE[name]();
    const { predicate } = runStatement({
      bytes: Buffer.from(trial.text),
      events: trial.events,
      head: trial.head,
    });
    const { status, sessions } = predicate;
    return { status, sessions };
  };
  assert.deepEqual(await statementOf("it waits"), { status: "WAITING", sessions: undefined });
  const runtime = { name: "trial", version: "0" };
  const actor = "trial::AC_ANN_V0";
  assert.deepEqual(await statementOf("it was answered"), {
    status: "SUCCESS",
    sessions: [
      { cause: "BEGUN", runtime },
      { cause: "EVENT", actor, runtime },
    ],
  });
  assert.equal((await statementOf("it was cancelled while it waited")).status, "CANCELLED");
});

test("an export counts the events of sessions that it leaves out", async () => {
  const { text, dropped } = exportReferenceV0(await eventsOf("it was cancelled while it waited"));
  assert.deepEqual(dropped, { admission: 1, run_suspended: 1, run_cancelled: 1 });
  const last = JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as JsonObject;
  assert.ok(isObject(last["payload"]) && last["payload"]["status"] === "ABORT");
});
