/** A replay seen step by step, of the whole trace or of a stretch of it. */

import type { Divergence } from "../../engine/compare-events.ts";
import type { ReplayPolicy } from "../../engine/replay-policy.ts";
import type { JsonObject } from "../../json/value.ts";
import type { EventBody, TraceEvent } from "../../trace/event.ts";
import { nodeText, Places, placeText, type StepPlace } from "./step-place.ts";

/** What a step answered, or an evaluation gave. */
export interface Answer {
  readonly outcome: string;
  /** The raw result; after a violation, its reason; of an evaluation, the values that it compared. */
  readonly result: JsonObject;
}

/** `taken`: before the stretch, or an answer that rests on something suppressed: it was not worked out again. */
export type Verdict = "equal" | "differs" | "taken";

export interface ReplayedStep {
  /** `NODE.step`, as a stretch names it. */
  readonly at: string;
  /** Where it begins. */
  readonly line: number;
  /** Null for an evaluation. */
  readonly capability: string | null;
  /** A side effect's operation. */
  readonly op: string | null;
  /** An evaluation's condition. */
  readonly condition: string | null;
  /** Null where the trace ends before the answer. */
  readonly recorded: Answer | null;
  /** Null where the recorded answer was taken: as the verdict says, and always of a side effect. */
  readonly replayed: Answer | null;
  readonly verdict: Verdict;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Each end is a line's number, `NODE` or `NODE.step`. */
export interface Stretch {
  /** What lies before it is taken as recorded. */
  readonly from?: string;
  /** What lies behind it is left out. */
  readonly until?: string;
}

/** Goes on behind a divergence with what is on record, so that every step is seen. */
export class Stepwise implements ReplayPolicy {
  readonly continuesAfterDivergence = true;
  readonly steps: ReplayedStep[] = [];
  readonly divergences: Divergence[] = [];
  /** Events that were taken as recorded. */
  taken = 0;
  readonly #stretch: Stretch;
  readonly #places = new Places();
  /** The places of the events that were asked about and not passed. */
  readonly #waiting: (StepPlace | null)[] = [];
  /** By run: the step that goes on. */
  readonly #current = new Map<string, Writable<ReplayedStep>>();
  /** Nodes and steps that were come to, as a stretch names them. */
  readonly #met = new Set<string>();
  #hasBegun: boolean;
  #hasEnded: boolean;
  /** Whether the end was come to before the beginning. */
  #hasEndedEarly = false;

  constructor(stretch: Stretch = {}) {
    this.#stretch = stretch;
    this.#hasBegun = stretch.from === undefined;
    this.#hasEnded = stretch.until === undefined;
  }

  /** The end of the stretch that the trace never came to, and what it came to instead. */
  get missed(): { readonly asked: string; readonly met: readonly string[] } | null {
    const { from, until } = this.#stretch;
    const asked = this.#hasBegun ? (this.#hasEnded ? undefined : until) : from;
    return asked === undefined || this.isReversed ? null : { asked, met: [...this.#met] };
  }

  /** Whether the trace comes to the end of the stretch only before its beginning. */
  get isReversed(): boolean {
    return this.#hasEndedEarly && this.#hasBegun && !this.#hasEnded;
  }

  isChecked(event: TraceEvent): boolean {
    const place = this.#places.take(event);
    const { from } = this.#stretch;
    this.#hasBegun ||= from !== undefined && isFrom(from, place, event);
    this.#waiting.push(place);
    if (!this.#hasBegun) this.taken++;
    return this.#hasBegun;
  }

  passed(event: TraceEvent, replayed: EventBody, isChecked: boolean, divergence: Divergence | null): boolean {
    const place = this.#waiting.shift() ?? null;
    if (divergence !== null) this.divergences.push(divergence);
    if (place !== null) this.#see(place, event, replayed, verdictOf(isChecked, divergence));
    const { until } = this.#stretch;
    if (until === undefined || !isUntil(until, place, event)) return false;
    if (this.#hasBegun) this.#hasEnded = true;
    else this.#hasEndedEarly = true;
    return this.#hasEnded;
  }

  #see(place: StepPlace, event: TraceEvent, replayed: EventBody, verdict: Verdict): void {
    if (place.visit === 1) this.#met.add(nodeText(place)).add(placeText(place));
    if (place.step === null) this.#current.delete(place.run);
    const begun = beginning(place, event);
    if (begun !== null) {
      const step = { ...begun, recorded: null, replayed: null, verdict };
      this.#current.set(place.run, step);
      this.steps.push(step);
    }
    const step = this.#current.get(place.run);
    if (step === undefined) return;
    if (verdict === "differs") step.verdict = verdict;
    const answer = answerOf(event);
    if (answer === null) return;
    step.recorded = answer;
    if (verdict !== "taken" && event.event_type !== "side_effect_end") step.replayed = answerOf(replayed);
  }
}

function verdictOf(isChecked: boolean, divergence: Divergence | null): Verdict {
  if (divergence !== null) return "differs";
  return isChecked ? "equal" : "taken";
}

/** What the first event of a step says of it. */
function beginning(
  place: StepPlace,
  { event_type, payload, sequence: line }: TraceEvent,
): Pick<ReplayedStep, "at" | "line" | "capability" | "op" | "condition"> | null {
  const begun = { at: placeText(place), line, capability: null, op: null, condition: null };
  if (event_type === "transform_end") return { ...begun, capability: payload.ct_code };
  if (event_type === "side_effect_start") return { ...begun, capability: payload.cs_code, op: payload.op };
  return event_type === "evaluation_end" ? { ...begun, condition: payload.condition } : null;
}

/** Null for an event that has none. */
function answerOf({ event_type, payload }: EventBody): Answer | null {
  switch (event_type) {
    case "transform_end":
      return { outcome: payload.outcome, result: payload.outputs ?? payload.reason ?? {} };
    case "side_effect_end":
      return { outcome: payload.outcome, result: payload.result };
    case "evaluation_end":
      return { outcome: payload.outcome, result: { left: payload.left, right: payload.right } };
    default:
      return null;
  }
}

/** Whether the stretch begins with the event. */
function isFrom(asked: string, place: StepPlace | null, { sequence }: TraceEvent): boolean {
  if (isLine(asked)) return sequence === Number(asked);
  return place !== null && (asked === placeText(place) || asked === nodeText(place));
}

/** Whether the stretch ends behind the event. */
function isUntil(asked: string, place: StepPlace | null, { sequence, event_type }: TraceEvent): boolean {
  if (isLine(asked)) return sequence === Number(asked);
  if (place === null) return false;
  if (event_type === "step_end" || event_type === "evaluation_end") return asked === placeText(place);
  return event_type === "node_end" && asked === nodeText(place);
}

function isLine(asked: string): boolean {
  return /^\d+$/.test(asked);
}
