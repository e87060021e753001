/**
 * Replays a trace: returns the recorded result of every step, and compares each event that is emitted with the recorded
 * one. Transforms and evaluations are computed again. What rests on suppressed values is taken as recorded, and listed.
 */

import { type Json, type JsonObject, own } from "../json/json.ts";
import type { TraceLimits } from "../json/limits.ts";
import { evaluate, type Scope, WITHIN } from "../plan/expression.ts";
import type { Unmet } from "../plan/intent.ts";
import type {
  Binding,
  ContractNode,
  Evaluation,
  IntentNode,
  OutputBinding,
  Plan,
  TransformStep,
} from "../plan/plan.ts";
import { type EventBody, type EventType, MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { compareEvents, type Divergence, isSamePosition } from "./compare-events.ts";
import {
  type AdmissionResult,
  type EffectResult,
  emitter,
  type StepExecutor,
  type TransformResult,
} from "./executor.ts";
import { limitOf } from "./limits.ts";
import { RecordCursor, type RecordedEvent, ReplayStopped } from "./record-cursor.ts";
import { clockOf, effectResult, transformResult, unmetRule } from "./recorded.ts";
import { MissingReading, rerunTransform } from "./rerun-transform.ts";
import { SuppressedValues } from "./suppressed-values.ts";
import { bind, evaluateOutcome, mapOutputs, validate } from "./values.ts";

/** Which events a replay compares, and how far it goes. */
export interface ReplayPolicy {
  /**
   * Whether the event is compared with what the replay emits; else it is taken as recorded, with everything that the
   * replay would have worked out before it. Asked once of each, before anything is derived from it.
   */
  isChecked(event: TraceEvent): boolean;
  /**
   * Called for every event that was passed, with what the replay emitted; `isChecked` is false also where the answer
   * rests on something suppressed. True ends the replay after it.
   */
  passed(event: TraceEvent, replayed: EventBody, isChecked: boolean, divergence: Divergence | null): boolean;
  /** Whether to go on after a divergence, with what is on record. */
  readonly continuesAfterDivergence: boolean;
}

/** Every event is compared, and the first divergence ends the replay. */
export const COMPARE_ALL: ReplayPolicy = {
  isChecked: () => true,
  passed: () => false,
  continuesAfterDivergence: false,
};

/** The members with which a run goes on where it follows its record. */
const FOLLOWED: { readonly [T in EventType]?: readonly string[] } = {
  execution_start: ["payload"],
  node_start: ["inputs"],
  transform_end: ["outputs"],
  step_end: ["published"],
  node_end: ["status", "outputs", "next"],
};

/** An answer that was taken as recorded, because what it rests on is suppressed. */
export interface TakenAnswer {
  /** Of the event that has it. */
  readonly line: number;
  readonly run: string;
  readonly node: string;
  /** Null where the rules of a payload or of a contract's inputs answered. */
  readonly step: string | null;
  readonly kind: "transform" | "evaluation" | "outcome" | "violation";
}

export class ReplayExecutor implements StepExecutor {
  readonly #record: RecordCursor;
  readonly #policy: ReplayPolicy;
  readonly #suppressed = new SuppressedValues();
  /** How much the trace held when its limits were last asked for. */
  readonly #asked: Record<keyof TraceLimits, number> = { runs: 0, events: 0 };
  /** By line. */
  readonly #taken = new Map<number, TakenAnswer>();
  #compared = 0;
  #first: Divergence | null = null;

  constructor(events: Iterable<TraceEvent>, plan: Plan, policy: ReplayPolicy = COMPARE_ALL) {
    this.#record = new RecordCursor(events, (event) => policy.isChecked(event));
    this.#policy = policy;
    this.#suppressed.add(MAIN_RUN, plan);
  }

  get tally(): { compared: number; suppressed: number; taken: readonly TakenAnswer[] } {
    return { compared: this.#compared, suppressed: this.#suppressed.count, taken: [...this.#taken.values()] };
  }

  /** The next recorded event; undefined at the end of the record. */
  peek(): RecordedEvent | undefined {
    return this.#record.peek();
  }

  /** The first divergence, when the run has ended or the replay was stopped. */
  result(stopped?: ReplayStopped): Divergence | null {
    if (this.#first !== null || stopped !== undefined) return this.#first ?? stopped?.divergence ?? null;
    const rest = this.peek();
    return rest === undefined ? null : { code: "REPLAY_SHORTER", line: rest.event.sequence, facts: {} };
  }

  /** Passes the next recorded event. @throws ReplayStopped */
  readonly emit = emitter((emitted) => {
    const { event, isChecked } = this.#next();
    const replayed = this.#suppressed.settled(event, emitted);
    const isInPlace = isSamePosition(event, replayed);
    const divergence =
      isInPlace && !isChecked ? null : compareEvents(event, this.#suppressed.shown(event, replayed));
    const isWorkedOut = isChecked && !this.#taken.has(event.sequence);
    if (isWorkedOut && divergence === null) this.#compared++;
    this.#record.advance();
    const isEnough = this.#policy.passed(event, replayed, isWorkedOut, divergence);
    this.#first ??= divergence;
    const { continuesAfterDivergence } = this.#policy;
    if (isEnough || (divergence !== null && !(isInPlace && continuesAfterDivergence)))
      throw new ReplayStopped(divergence);
    if (event.event_type !== "execution_start")
      return isChecked && !continuesAfterDivergence ? replayed : following(replayed, event);
    // The caller may know under a suppressed name what the called workflow reads under its own one.
    return this.#suppressed.any ? following(replayed, event) : replayed;
  });

  beginRun(run: string, plan: Plan): string {
    this.#suppressed.add(run, plan);
    return clockOf(this.#record.expect("execution_start").payload);
  }

  /** A limit is on record only where it ended the run; it was not reached when it was asked for before. */
  limit(of: keyof TraceLimits, count: number): number | null {
    const before = this.#asked[of];
    this.#asked[of] = count;
    const event = this.peek()?.event;
    if (event?.event_type !== "error" || limitOf(event.payload.error_code) !== of) return null;
    const limit = Number(own(event.payload.facts, "limit"));
    return limit > before && limit <= count ? limit : null;
  }

  admit(): AdmissionResult {
    const { requires, forbids } = this.#record.expect("admission").payload;
    return { requires: requires.map(({ matched }) => matched), forbids: forbids.map(({ matched }) => matched) };
  }

  async validate(node: IntentNode | ContractNode, data: JsonObject): Promise<readonly Unmet[]> {
    const recorded = this.#record.violations();
    if (this.peek()?.isChecked === false) return recorded.map(({ payload }) => unmetRule(payload));
    const found = await validate(node, data);
    if (!this.#suppressed.any) return found;
    const { last } = this.#record;
    const validated = (last?.event_type === "node_start" ? last.payload.inputs : undefined) ?? data;
    for (const event of recorded) {
      if (this.#suppressed.isAbout(unmetRule(event.payload), validated)) this.#take(event, "violation", null);
    }
    return this.#suppressed.reconcile(
      found,
      recorded.map(({ payload }) => unmetRule(payload)),
      validated,
    );
  }

  bind(bindings: readonly Binding[], scope: Scope): ReturnType<typeof bind> {
    return bind(bindings, this.#seeing(scope));
  }

  mapOutputs(outputs: readonly OutputBinding[], raw: JsonObject, scope: Scope): JsonObject {
    const mapped = mapOutputs(outputs, raw, this.#seeing(scope));
    const stated = own(mapped, "result_status");
    const isSuppressed = this.#suppressed.holds(stated);
    if (!isSuppressed && (stated === undefined || !this.#record.isTaken("step_end"))) return mapped;
    const event = this.#record.expect("step_end");
    if (isSuppressed) this.#take(event, "outcome", event.payload.step);
    return { ...mapped, result_status: event.payload.outcome };
  }

  evaluate(evaluation: Evaluation, scope: Scope): string {
    const { condition, onTrue, onFalse } = evaluation;
    const seen = this.#seeing(scope);
    const isSuppressed = [condition.left, condition.right].some((side) =>
      this.#suppressed.holds(evaluate(side, seen)),
    );
    if (!isSuppressed && !this.#record.isTaken("node_end")) return evaluateOutcome(evaluation, scope);
    // The step's own end is compared already: what follows is how the contract ended.
    const { event } = this.#next();
    const { last } = this.#record;
    const step = last?.event_type === "step_end" ? last.payload.step : null;
    if (isSuppressed) this.#take(event, "evaluation", step);
    return this.#evaluatedIn(event) === onTrue ? onTrue : onFalse;
  }

  /** The outcome that an evaluation gave, by the event after it. @throws RunFault where it gave none */
  #evaluatedIn({ event_type, payload }: TraceEvent): Json | undefined {
    const isNotDeclared = event_type === "error" && payload.error_code === "OUTCOME_NOT_DECLARED";
    return isNotDeclared ? payload.facts["outcome"] : this.#record.expect("node_end").payload.status;
  }

  transform(step: TransformStep, inputs: JsonObject): TransformResult {
    const { event } = this.#next();
    const observed = event.event_type === "transform_end" ? (event.payload.observed ?? []) : [];
    const isSuppressed =
      this.#suppressed.holds(inputs) || observed.some((one) => this.#suppressed.holds({ ...one }));
    if (isSuppressed) this.#take(event, "transform", step.name);
    if (isSuppressed || this.#record.isTaken("transform_end"))
      return transformResult(this.#record.expect("transform_end").payload);
    try {
      return { ...rerunTransform(step, inputs, observed), observed };
    } catch (error) {
      // What a transform that threw had drawn is not on record; else, a missing reading is the record's own flaw.
      if (!(error instanceof MissingReading)) throw error;
      if (event.event_type === "error") throw error.fault;
      const facts = { pointer: "/payload/observed", recorded: error.recorded, replayed: error.replayed };
      throw new ReplayStopped({ code: "DIVERGED", line: event.sequence, facts });
    }
  }

  effect(): EffectResult {
    return effectResult(this.#record.expect("side_effect_end").payload);
  }

  /** The next recorded event, whose suppressed values are known from here on. @throws ReplayStopped */
  #next(): RecordedEvent {
    const next = this.#record.next();
    this.#suppressed.learn(next.event);
    return next;
  }

  /** The scope, in which paths see that something is suppressed. */
  #seeing(scope: Scope): Scope {
    return this.#suppressed.any ? { ...scope, [WITHIN]: this.#suppressed.within } : scope;
  }

  /** The event has an answer that rests on something suppressed. */
  #take(
    { sequence: line, run, node_id: node = "" }: TraceEvent,
    kind: TakenAnswer["kind"],
    step: string | null,
  ): void {
    if (this.peek()?.isChecked === true) this.#taken.set(line, { line, run, node, step, kind });
  }
}

/** The replayed event with the recorded members with which the run goes on. */
function following(replayed: EventBody, recorded: EventBody): EventBody {
  const payload: Record<string, unknown> = { ...replayed.payload };
  for (const member of FOLLOWED[replayed.event_type] ?? []) {
    delete payload[member];
    const value = own(recorded.payload as unknown as JsonObject, member);
    if (value !== undefined) payload[member] = value;
  }
  return { ...replayed, payload } as EventBody;
}
