/**
 * A trace as the conclusions of its run: hands every recorded one back to the walk, and holds what the walk says
 * against what was recorded.
 */

import type { Conclude, TransformConclusion } from "../../engine/conclude.ts";
import type { Say } from "../../engine/state.ts";
import type { Json, JsonObject } from "../../json.ts";
import { jsonDifferences } from "../../json-differences.ts";
import { evaluate, holds, type Scope } from "../../plan/expression.ts";
import type { Unmet } from "../../plan/intent.ts";
import type { Evaluation, TransformStep } from "../../plan/plan.ts";
import {
  type EventOf,
  type EventType,
  type Happening,
  holdsSuppressed,
  MAIN_RUN,
  type TraceEvent,
} from "../../trace/event.ts";
import { finding, type TraceFinding } from "../finding.ts";
import { determinative, isSame } from "./determinative.ts";
import { reconcile, withSuppressed } from "./hidden.ts";
import { clockOf, effectConclusion, transformConclusion } from "./recorded.ts";
import { recordedFault } from "./recorded-fault.ts";
import { MissingReading, redraw } from "./redraw.ts";

/** Ends the walk: with a divergence, or because there is no more to say. */
export class Stop extends Error {
  readonly finding: TraceFinding | null;

  constructor(found: TraceFinding | null) {
    super("replay stopped");
    this.finding = found;
  }
}

/** What is done with the events, one after the other. */
export interface Course {
  /**
   * Whether the event is held against what the walk says; else it is taken as it stands, with all that the walk
   * would have worked out before it. Asked once of each, before anything is concluded from it.
   */
  isChecked(event: TraceEvent): boolean;
  /** Told every event that the walk has passed, and what the walk said. True ends the replay behind it. */
  passed(event: TraceEvent, said: Happening, isChecked: boolean, divergence: TraceFinding | null): boolean;
  /** Whether to go on behind a divergence, with what is on record. */
  readonly goesOn: boolean;
}

interface Next {
  readonly event: TraceEvent;
  readonly isChecked: boolean;
}

/** The record of one run, read from its first event to its last; it keeps none of them. */
export class Recording {
  readonly #events: Iterator<TraceEvent>;
  readonly #course: Course;
  #hasSecrets: boolean;
  /** Looked at, and not passed yet. */
  readonly #ahead: Next[] = [];
  #last: TraceEvent | null = null;
  /** By run that goes on. */
  readonly #payloads = new Map<string, JsonObject>();
  /** What the walk worked out where it goes on with what is on record. */
  #worked: JsonObject | null = null;
  /** The first divergence. */
  #first: TraceFinding | null = null;
  #compared = 0;
  #suppressed = 0;

  constructor(events: Iterable<TraceEvent>, hasSecrets: boolean, course: Course) {
    this.#events = events[Symbol.iterator]();
    this.#hasSecrets = hasSecrets;
    this.#course = course;
  }

  get tally(): { compared: number; suppressed: number } {
    return { compared: this.#compared, suppressed: this.#suppressed };
  }

  /** The first thing that is wrong, when the walk has come to its end or was stopped. */
  remark(stopped?: Stop): TraceFinding | null {
    const rest = stopped === undefined ? this.peek() : undefined;
    const last = rest === undefined ? (stopped?.finding ?? null) : finding("REPLAY_SHORTER", rest.sequence);
    return this.#first ?? last;
  }

  peek(): TraceEvent | undefined {
    return this.#lookAt(0)?.event;
  }

  /** Whether the next event is not merely taken as it stands. */
  get holdsNext(): boolean {
    return this.#lookAt(0)?.isChecked === true;
  }

  #lookAt(distance: number): Next | undefined {
    while (this.#ahead.length <= distance) {
      const { value, done } = this.#events.next();
      if (done === true) return undefined;
      this.#ahead.push({ event: value, isChecked: this.#course.isChecked(value) });
    }
    return this.#ahead[distance];
  }

