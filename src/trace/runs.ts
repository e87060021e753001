/** A trace by its runs: the nodes each of them visited, the steps of each visit, and the runs that a step called. */

import { type EventOf, MAIN_RUN, type TraceEvent, type WaitEntry } from "./event.ts";
import { openWaits, waitsWithin } from "./sessions.ts";

export interface Runs {
  readonly main: RunRecord;
  /** All others, in the order in which they began. */
  readonly nested: readonly RunRecord[];
  /** Nested runs whose calling step is unknown, because lines of the trace are missing. */
  readonly orphanRuns: readonly RunRecord[];
}

export interface RunRecord {
  readonly run: string;
  /** Events outside of any node. */
  readonly events: TraceEvent[];
  readonly visits: VisitRecord[];
  /** What it and the runs nested in it wait for, where the trace ends in that. */
  readonly waits: readonly WaitEntry[];
}

/** A node from its start to its end. */
export interface VisitRecord {
  readonly node: string;
  readonly start: EventOf<"node_start">;
  /** Other events outside of any step. */
  readonly events: TraceEvent[];
  readonly steps: StepRecord[];
}

export interface StepRecord {
  readonly step: string;
  readonly events: TraceEvent[];
  readonly calls: RunRecord[];
}

/**
 * Groups events by run. The events are in trace order; each belongs to exactly one group, even if lines are missing.
 */
export function runsOf(events: readonly TraceEvent[]): Runs {
  const waits = openWaits(events);
  const begin = (run: string): RunRecord => ({ run, events: [], visits: [], waits: waitsWithin(run, waits) });
  const main = begin(MAIN_RUN);
  const runs = new Map([[MAIN_RUN, main]]);
  const orphanRuns: RunRecord[] = [];
  for (const event of events) {
    let run = runs.get(event.run);
    if (run === undefined) {
      run = begin(event.run);
      (callerOf(event, runs)?.calls ?? orphanRuns).push(run);
      runs.set(event.run, run);
    }
    place(event, run);
  }
  return { main, nested: [...runs.values()].slice(1), orphanRuns };
}

/** The events of the visit after its start; those of its steps come last. */
export function eventsIn({ events, steps }: VisitRecord): readonly TraceEvent[] {
  return [...events, ...steps.flatMap((step) => step.events)];
}

/** The step that called the run which begins with this event, where that step has begun and not ended. */
function callerOf(first: TraceEvent, runs: ReadonlyMap<string, RunRecord>): StepRecord | undefined {
  // A run that is refused before it begins records only the refusal under its number, without a caller.
  if (first.event_type === "error") return openStep(runs.get(first.run.slice(0, first.run.lastIndexOf("."))));
  if (first.event_type !== "execution_start" || first.payload.parent === undefined) return undefined;
  const { run, node, step } = first.payload.parent;
  const caller = runs.get(run);
  const open = openStep(caller);
  return caller?.visits.at(-1)?.node === node && open?.step === step ? open : undefined;
}

function openStep(run: RunRecord | undefined): StepRecord | undefined {
  const last = run?.visits.at(-1)?.steps.at(-1);
  return last === undefined || hasEnded(last) ? undefined : last;
}

function hasEnded({ events }: StepRecord): boolean {
  return events.some(({ event_type }) => event_type === "step_end");
}

function place(event: TraceEvent, { events, visits }: RunRecord): void {
  if (event.event_type === "node_start") {
    visits.push({ node: event.node_id ?? "", start: event, events: [], steps: [] });
    return;
  }
  const visit = visits.at(-1);
  if (visit === undefined || visit.node !== event.node_id) events.push(event);
  else placeInside(event, visit);
}

function placeInside(event: TraceEvent, { events, steps }: VisitRecord): void {
  const step = "step" in event.payload ? event.payload.step : undefined;
  if (step === undefined) {
    events.push(event);
    return;
  }
  const last = steps.at(-1);
  // What follows from a step, like its evaluation, may be refused when it has ended.
  const isLast = last?.step === step && (event.event_type === "error" || !hasEnded(last));
  if (isLast) last.events.push(event);
  else steps.push({ step, events: [event], calls: [] });
}
