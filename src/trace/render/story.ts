/** A trace as a tree: runs hold the visits of nodes, visits hold steps, steps hold the runs they called. */

import { MAIN_RUN, type TraceEvent } from "../event.ts";
import { type Course, courseOf, type Visit } from "./course.ts";

export interface RunStory {
  readonly course: Course;
  /** All of the run's own, in order. */
  readonly events: readonly TraceEvent[];
  /** What was said outside of any node. */
  readonly outside: readonly TraceEvent[];
  readonly visits: readonly VisitStory[];
}

export interface VisitStory {
  readonly visit: Visit;
  /** What was said in the node outside of any step. */
  readonly events: readonly TraceEvent[];
  readonly steps: readonly StepStory[];
}

export interface StepStory {
  readonly name: string;
  readonly events: readonly TraceEvent[];
  readonly nested: readonly RunStory[];
}

export interface Story {
  readonly main: RunStory;
  /** Runs that no step is known to have called: lines of this trace are missing. */
  readonly strays: readonly RunStory[];
}

interface Step {
  readonly name: string;
  readonly events: TraceEvent[];
  readonly nested: Teller[];
}

interface Stay {
  readonly node: string | undefined;
  readonly events: TraceEvent[];
  readonly steps: Step[];
  /** The step that has begun and not ended. */
  open: Step | undefined;
}

/** One run while its events come in. */
interface Teller {
  readonly run: string;
  readonly events: TraceEvent[];
  readonly outside: TraceEvent[];
  readonly stays: Stay[];
}

export function storyOf(events: readonly TraceEvent[]): Story {
  const main = tellerOf(MAIN_RUN);
  const tellers = new Map([[MAIN_RUN, main]]);
  const strays: Teller[] = [];
  for (const event of events) {
    let teller = tellers.get(event.run);
    if (teller === undefined) {
      teller = tellerOf(event.run);
      tellers.set(event.run, teller);
      (callingStep(event, tellers)?.nested ?? strays).push(teller);
    }
    tell(teller, event);
  }
  return { main: finish(main), strays: strays.map(finish) };
}

/** The step that the first event of a nested run names, when that has begun and not ended. */
function callingStep(first: TraceEvent, tellers: ReadonlyMap<string, Teller>): Step | undefined {
  if (first.event_type !== "execution_start" || first.payload.parent === undefined) return undefined;
  const { run, node, step } = first.payload.parent;
  const stay = tellers.get(run)?.stays.at(-1);
  return stay?.node === node && stay.open?.name === step ? stay.open : undefined;
}

function tellerOf(run: string): Teller {
  return { run, events: [], outside: [], stays: [] };
}

function tell({ events, outside, stays }: Teller, event: TraceEvent): void {
  events.push(event);
  if (event.event_type === "node_start") {
    stays.push({ node: event.node_id, events: [event], steps: [], open: undefined });
    return;
  }
  const stay = stays.at(-1);
  if (stay === undefined || stay.node !== event.node_id) outside.push(event);
  else tellInside(stay, event);
}

function tellInside(stay: Stay, event: TraceEvent): void {
  const name = "step" in event.payload ? event.payload.step : undefined;
  if (name === undefined) {
    stay.events.push(event);
    return;
  }
  if (stay.open?.name !== name) {
    stay.open = { name, events: [], nested: [] };
    stay.steps.push(stay.open);
  }
  stay.open.events.push(event);
  if (event.event_type === "step_end") stay.open = undefined;
}

function finish({ run, events, outside, stays }: Teller): RunStory {
  const course = courseOf(events, run);
  const visits = stays.map(({ events, steps }, i) => ({
    visit: course.visits[i] as Visit,
    events,
    steps: steps.map(({ name, events, nested }) => ({ name, events, nested: nested.map(finish) })),
  }));
  return { course, events, outside, visits };
}
