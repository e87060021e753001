/** What the events of a run, of a node's visit and of a step tell of their meaning, as members to compare. */

import { markOf } from "../../capabilities/targets/store.ts";
import { withoutObservational } from "../../engine/compare-events.ts";
import { type Json, type JsonObject, own } from "../../json/value.ts";
import type { Observation } from "../../ports.ts";
import { eventsOf, MAIN_RUN, SESSION_EVENTS, type TraceEvent, type WaitEntry } from "../../trace/event.ts";
import { OBSERVATIONAL } from "../../trace/observational.ts";
import { eventsIn, type RunRecord, type StepRecord, type VisitRecord } from "../../trace/runs.ts";

export type Comparable = Readonly<Record<string, Json | undefined>>;

/** What was asked for, on what, and whether it was admitted. The build is left aside: it is how, not what. */
export function comparableStart({ run, events }: RunRecord): Comparable {
  const start = eventsOf(events, "execution_start")[0]?.payload;
  return {
    workflow: start?.workflow_code,
    // The runs nested in it are on the same one.
    snapshot: run === MAIN_RUN && start ? withoutObservational("snapshot", start.snapshot) : undefined,
    actor: start?.actor,
    dry_run: start?.dry_run,
    admission: eventsOf(events, "admission").map(meaningOf),
  };
}

export function payloadOf({ events }: RunRecord): Json | undefined {
  return eventsOf(events, "execution_start")[0]?.payload.payload;
}

export function comparableEnd({ events, waits }: RunRecord): Comparable {
  const ending = eventsOf(events, "workflow_complete")[0]?.payload;
  if (ending === undefined) return { ...toldOfTrouble(events), ...waitingEnd(waits) };
  const { status, outcome, exit_reason_code } = ending;
  const [reason] = eventsOf(events, "run_cancelled").map(({ payload }) => payload.reason);
  const why = reason === undefined ? {} : { reason };
  return { ...toldOfTrouble(events), ending: { status, outcome, exit_reason_code, ...why } };
}

/** Of a run that waits: for what, wherever in it. */
function waitingEnd(waits: readonly WaitEntry[]): Comparable {
  if (waits.length === 0) return {};
  const told = waits.map(({ effect_key: _, ...wait }) => wait);
  return { ending: { status: "WAITING", waits: told as unknown as Json } };
}

/** Which way the run went from here: contract and outcome; where that led is told by what follows. */
export function comparablePath({ start, events }: VisitRecord): Comparable {
  const { node_type, capability_code, reason } = start.payload;
  const outcome = eventsOf(events, "node_end")[0]?.payload.status;
  return { node_type, capability_code, reason, outcome };
}

/** A node with its outcome and the next one, as the path lists it. */
export function comparableNode({ node, events }: VisitRecord): JsonObject {
  const end = eventsOf(events, "node_end")[0]?.payload;
  return { node, outcome: end?.status ?? null, next: end?.next ?? null };
}

export function inputsOf({ start }: VisitRecord): Json | undefined {
  return start.payload.inputs;
}

/** What decided the outcome of a contract. */
export function comparableEvaluations({ events }: VisitRecord): Comparable {
  return { evaluations: eventsOf(events, "evaluation_end").map(meaningOf) };
}

/** What the node said and answered. A refusal in one of its steps is told here, too: it ends the visit. */
export function comparableVisit(visit: VisitRecord): Comparable {
  const announced = eventsOf(visit.events, "event_announced").map(meaningOf);
  const outputs = eventsOf(visit.events, "node_end")[0]?.payload.outputs;
  return { ...toldOfTrouble(eventsIn(visit)), outputs, events: announced };
}

/** The steps that said what they did; one that was refused before it did anything is told by its refusal. */
export function stepsOf({ steps }: VisitRecord): readonly StepRecord[] {
  return steps.filter(({ events }) => events.some(isNoError));
}

/** Capability, inputs, answer and what followed of one step: of several attempts, the last one. */
export function comparableStep({ events }: StepRecord): Comparable {
  const last = events.slice(events.findLastIndex(isRetried) + 1);
  return Object.fromEntries(
    last.filter(isNoError).flatMap((event) => Object.entries(meaningOf(event))),
  ) as Comparable;
}

const isRetried = ({ event_type, payload }: TraceEvent) =>
  event_type === "side_effect_end" && payload.retried === true;

const isNoError = ({ event_type }: TraceEvent) => event_type !== "error";

/** A step with its outcome, as a list of steps names it. */
export function comparableStepName({ step, events }: StepRecord): JsonObject {
  return { step, outcome: eventsOf(events, "step_end")[0]?.payload.outcome ?? null };
}

/** A nested run and its way, where it has no like. */
export function comparableCall({ run, visits }: RunRecord): JsonObject {
  return { run, path: visits.map(comparableNode) };
}

/** When the waits of both that stand at the same place are due: a time counted from when they began. */
export function duesOf(
  a: readonly WaitEntry[],
  b: readonly WaitEntry[],
): readonly (readonly [Observation, Observation])[] {
  const placeOf = ({ run, node, step }: WaitEntry) => `${run} ${node} ${step}`;
  const others = new Map(b.map((wait) => [placeOf(wait), wait.due]));
  return a.flatMap((wait) => {
    const [due, other] = [wait.due, others.get(placeOf(wait))];
    return due === undefined || other === undefined ? [] : [[{ clock: due }, { clock: other }] as const];
  });
}

/** The times in what a step that waits answered. */
export function timesOf({ events }: StepRecord): readonly Observation[] {
  const mayWait = eventsOf(events, "side_effect_start").some(({ payload }) => payload.observed !== undefined);
  if (!mayWait) return [];
  return eventsOf(events, "side_effect_end").flatMap(({ payload: { result } }) =>
    ["received_at", "due", "woken_at"].flatMap((name) => {
      const time = own(result, name);
      return typeof time === "string" ? [{ clock: time }] : [];
    }),
  );
}

/** What was drawn, and the marks of effects, which differ from run to run as if they were. */
export function readingsOf(events: readonly TraceEvent[]): readonly Observation[] {
  return events.flatMap(({ event_type, payload }) => {
    // Into how many sessions a run was divided is nothing of its meaning.
    if (SESSION_EVENTS.has(event_type)) return [];
    const mark = event_type === "side_effect_start" ? [{ entropy: markOf(payload.effect_key) }] : [];
    return [...mark, ...("observed" in payload ? (payload.observed ?? []) : [])];
  });
}

function toldOfTrouble(events: readonly TraceEvent[]): Comparable {
  return {
    violations: eventsOf(events, "violation").map(meaningOf),
    errors: eventsOf(events, "error").map(meaningOf),
  };
}

/** Members that do not tell anything more: what a step published stands in its node's outputs. */
const ASIDE: ReadonlySet<string> = new Set([...OBSERVATIONAL, "effect_key", "observed", "published"]);

function meaningOf({ payload }: TraceEvent): JsonObject {
  const isTold = ([name, value]: [string, Json]) =>
    !ASIDE.has(name) && !(name === "settled" && value === "shown");
  return Object.fromEntries(Object.entries(payload as JsonObject).filter(isTold));
}
