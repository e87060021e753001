/** Which run, visit and step every event of a trace belongs to, and which step called which run. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sha256 } from "../../src/json/canonical.ts";
import type { EventBody, Payloads, TraceEvent } from "../../src/trace/event.ts";
import { eventsIn, type RunRecord, runsOf } from "../../src/trace/runs.ts";
import { fullRun, PARCEL, RETRY, refusedRun, TrialRun, traceOf } from "../render/trial-run.ts";

type Outline = readonly [run: string, ...visits: (readonly [node: string, ...steps: StepOutline[]])[]];
type StepOutline = readonly [step: string, ...calls: Outline[]];

/** Runs, nodes and steps by name, each with what stands below it. */
function outline({ run, visits }: RunRecord): Outline {
  return [
    run,
    ...visits.map(
      ({ node, steps }) =>
        [node, ...steps.map(({ step, calls }) => [step, ...calls.map(outline)] as const)] as const,
    ),
  ];
}

const SCANNED: Outline = ["0.1", ["IN_SCAN_V0"], ["SCAN"], ["CHECK"], ["EXIT_READ"]];

test("a trace is its main run: the nodes in the order of their visits, their steps, and the runs that these called", () => {
  const { main, nested, orphanRuns } = runsOf(fullRun());
  assert.deepEqual(outline(main), [
    "0",
    ["IN_PARCEL_ARRIVED_V0"],
    ["CC_WEIGH_PARCEL_V0", ["WEIGH"]],
    ["CC_REGISTER_PARCEL_V0", ["KEEP"], ["SCAN", SCANNED]],
    ["CC_APPEND_ARRIVAL_V0"],
    ["EXIT"],
  ]);
  assert.deepEqual([nested.map(outline), orphanRuns], [[SCANNED], []]);
});

test("a node that is visited again has a visit of its own", () => {
  const run = new TrialRun(RETRY).walk(["ACK", "UNREADABLE", "SUCCESS", "NOT_FOUND"]);
  const { visits } = runsOf(run.trace()).main;
  assert.deepEqual(
    visits.map(({ node, start, events }) => [node, start.sequence, events.map(({ sequence }) => sequence)]),
    [
      ["IN_SCAN_V0", 2, [3]],
      ["SCAN", 4, [5]],
      ["SCAN", 6, [7]],
      ["CHECK", 8, [9]],
      ["SCAN", 10, []],
    ],
  );
});

test("what is said of a node that is not being visited belongs to the run", () => {
  const run = new TrialRun(PARCEL).walk(["ACK"]);
  run.leave("CC_WEIGH_PARCEL_V0", "SUCCESS");
  const { main } = runsOf(refusing(run, { node: "CC_REGISTER_PARCEL_V0" }).trace());
  assert.deepEqual(typesOf(main.events), ["execution_start", "error"]);
});

const typesOf = (events: readonly TraceEvent[]) => events.map(({ event_type }) => event_type);

/** All that a run and those below it hold. */
function eventsBelow({ events, visits }: RunRecord): readonly TraceEvent[] {
  return [
    ...events,
    ...visits.flatMap((visit) => [
      visit.start,
      ...eventsIn(visit),
      ...visit.steps.flatMap(({ calls }) => calls.flatMap(eventsBelow)),
    ]),
  ];
}

test("every event stands in exactly one place, wherever the trace is cut off and whichever line is missing", () => {
  const whole = fullRun();
  const cut = whole.map((_, i) => whole.slice(0, i));
  const torn = whole.map((_, i) => whole.toSpliced(i, 1));
  for (const events of [...cut, ...torn, refusedRun()]) {
    const { main, orphanRuns } = runsOf(events);
    const found = [main, ...orphanRuns].flatMap(eventsBelow);
    assert.deepEqual(
      found.toSorted((one, other) => one.sequence - other.sequence),
      events,
    );
  }
});

test("wherever a trace is cut off, no run of it has lost its caller", () => {
  const whole = fullRun();
  const began = whole.findIndex(({ run }) => run === "0.1");
  for (let length = 0; length <= whole.length; length++) {
    const { nested, orphanRuns } = runsOf(whole.slice(0, length));
    assert.deepEqual([nested.length, orphanRuns], [length > began ? 1 : 0, []]);
  }
});

test("no events are a main run in which nothing happened", () => {
  const main = { run: "0", events: [], visits: [], waits: [] };
  assert.deepEqual(runsOf([]), { main, nested: [], orphanRuns: [] });
});

// ---- callers ----

const NODE = "CC_WEIGH_PARCEL_V0";

const begun = (step: string): Payloads["side_effect_start"] => ({
  step,
  cs_code: "control::CS_WORKFLOW_GATEWAY_V0",
  op: "EXECUTE",
  store: null,
  inputs: {},
  effect_key: sha256(step),
});

const ended = (step: string): Payloads["step_end"] => ({
  step,
  outcome: "SUCCESS",
  continuation: "continue",
  published: {},
});

/** A main run in whose second node the step CALL has begun. */
const calling = () => new TrialRun(PARCEL).walk(["ACK"]).say("side_effect_start", NODE, begun("CALL"));