  /** Passes the next event. @throws Stop */
  readonly compare: Say = (happening) => {
    const { event, isChecked } = this.#require();
    const said = this.#worked === null ? happening : withMembers(happening, this.#worked);
    this.#worked = null;
    const isAtPlace =
      event.event_type === said.event_type && event.run === said.run && event.node_id === said.node_id;
    const divergence = isAtPlace && !isChecked ? null : this.#divergence(event, said);
    if (isChecked && divergence === null) this.#compared++;
    this.#pass(event);
    const isEnough = this.#course.passed(event, said, isChecked, divergence);
    this.#first ??= divergence;
    if (isEnough || (divergence !== null && !(isAtPlace && this.#course.goesOn))) throw new Stop(divergence);
  };

  #pass(event: TraceEvent): void {
    this.#ahead.shift();
    this.#last = event;
    if (event.event_type === "execution_start") this.#payloads.set(event.run, event.payload.payload);
    if (event.event_type === "workflow_complete") this.#payloads.delete(event.run);
  }

  /** What the walk said, as far as it can be held to the record. */
  #shown(recorded: Json, said: Json): Json {
    if (!this.#hasSecrets) return said;
    const { value, hidden } = withSuppressed(recorded, said);
    this.#suppressed += hidden;
    return value;
  }

  #divergence(event: TraceEvent, said: Happening): TraceFinding | null {
    if (!this.#hasSecrets && isSame(event, said)) return null;
    const recorded = determinative(event);
    const differences = jsonDifferences(
      recorded,
      this.#shown(recorded, determinative(said)),
      [],
      () => undefined,
    ).map(
      ({ at, a, b }): JsonObject => ({
        pointer: at,
        ...(a === undefined ? {} : { recorded: a }),
        ...(b === undefined ? {} : { replayed: b }),
      }),
    );
    const [first, ...also] = differences;
    if (first === undefined) return null;
    return finding("DIVERGED", event.sequence, { ...first, ...(also.length === 0 ? {} : { also }) });
  }

  /** The next event of the record. @throws Stop when it ends here. */
  #require(): Next {
    const next = this.#lookAt(0);
    if (next !== undefined) return next;
    const isComplete = this.#last?.event_type === "workflow_complete" && this.#last.run === MAIN_RUN;
    throw new Stop(isComplete ? finding("REPLAY_LONGER", this.#last?.sequence) : null);
  }

  /** The next event, provided that it is of this type; a recorded refusal is thrown again. */
  #expect<T extends EventType>(type: T): EventOf<T> {
    const { event } = this.#require();
    if (event.event_type === type) return event as EventOf<T>;
    const refusal = event.event_type === "error" ? recordedFault(event.payload, type) : undefined;
    if (refusal !== undefined) throw refusal;
    const facts = { pointer: "/event_type", recorded: event.event_type, replayed: type };
    throw new Stop(finding("DIVERGED", event.sequence, facts));
  }

  readonly conclude: Conclude = {
    begin: (_, plan) => {
      this.#hasSecrets ||= plan.secrets !== null;
      return clockOf(this.#expect("execution_start").payload);
    },
    admission: () => {
      const { requires, forbids } = this.#expect("admission").payload;
      return { requires: requires.map((rule) => rule.matched), forbids: forbids.map((rule) => rule.matched) };
    },
    transform: (step, inputs) => this.#transform(step, inputs),
    effect: () => effectConclusion(this.#expect("side_effect_end").payload),
    unmet: (found) => this.#unmet(found),
    evaluation: (evaluation, scope) => this.#evaluation(evaluation, scope),
    status: (value) =>
      this.#isHidden(value) || this.#isTaken("step_end") ? this.#expect("step_end").payload.outcome : value,
    inputs: (bound) =>
      this.#settle("node_start", bound, { inputs: bound }, ({ payload }) => payload.inputs ?? {}),
    published: (mapped) =>
      this.#settle("step_end", mapped, { published: mapped }, ({ payload }) => payload.published),
    end: (node) =>
      this.#settle(
        "node_end",
        node,
        { status: node.outcome, outputs: node.outputs, next: node.next },
        ({ payload }) => ({ outcome: payload.status, outputs: payload.outputs, next: payload.next }),
      ),
  };

  /** Whether the next event is of this type, and not to be checked. */
  #isTaken(type: EventType): boolean {
    const next = this.#lookAt(0);
    return next?.isChecked === false && next.event.event_type === type;
  }

  /** Whether the walk goes on with what the next event says; it is of this type. */
  #isFollowed(type: EventType): boolean {
    return this.#isTaken(type) || (this.#course.goesOn && this.peek()?.event_type === type);
  }

  /** What the walk worked out, or what the record has instead: then the two are compared with the event. */
  #settle<T extends EventType, V>(
    type: T,
    worked: V,
    members: JsonObject,
    recorded: (event: EventOf<T>) => V,
  ): V {
    if (!this.#isFollowed(type)) return worked;
    this.#worked = members;
    return recorded(this.#expect(type));
  }

  #isHidden(value: Json | undefined): boolean {
    return this.#hasSecrets && value !== undefined && holdsSuppressed(value);
  }

  #transform(step: TransformStep, inputs: JsonObject): TransformConclusion {
    const recorded = this.peek();
    const observed = recorded?.event_type === "transform_end" ? (recorded.payload.observed ?? []) : [];
    const isHidden =
      this.#isHidden(inputs) ||
      observed.some((one) => Object.values(one).some((value) => typeof value !== "string"));
    if (isHidden) this.#suppressed++;
    if (isHidden || this.#isTaken("transform_end")) return this.#recordedAnswer();
    const answered = { ...this.#redraw(step, inputs), observed };
    if (!this.#isFollowed("transform_end")) return answered;
    const { result, reason } = answered;
    this.#worked = {
      outcome: result === null ? step.onFailure : step.onSuccess,
      ...(result === null ? {} : { outputs: result }),
      ...(reason === undefined ? {} : { reason }),
    };
    return this.#recordedAnswer();
  }

  #recordedAnswer(): TransformConclusion {
    return transformConclusion(this.#expect("transform_end").payload);
  }

  /** The transform's answer to the recorded readings. @throws Stop where it draws others */
  #redraw(step: TransformStep, inputs: JsonObject): Omit<TransformConclusion, "observed"> {
    const recorded = this.peek();
    const observed = recorded?.event_type === "transform_end" ? (recorded.payload.observed ?? []) : [];
    try {
      return redraw(step, inputs, observed);
    } catch (error) {
      // What a transform that threw had drawn is not on record; else, a missing reading is the record's own flaw.
      if (!(error instanceof MissingReading)) throw error;
      if (recorded?.event_type === "error") throw error.fault;
      const facts = { pointer: "/payload/observed", recorded: error.recorded, replayed: error.replayed };
      throw new Stop(finding("DIVERGED", recorded?.sequence, facts));
    }
  }

  #unmet(found: readonly Unmet[]): readonly Unmet[] {
    if (this.#lookAt(0)?.isChecked === false) return this.#recordedUnmet();
    return this.#hasSecrets ? reconcile(found, this.#recordedUnmet(), this.#judged()) : found;
  }

  #recordedUnmet(): readonly Unmet[] {
    const unmet: Unmet[] = [];
    for (let i = 0; ; i++) {
      const event = this.#lookAt(i)?.event;
      if (event?.event_type !== "violation") return unmet;
      unmet.push(unmetOf(event));
    }
  }

