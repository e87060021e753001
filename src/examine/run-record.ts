/** A trace by its runs: what each visit of a node and each of its steps left, nested runs below the step that called. */

import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";

export interface RunRecord {
  readonly run: string;
  /** The events that belong to no node. */
  readonly events: TraceEvent[];
  readonly visits: VisitRecord[];
}

/** A node from its start to its end. */
export interface VisitRecord {
  readonly node: string;
  /** The events that belong to none of its steps. */
  readonly events: TraceEvent[];
  readonly steps: StepRecord[];
}

export interface StepRecord {
  readonly step: string;
  readonly events: TraceEvent[];
  readonly calls: RunRecord[];
}

/** The main run of an intact trace, complete or cut off. */
export function toRunRecord(events: readonly TraceEvent[]): RunRecord {
  const main: RunRecord = { run: MAIN_RUN, events: [], visits: [] };
  const runs = new Map([[MAIN_RUN, main]]);
  for (const event of events) {
    const run = runs.get(event.run) ?? begin(event.run, runs);
    place(run, event);
  }
  return main;
}

/** A nested run begins while its caller's step is the last one that has begun. */
function begin(run: string, runs: Map<string, RunRecord>): RunRecord {
  const record: RunRecord = { run, events: [], visits: [] };
  const caller = runs.get(run.slice(0, Math.max(0, run.lastIndexOf("."))));
  caller?.visits.at(-1)?.steps.at(-1)?.calls.push(record);
  runs.set(run, record);
  return record;
}

function place(run: RunRecord, event: TraceEvent): void {
  if (event.event_type === "node_start") {
    run.visits.push({ node: event.node_id ?? "", events: [event], steps: [] });
    return;
  }
  const visit = run.visits.at(-1);
  if (visit === undefined || visit.node !== event.node_id) run.events.push(event);
  else stepOf(visit, event).push(event);
}

/** The events beside which this one belongs: its step's, else its visit's. */
function stepOf(visit: VisitRecord, { event_type, payload }: TraceEvent): TraceEvent[] {
  if (event_type === "error" || !("step" in payload) || payload.step === undefined) return visit.events;
  const last = visit.steps.at(-1);
  if (last?.step === payload.step) return last.events;
  const begun: StepRecord = { step: payload.step, events: [], calls: [] };
  visit.steps.push(begun);
  return begun.events;
}
