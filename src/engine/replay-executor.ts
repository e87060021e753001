/**
 * Replays a trace: returns the recorded result of every step, and compares each event that is emitted with the recorded
 * one. Transforms and evaluations are computed again. What rests on suppressed values is taken as recorded, and listed.
 */

import type { Wait, WaitEnd } from "../capabilities/target.ts";
import { type Json, type JsonObject, own } from "../json/value.ts";
import { operandsOf, type Scope, WITHIN } from "../plan/expression.ts";
import type { Unmet } from "../plan/intent.ts";
import type {
  Binding,
  ContractNode,
  EffectStep,
  Evaluation,
  IntentNode,
  OutputBinding,
  Plan,
  TransformStep,
} from "../plan/plan.ts";
import { encodedBytes, lineBytes } from "../trace/chain.ts";
import { type EventBody, MAIN_RUN, type TraceEvent, type WaitEntry } from "../trace/event.ts";
import { beginWait, endWait, unmetByAnswer } from "./answers.ts";
import { isSpentInProcess } from "./attempts.ts";
import { compareEvents, type Divergence, isSamePosition } from "./compare-events.ts";
import { MissingReading, rerunTransform } from "./compute-transform.ts";
import { secretsKeyRequired } from "./errors.ts";
import type {
  AdmissionResult,
  EffectResult,
  EvaluationResult,
  StepExecutor,
  TransformResult,
} from "./executor.ts";
import { ABORTED, isLimitedInSize, limitOf, requireLineSize, type TraceTotal } from "./limits.ts";
import { RecordCursor, type RecordedEvent, ReplayStopped } from "./record-cursor.ts";
import { clockOf, effectResult, transformResult, unmetRule } from "./recorded.ts";
import { COMPARE_ALL, following, type ReplayPolicy } from "./replay-policy.ts";
import { SuppressedValues, type TakenAnswer } from "./suppressed-values.ts";
import { bind, evaluateCondition, mapOutputs, validate } from "./values.ts";
import { endOf, type Resumption, type WaitingStep } from "./waits.ts";

/** By so many digits a recorded time may be longer than that of an event that was not recorded. */
const ELAPSED_DIGITS = 16;

/** Stands for what a step waits for whose inputs are suppressed. */
const TAKEN_WAIT: Wait = { kind: "EVENT", key: "" };

export class ReplayExecutor implements StepExecutor {
  readonly #record: RecordCursor;
  readonly #policy: ReplayPolicy;
  readonly #suppressed = new SuppressedValues();
  /** How much the trace held when its limits were last asked for. */
  readonly #asked: Record<TraceTotal, number> = { runs: 0, events: 0, bytes: 0 };
  /** Length of the events passed so far, and of the longest of them. */
  #bytes = 0;
  #longest = 0;
  #compared = 0;
  /** Effect keys of the waits whose inputs are suppressed. */
  readonly #takenWaits = new Set<string>();
  #first: Divergence | null = null;

  constructor(events: Iterable<TraceEvent>, plan: Plan, policy: ReplayPolicy = COMPARE_ALL) {
    this.#record = new RecordCursor(events, (event) => policy.isChecked(event));
    this.#policy = policy;
    this.#suppressed.add(MAIN_RUN, plan);
  }