const REFUSAL: Payloads["error"] = {
  error_code: "DEPTH_LIMIT",
  node_category: "WF",
  stage: "walk",
  facts: {},
};

/** The run, refused: in a node, in a step, or nowhere. */
function refusing(run: TrialRun, { node, step }: { node?: string; step?: string } = {}): TrialRun {
  return run.say("error", node, step === undefined ? REFUSAL : { ...REFUSAL, step });
}

const PARENT = { run: "0", node: NODE, step: "CALL" };

const childOf = (parent: Payloads["execution_start"]["parent"], run = "0.1"): readonly EventBody[] =>
  new TrialRun(RETRY, run, parent).walk(["ACK"]).happenings;

const strangers: readonly (readonly [about: string, main: TrialRun, child: readonly EventBody[]])[] = [
  ["names no caller", calling(), childOf(undefined)],
  ["names a run that is not there", calling(), childOf({ ...PARENT, run: "0.7" })],
  ["names a node that is not being visited", calling(), childOf({ ...PARENT, node: "EXIT" })],
  ["names a step that has not begun", calling(), childOf({ ...PARENT, step: "OTHER" })],
  ["names a step that has ended", calling().say("step_end", NODE, ended("CALL")), childOf(PARENT)],
  ["lacks its own beginning", calling(), childOf(PARENT).slice(1)],
];

for (const [about, main, child] of strangers) {
  test(`a run that ${about} is kept without a caller`, () => {
    const { nested, orphanRuns, ...runs } = runsOf(traceOf([...main.happenings, ...child]));
    assert.deepEqual(orphanRuns.map(outline), [["0.1", ["IN_SCAN_V0"], ["SCAN"]]]);
    assert.deepEqual(nested, orphanRuns);
    assert.ok(!JSON.stringify(outline(runs.main)).includes("0.1"));
  });
}

test("what a run without a caller called stands in its steps, and is listed in the order of the beginnings", () => {
  const stray = new TrialRun(PARCEL, "0.1").walk(["ACK"]).say("side_effect_start", NODE, begun("CALL"));
  const events = [
    ...new TrialRun(PARCEL).walk([]).happenings,
    ...stray.happenings,
    ...childOf({ ...PARENT, run: "0.1" }, "0.1.1"),
    ...childOf(undefined, "0.2"),
  ];
  const { nested, orphanRuns } = runsOf(traceOf(events));
  assert.deepEqual(
    nested.map(({ run }) => run),
    ["0.1", "0.1.1", "0.2"],
  );
  assert.deepEqual(
    orphanRuns.map(({ run }) => run),
    ["0.1", "0.2"],
  );
  assert.deepEqual(outline(orphanRuns[0] as RunRecord).at(-1), [
    NODE,
    ["CALL", ["0.1.1", ["IN_SCAN_V0"], ["SCAN"]]],
  ]);
});

// ---- refusals ----

test("a run that was refused before it began stands in the step that called it", () => {
  const { happenings } = calling();
  const refusal: EventBody = { event_type: "error", run: "0.1", payload: REFUSAL };
  const { main, orphanRuns } = runsOf(traceOf([...happenings, refusal]));
  assert.deepEqual(outline(main).at(-1), [NODE, ["CALL", ["0.1"]]]);
  assert.deepEqual(orphanRuns, []);
  const alone = runsOf(traceOf([...new TrialRun(PARCEL).walk(["ACK"]).happenings, refusal]));
  assert.deepEqual(alone.orphanRuns.map(outline), [["0.1"]]);
});

test("a refusal stands in the step it names: begun, ended, or not told of before; else in its node", () => {
  const stepsOf = (run: TrialRun, step?: string) => {
    const at = step === undefined ? { node: NODE } : { node: NODE, step };
    const visit = runsOf(refusing(run, at).trace()).main.visits.at(-1);
    const steps = visit?.steps.map(({ step, events }) => [step, ...typesOf(events)]);
    return [typesOf(visit?.events ?? []), ...(steps ?? [])];
  };
  const done = calling().say("step_end", NODE, ended("CALL"));
  assert.deepEqual(stepsOf(calling(), "CALL"), [[], ["CALL", "side_effect_start", "error"]]);
  assert.deepEqual(stepsOf(done, "CALL"), [[], ["CALL", "side_effect_start", "step_end", "error"]]);
  assert.deepEqual(stepsOf(calling().say("step_end", NODE, ended("CALL")), "NEXT"), [
    [],
    ["CALL", "side_effect_start", "step_end"],
    ["NEXT", "error"],
  ]);
  assert.deepEqual(stepsOf(calling()), [["error"], ["CALL", "side_effect_start"]]);
});

test("a step of one name that begins again after its end is another", () => {
  const again = calling().say("step_end", NODE, ended("CALL")).say("side_effect_start", NODE, begun("CALL"));
  const steps = runsOf(again.trace()).main.visits.at(-1)?.steps ?? [];
  assert.deepEqual(
    steps.map(({ step, events }) => [step, ...typesOf(events)]),
    [
      ["CALL", "side_effect_start", "step_end"],
      ["CALL", "side_effect_start"],
    ],
  );
});