  /** What the rules of the node that has just begun are about: its inputs, or an intent's payload. */
  #judged(): Json {
    const begun = this.#last;
    const inputs = begun?.event_type === "node_start" ? begun.payload.inputs : undefined;
    return inputs ?? this.#payloads.get(begun?.run ?? MAIN_RUN) ?? {};
  }

  #evaluation({ condition, onTrue, onFalse }: Evaluation, scope: Scope): string {
    const isHidden = [condition.left, condition.right].some((side) => this.#isHidden(evaluate(side, scope)));
    if (!isHidden && !this.#isTaken("node_end")) return holds(condition, scope) ? onTrue : onFalse;
    if (isHidden) this.#suppressed++;
    const { event } = this.#require();
    // The step's own end is compared already: what follows is how the contract ended.
    return event.event_type === "node_end" ? event.payload.status : onFalse;
  }
}

function withMembers(happening: Happening, members: JsonObject): Happening {
  return { ...happening, payload: { ...happening.payload, ...members } } as Happening;
}

/** Where a record has no `field`, that of the whole: the walk names one, and so the two differ. */
function unmetOf({ payload }: EventOf<"violation">): Unmet {
  const { field = "", constraint, expected, actual } = payload;
  return {
    pointer: field,
    constraint: constraint as Unmet["constraint"],
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}