  get tally(): { compared: number; suppressed: number; taken: readonly TakenAnswer[] } {
    return { compared: this.#compared, suppressed: this.#suppressed.count, taken: this.#suppressed.taken };
  }

  /** Microseconds from the first event to the one that was passed last. */
  get elapsedUs(): number {
    return this.#record.last?.elapsed_us ?? 0;
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
  emit(emitted: EventBody): EventBody {
    const { event, isChecked } = this.#next();
    this.#refuseAsRecorded(event, emitted);
    const replayed = this.#suppressed.settled(event, this.#withTakenWaits(event, emitted));
    const isInPlace = isSamePosition(event, replayed);
    const divergence =
      isInPlace && !isChecked ? null : compareEvents(event, this.#suppressed.shown(event, replayed));
    const isWorkedOut = isChecked && !this.#suppressed.isTaken(event);
    if (isWorkedOut && divergence === null) this.#compared++;
    this.#record.advance();
    const bytes = lineBytes(event);
    this.#bytes += bytes;
    if (isLimitedInSize(event)) this.#longest = Math.max(this.#longest, bytes);
    const isEnough = this.#policy.passed(event, replayed, isWorkedOut, divergence);
    this.#first ??= divergence;
    const { continuesAfterDivergence } = this.#policy;
    if (isEnough || (divergence !== null && !(isInPlace && continuesAfterDivergence)))
      throw new ReplayStopped(divergence);
    if (event.event_type !== "execution_start")
      return isChecked && !continuesAfterDivergence ? replayed : following(replayed, event);
    // The caller may know under a suppressed name what the called workflow reads under its own one.
    return this.#suppressed.any ? following(replayed, event) : replayed;
  }

  beginRun(run: string, plan: Plan): string {
    this.#suppressed.add(run, plan);
    return clockOf(this.#record.expect("execution_start").payload);
  }

  /** A limit is on record only where it ended the run; it was not reached when it was asked for before. */
  limit(of: "runs" | "events", count: number): number | null {
    return this.#limit(of, count);
  }

  bytesLimit(): number | null {
    return this.#limit("bytes", this.#bytes + this.#record.passedOver);
  }

  isAborted(): boolean {
    const event = this.peek()?.event;
    return event?.event_type === "error" && event.payload.error_code === ABORTED;
  }

  #limit(of: TraceTotal, count: number): number | null {
    const before = this.#asked[of];
    this.#asked[of] = count;
    const event = this.peek()?.event;
    if (event?.event_type !== "error" || limitOf(event.payload.error_code) !== of) return null;
    const limit = Number(own(event.payload.facts, "limit"));
    return limit > before && limit <= count ? limit : null;
  }

  /** The recorded refusal of an event for its size, where no event before it was larger and this one is. */
  #refuseAsRecorded(recorded: TraceEvent, emitted: EventBody): void {
    if (recorded.event_type !== "error" || recorded.payload.error_code !== "EVENT_SIZE_LIMIT") return;
    const limit = Number(own(recorded.payload.facts, "limit"));
    if (!(limit >= this.#longest)) return;
    const bytes = encodedBytes({ ...recorded, ...emitted } as TraceEvent);
    // The time of the refused event is not recorded, nor are suppressed values.
    requireLineSize(emitted, this.#suppressed.any ? Number.POSITIVE_INFINITY : bytes + ELAPSED_DIGITS, limit);
  }

  admit(): AdmissionResult {
    const { requires, forbids } = this.#record.expect("admission").payload;
    return { requires: requires.map(({ matched }) => matched), forbids: forbids.map(({ matched }) => matched) };
  }

  validate(node: IntentNode | ContractNode, data: JsonObject): readonly Unmet[] | Promise<readonly Unmet[]> {
    const recorded = this.#record.violations();
    if (this.peek()?.isChecked === false) return recorded.map(({ payload }) => unmetRule(payload));
    const found = validate(node, data);
    if (!this.#suppressed.any) return found;
    const { last } = this.#record;
    const inputs = last?.event_type === "node_start" ? last.payload.inputs : undefined;
    const reconciled = (all: readonly Unmet[]) => this.#suppressed.reconcile(all, recorded, inputs ?? data);
    return found instanceof Promise ? found.then(reconciled) : reconciled(found);
  }

  bind(bindings: readonly Binding[], scope: Scope): ReturnType<typeof bind> {
    return bind(bindings, this.#seeing(scope));
  }

  mapOutputs(outputs: readonly OutputBinding[], raw: JsonObject, scope: Scope): JsonObject {
    const mapped = mapOutputs(outputs, raw, this.#seeing(scope));
    const stated = own(mapped, "result_status");
    const isSuppressed = this.#suppressed.holds(stated);
    if (!isSuppressed && (stated === undefined || !this.#record.isTaken("step_end"))) return mapped;
    const { step, outcome } = this.#record.expect("step_end").payload;
    if (isSuppressed) this.#suppressed.take(this.#next(), "outcome", step);
    return { ...mapped, result_status: outcome };
  }

  evaluate(evaluation: Evaluation, scope: Scope): EvaluationResult {
    const { condition, onTrue, onFalse } = evaluation;
    const seen = this.#seeing(scope);
    const isTaken = this.#record.isTaken("evaluation_end") || this.#record.isTaken("node_end");
    const { left, right } = operandsOf(condition, seen);
    const isSuppressed = this.#suppressed.holds(left) || this.#suppressed.holds(right);
    if (!isSuppressed && !isTaken) return evaluateCondition(evaluation, scope);
    // The step's own end is compared already: what follows is how the contract ended.
    const next = this.#next();
    const { last } = this.#record;
    const step = last?.event_type === "step_end" ? last.payload.step : null;
    if (isSuppressed) this.#suppressed.take(next, "evaluation", step);
    return { left, right, outcome: this.#evaluatedIn(next.event) === onTrue ? onTrue : onFalse };
  }

  /** The outcome that an evaluation gave, by the event after it. @throws RunFault where it gave none */
  #evaluatedIn({ event_type, payload }: TraceEvent): Json | undefined {
    if (event_type === "evaluation_end") return payload.outcome;
    // Of a trace in which evaluations are no events.
    const isNotDeclared = event_type === "error" && payload.error_code === "OUTCOME_NOT_DECLARED";
    return isNotDeclared ? payload.facts["outcome"] : this.#record.expect("node_end").payload.status;
  }

  transform(step: TransformStep, inputs: JsonObject): TransformResult {
    const next = this.#next();
    const { event } = next;
    const observed = event.event_type === "transform_end" ? (event.payload.observed ?? []) : [];
    const isSuppressed =
      this.#suppressed.holds(inputs) || observed.some((one) => this.#suppressed.holds({ ...one }));
    if (isSuppressed) this.#suppressed.take(next, "transform", step.name);
    if (isSuppressed || this.#record.isTaken("transform_end"))
      return transformResult(this.#record.expect("transform_end").payload);
    try {
      return { observed, ...rerunTransform(step, inputs, observed) };
    } catch (error) {
      // What a transform that threw had drawn is not on record; else, a missing reading is the record's own flaw.
      if (!(error instanceof MissingReading)) throw error;
      if (event.event_type === "error") throw error.fault;
      const facts = { pointer: "/payload/observed", recorded: error.recorded, replayed: error.replayed };
      throw new ReplayStopped({ code: "DIVERGED", line: event.sequence, facts });
    }
  }

  async pause(milliseconds: number): Promise<boolean> {
    const isSpent = isSpentInProcess(milliseconds);
    if (!isSpent) this.#refuseWaitAsRecorded();
    return isSpent;
  }

  /** A run that cannot keep its secrets does not wait. */
  #refuseWaitAsRecorded(): void {
    const event = this.peek()?.event;
    if (event?.event_type === "error" && event.payload.error_code === "SECRETS_KEY_REQUIRED")
      throw secretsKeyRequired();
  }

  /** Only where the run was interrupted can an effect have been settled, and only an assumption is anybody's. */
  effect(): EffectResult {
    const { payload, sequence } = this.#record.expect("side_effect_end");
    if (payload.settled === undefined && payload.actor === undefined) return effectResult(payload);
    const { settled, actor, ...result } = effectResult(payload);
    const wasInterrupted = sequence > (this.#record.last?.sequence ?? 0) + 1;
    if (!wasInterrupted || settled === undefined) return result;
    return { ...result, settled, ...(settled === "shown" || actor === undefined ? {} : { actor }) };
  }

  moment(): string {
    return clockOf(this.#record.expect("side_effect_start").payload);
  }

  beginWait(step: EffectStep, inputs: JsonObject, moment: string): Wait | EffectResult {
    this.#refuseWaitAsRecorded();
    if (!this.#suppressed.holds(inputs)) return beginWait(step, inputs, moment);
    const { event } = this.#next();
    const { last } = this.#record;
    const isSameStep = event.run === last?.run && event.node_id === last.node_id;
    if (event.event_type === "side_effect_end" && isSameStep) return this.effect();
    if (last?.event_type === "side_effect_start") this.#takenWaits.add(last.payload.effect_key);
    return TAKEN_WAIT;
  }

  endWait(step: EffectStep, wait: Wait, end: WaitEnd): EffectResult {
    return wait === TAKEN_WAIT ? this.effect() : endWait(step, wait, end);
  }

  /** What ended a wait, if it could: a moment that had come, or an answer that fits. */
  async resume(waits: readonly WaitingStep[]): Promise<Resumption> {
    const suspended = this.#record.last;
    const event = this.#record.expect("run_resumed");
    const entries = suspended?.event_type === "run_suspended" ? suspended.payload.waits : [];
    const flaw = await resumptionFlaw(waits, entries, event.payload);
    if (flaw !== null) throw new ReplayStopped({ code: "DIVERGED", line: event.sequence, facts: flaw });
    const { event_type, run, payload } = event;
    this.emit({ event_type, run, payload });
    return payload;
  }

  /** What is suppressed of a wait is as recorded. */
  #withTakenWaits(recorded: TraceEvent, emitted: EventBody): EventBody {
    if (emitted.event_type !== "run_suspended" || recorded.event_type !== "run_suspended") return emitted;
    const waits = emitted.payload.waits.map((wait) => {
      const isSame = (one: WaitEntry) => one.effect_key === wait.effect_key;
      return (this.#takenWaits.has(wait.effect_key) && recorded.payload.waits.find(isSame)) || wait;
    });
    return { ...emitted, payload: { waits } };
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
}

/** Why the resumption ends none of the waits, or not so; null where it does. */
async function resumptionFlaw(
  waits: readonly WaitingStep[],
  entries: readonly WaitEntry[],
  resumed: Resumption,
): Promise<JsonObject | null> {
  const ended = waits.flatMap(({ wait }, i) => {
    const entry = entries[i];
    const end = entry === undefined ? null : endOf(entry, resumed);
    return end === null ? [] : [{ wait, end }];
  });
  const answered = ended.filter(({ end }) => end.answer !== null);
  const cause = answered.length > 0 ? "EVENT" : "TIME";
  if (ended.length === 0 || resumed.cause !== cause)
    return { pointer: "/payload/cause", recorded: resumed.cause, replayed: ended.length === 0 ? null : cause };
  for (const { wait } of answered) {
    if (wait === TAKEN_WAIT || wait.kind === "TIME") continue;
    const [unmet] = await unmetByAnswer(wait, resumed.answer ?? null);
    if (unmet !== undefined)
      return {
        pointer: `/payload/answer${unmet.pointer}`,
        recorded: unmet.actual ?? null,
        replayed: { [unmet.constraint]: unmet.expected ?? true },
      };
  }
  return null;
}
