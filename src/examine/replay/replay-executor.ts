/**
 * A trace as the conclusions of its run: hands every recorded one back to the walk, and holds what the walk says
 * against what was recorded.
 */

import type { StepExecutor, TransformResult } from "../../engine/executor.ts";
import { limitOf, type TraceLimits } from "../../engine/run-limits.ts";
import type { EmitEvent } from "../../engine/run-state.ts";
import { jsonDifferences } from "../../json/diff.ts";
import { type Json, type JsonObject, own } from "../../json/json.ts";
import { evaluate, holds, type Scope } from "../../plan/expression.ts";
import type { Unmet } from "../../plan/intent.ts";
import type { Evaluation, Plan, TransformStep } from "../../plan/plan.ts";
import { type EventBody, type EventOf, type EventType, MAIN_RUN, type TraceEvent } from "../../trace/event.ts";
import { finding, type TraceFinding } from "../finding.ts";
import { comparedMembers, isSame } from "./compare-events.ts";
import { clockOf, effectConclusion, transformConclusion } from "./recorded.ts";
import { recordedFault } from "./recorded-fault.ts";
import { MissingReading, rerunTransform } from "./rerun-transform.ts";
import { SuppressedValues } from "./suppressed.ts";

/** Ends the walk: with a divergence, or because there is no more to say. */
export class Stop extends Error {
  readonly finding: TraceFinding | null;

  constructor(found: TraceFinding | null) {
    super("replay stopped");
    this.finding = found;
  }
}

/** What is done with the events, one after the other. */
export interface ReplayPolicy {
  /**
   * Whether the event is held against what the walk says; else it is taken as it stands, with all that the walk
   * would have worked out before it. Asked once of each, before anything is concluded from it.
   */
  isChecked(event: TraceEvent): boolean;
  /**
   * Told every event that the walk has passed, and what the walk said; it is not checked either where its answer rests
   * on something suppressed. True ends the replay behind it.
   */
  passed(event: TraceEvent, said: EventBody, isChecked: boolean, divergence: TraceFinding | null): boolean;
  /** Whether to go on behind a divergence, with what is on record. */
  readonly goesOn: boolean;
}

/** An answer that was taken as recorded, because what it rests on is suppressed: nothing of it was worked out again. */
export interface TakenAnswer {
  /** Of the event that has it. */
  readonly line: number;
  readonly run: string;
  readonly node: string;
  /** Null where the rules of a payload or of a contract's inputs answered. */
  readonly step: string | null;
  readonly kind: "transform" | "evaluation" | "outcome" | "violation";
}

interface Next {
  readonly event: TraceEvent;
  readonly isChecked: boolean;
}

/** The record of one run, read from its first event to its last; it keeps none of them. */
export class ReplayExecutor {
  readonly #events: Iterator<TraceEvent>;
  readonly #course: ReplayPolicy;
  readonly #hidden = new SuppressedValues();
  /** Looked at, and not passed yet. */
  readonly #ahead: Next[] = [];
  #last: TraceEvent | null = null;
  /** By run that goes on. */
  readonly #payloads = new Map<string, JsonObject>();
  /** What the walk worked out where it goes on with what is on record. */
  #worked: JsonObject | null = null;
  /** The first divergence. */
  #first: TraceFinding | null = null;
  /** How much the trace held when its limits were last asked for. */
  readonly #asked: Record<keyof TraceLimits, number> = { runs: 0, events: 0 };
  #compared = 0;
  /** By line. */
  readonly #taken = new Map<number, TakenAnswer>();

  constructor(events: Iterable<TraceEvent>, plan: Plan, course: ReplayPolicy) {
    this.#events = events[Symbol.iterator]();
    this.#hidden.add(MAIN_RUN, plan);
    this.#course = course;
  }

  get tally(): { compared: number; suppressed: number; taken: readonly TakenAnswer[] } {
    return { compared: this.#compared, suppressed: this.#hidden.count, taken: [...this.#taken.values()] };
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
  readonly compare: EmitEvent = (happening) => {
    const { event, isChecked } = this.#require();
    const said = this.#worked === null ? happening : withMembers(happening, this.#worked);
    this.#worked = null;
    const isAtPlace =
      event.event_type === said.event_type && event.run === said.run && event.node_id === said.node_id;
    const divergence = isAtPlace && !isChecked ? null : this.#divergence(event, said);
    const isWorkedOut = isChecked && !this.#taken.has(event.sequence);
    if (isWorkedOut && divergence === null) this.#compared++;
    this.#pass(event);
    const isEnough = this.#course.passed(event, said, isWorkedOut, divergence);
    this.#first ??= divergence;
    if (isEnough || (divergence !== null && !(isAtPlace && this.#course.goesOn))) throw new Stop(divergence);
  };

  #pass(event: TraceEvent): void {
    this.#ahead.shift();
    this.#last = event;
    if (event.event_type === "execution_start") this.#payloads.set(event.run, event.payload.payload);
    if (event.event_type === "workflow_complete") this.#payloads.delete(event.run);
  }

  #divergence(event: TraceEvent, said: EventBody): TraceFinding | null {
    const shown = this.#hidden.shown(event, said);
    if (isSame(event, shown)) return null;
    const differences = jsonDifferences(
      comparedMembers(event),
      comparedMembers(shown),
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
    if (next !== undefined) {
      this.#hidden.learn(next.event);
      return next;
    }
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

  readonly executor: StepExecutor = {
    begin: (run, plan, payload) => {
      this.#hidden.add(run, plan);
      const recorded = this.#expect("execution_start").payload;
      // The caller may know under a suppressed name what the called workflow reads under its own one.
      if (this.#hidden.any) this.#worked = { payload };
      return { clock: clockOf(recorded), payload: this.#hidden.any ? recorded.payload : payload };
    },
    admission: () => {
      const { requires, forbids } = this.#expect("admission").payload;
      return { requires: requires.map((rule) => rule.matched), forbids: forbids.map((rule) => rule.matched) };
    },
    transform: (step, inputs) => this.#transform(step, inputs),
    effect: () => effectConclusion(this.#expect("side_effect_end").payload),
    limit: (of, count) => this.#limit(of, count),
    unmet: (found) => this.#unmet(found),
    evaluation: (evaluation, scope) => this.#evaluation(evaluation, scope),
    status: (value) => this.#status(value),
    inputs: (bound) => {
      const inputs = this.#settled("node_start", bound, ({ payload }) => payload.inputs);
      return this.#settle("node_start", inputs, { inputs }, ({ payload }) => payload.inputs ?? {});
    },
    published: (mapped) => {
      const published = this.#settled("step_end", mapped, ({ payload }) => payload.published);
      return this.#settle("step_end", published, { published }, ({ payload }) => payload.published);
    },
    within: this.#hidden.within,
    end: (node) =>
      this.#settle(
        "node_end",
        node,
        { status: node.outcome, outputs: node.outputs, next: node.next },
        ({ payload }) => ({ outcome: payload.status, outputs: payload.outputs, next: payload.next }),
      ),
  };

  /** A limit is on record only where it ended the run; it was not reached when it was asked for before. */
  #limit(of: keyof TraceLimits, count: number): number | null {
    const before = this.#asked[of];
    this.#asked[of] = count;
    const event = this.peek();
    if (event?.event_type !== "error" || limitOf(event.payload.error_code) !== of) return null;
    const limit = Number(own(event.payload.facts, "limit"));
    return limit > before && limit <= count ? limit : null;
  }

  /** What was bound, without guesses about what is suppressed. */
  #settled<T extends EventType>(
    type: T,
    bound: JsonObject,
    recorded: (event: EventOf<T>) => JsonObject | undefined,
  ): JsonObject {
    if (!this.#hidden.any) return bound;
    const { event } = this.#require();
    return event.event_type === type ? this.#hidden.settled(bound, recorded(event as EventOf<T>) ?? {}) : bound;
  }

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

  /** The event has an answer that rests on something suppressed. */
  #take(
    { sequence: line, run, node_id: node = "" }: TraceEvent,
    kind: TakenAnswer["kind"],
    step: string | null,
  ): void {
    if (this.holdsNext) this.#taken.set(line, { line, run, node, step, kind });
  }

  #status(value: Json): Json {
    const isHidden = this.#hidden.holds(value);
    if (!isHidden && !this.#isTaken("step_end")) return value;
    const event = this.#expect("step_end");
    if (isHidden) this.#take(event, "outcome", event.payload.step);
    return event.payload.outcome;
  }

  #transform(step: TransformStep, inputs: JsonObject): TransformResult {
    const { event } = this.#require();
    const observed = event.event_type === "transform_end" ? (event.payload.observed ?? []) : [];
    const isHidden = this.#hidden.holds(inputs) || this.#hidden.holds(observed as unknown as Json);
    if (isHidden) this.#take(event, "transform", step.name);
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

  #recordedAnswer(): TransformResult {
    return transformConclusion(this.#expect("transform_end").payload);
  }

  /** The transform's answer to the recorded readings. @throws Stop where it draws others */
  #redraw(step: TransformStep, inputs: JsonObject): Omit<TransformResult, "observed"> {
    const recorded = this.peek();
    const observed = recorded?.event_type === "transform_end" ? (recorded.payload.observed ?? []) : [];
    try {
      return rerunTransform(step, inputs, observed);
    } catch (error) {
      // What a transform that threw had drawn is not on record; else, a missing reading is the record's own flaw.
      if (!(error instanceof MissingReading)) throw error;
      if (recorded?.event_type === "error") throw error.fault;
      const facts = { pointer: "/payload/observed", recorded: error.recorded, replayed: error.replayed };
      throw new Stop(finding("DIVERGED", recorded?.sequence, facts));
    }
  }

  #unmet(found: readonly Unmet[]): readonly Unmet[] {
    if (this.#lookAt(0)?.isChecked === false) return this.#recordedUnmet().map(unmetOf);
    if (!this.#hidden.any) return found;
    const [recorded, judged] = [this.#recordedUnmet(), this.#judged()];
    for (const event of recorded) {
      if (this.#hidden.isAbout(unmetOf(event), judged)) this.#take(event, "violation", null);
    }
    return this.#hidden.reconcile(found, recorded.map(unmetOf), judged);
  }

  #recordedUnmet(): readonly EventOf<"violation">[] {
    const unmet: EventOf<"violation">[] = [];
    for (let i = 0; ; i++) {
      const event = this.#lookAt(i)?.event;
      if (event?.event_type !== "violation") return unmet;
      unmet.push(event);
    }
  }

  /** What the rules of the node that has just begun are about: its inputs, or an intent's payload. */
  #judged(): Json {
    const begun = this.#last;
    const inputs = begun?.event_type === "node_start" ? begun.payload.inputs : undefined;
    return inputs ?? this.#payloads.get(begun?.run ?? MAIN_RUN) ?? {};
  }

  #evaluation({ condition, onTrue, onFalse }: Evaluation, scope: Scope): string {
    const isHidden = [condition.left, condition.right].some((side) =>
      this.#hidden.holds(evaluate(side, scope)),
    );
    if (!isHidden && !this.#isTaken("node_end")) return holds(condition, scope) ? onTrue : onFalse;
    // The step's own end is compared already: what follows is how the contract ended.
    const { event } = this.#require();
    const step = this.#last?.event_type === "step_end" ? this.#last.payload.step : null;
    if (isHidden) this.#take(event, "evaluation", step);
    return this.#settledIn(event) === onTrue ? onTrue : onFalse;
  }

  /** The outcome that an evaluation gave, by the event behind it. @throws RunFault where it gave none */
  #settledIn(event: TraceEvent): Json | undefined {
    const isNotDeclared = event.event_type === "error" && event.payload.error_code === "OUTCOME_NOT_DECLARED";
    return isNotDeclared ? event.payload.facts["outcome"] : this.#expect("node_end").payload.status;
  }
}

function withMembers(happening: EventBody, members: JsonObject): EventBody {
  return { ...happening, payload: { ...happening.payload, ...members } } as EventBody;
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
