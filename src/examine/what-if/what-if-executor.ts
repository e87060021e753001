/** A trace as an outside world that knows only what it was asked when the trace was recorded. */

import type { Wait } from "../../capabilities/target.ts";
import { beginWait, endWait } from "../../engine/answers.ts";
import { MissingReading, rerunTransform } from "../../engine/compute-transform.ts";
import type {
  AdmissionResult,
  AdmissionWhere,
  EffectResult,
  EvaluationResult,
  StepExecutor,
  TransformResult,
} from "../../engine/executor.ts";
import { payloadBytes, requireLineSize } from "../../engine/limits.ts";
import { clockOf, effectResult, transformResult } from "../../engine/recorded.ts";
import { bind, evaluateCondition, mapOutputs, validate } from "../../engine/values.ts";
import { canonical } from "../../json/canonical.ts";
import { TRACE_LIMITS } from "../../json/limits.ts";
import { type Json, type JsonObject, own } from "../../json/value.ts";
import { operandsOf, type Scope } from "../../plan/expression.ts";
import type { Unmet } from "../../plan/intent.ts";
import type {
  Admission,
  ContractNode,
  EffectStep,
  Evaluation,
  IntentNode,
  OutputBinding,
  TransformStep,
} from "../../plan/plan.ts";
import {
  type EventBody,
  type EventOf,
  eventsOf,
  holdsSuppressed,
  isSuppressed,
  MAIN_RUN,
  type TraceEvent,
} from "../../trace/event.ts";
import { openWaits } from "../../trace/sessions.ts";

/** The record holds no answer to what is asked. */
export class UnansweredError extends Error {
  readonly code: "EFFECT" | "READING" | "ADMISSION" | "SUPPRESSED";
  readonly facts: JsonObject;

  constructor(code: UnansweredError["code"], facts: JsonObject) {
    super("the record has no answer");
    this.code = code;
    this.facts = facts;
  }
}

type EffectEnd = EventOf<"side_effect_end">["payload"];
type TransformEnd = EventOf<"transform_end">["payload"];

/** Answers as the outside world did when the trace was recorded. Every method may throw an `UnansweredError`. */
export class WhatIfExecutor implements StepExecutor {
  readonly emitted: EventBody[] = [];
  readonly #effects = new Answers<EffectEnd>();
  readonly #transforms = new Answers<TransformEnd>();
  readonly #clocks = new Answers<string>();
  readonly #rules: ReadonlyMap<string, boolean>;
  /** When the waits began. */
  readonly #moments: string[] = [];
  /** What was asked by the steps that wait where the record ends. */
  readonly #waiting = new Set<string>();
  #bytes = 0;
  /** The main run's. */
  readonly #clock: string;

  constructor(events: readonly TraceEvent[]) {
    const asked = new Map<string, string>();
    const waits = new Set(openWaits(events).map(({ effect_key }) => effect_key));
    for (const { event_type, run, payload } of events) {
      if (event_type === "execution_start") this.#clocks.add(run, clockOf(payload));
      if (event_type === "transform_end")
        this.#transforms.add(transformAsked(payload.ct_code, payload.inputs), payload);
      if (event_type === "side_effect_start") {
        asked.set(run, effectAsked(payload));
        if (payload.observed !== undefined) this.#moments.push(clockOf(payload));
        if (waits.has(payload.effect_key)) this.#waiting.add(effectAsked(payload));
      }
      if (event_type === "side_effect_end") this.#effects.add(asked.get(run) ?? "", payload);
    }
    this.#rules = rulesIn(events);
    this.#clock = this.#clocks.next(MAIN_RUN) ?? "";
  }

  emit(event: EventBody): EventBody {
    const bytes = payloadBytes(event);
    requireLineSize(event, bytes, TRACE_LIMITS.eventBytes);
    this.#bytes += bytes;
    this.emitted.push(event);
    return event;
  }

  readonly bind = bind;
  readonly limit = (of: "runs" | "events", count: number) =>
    count < TRACE_LIMITS[of] ? null : TRACE_LIMITS[of];

  isAborted(): boolean {
    return false;
  }

  bytesLimit(): number | null {
    return this.#bytes < TRACE_LIMITS.bytes ? null : TRACE_LIMITS.bytes;
  }

  beginRun(run: string): string {
    return this.#clocks.next(run) ?? this.#clock;
  }

  admit({ requires, forbids }: Admission, where: AdmissionWhere): AdmissionResult {
    return {
      requires: requires.map(({ event }, i) => this.#matched(event, where.requires[i] ?? {})),
      forbids: forbids.map(({ event }, i) => this.#matched(event, where.forbids[i] ?? {})),
    };
  }

  async validate(node: IntentNode | ContractNode, data: JsonObject): Promise<readonly Unmet[]> {
    return (await validate(node, data)).filter(({ actual }) => !isSuppressed(actual));
  }

  mapOutputs(outputs: readonly OutputBinding[], raw: JsonObject, scope: Scope): JsonObject {
    const mapped = mapOutputs(outputs, raw, scope);
    requireKnown(own(mapped, "result_status"));
    return mapped;
  }

  evaluate(evaluation: Evaluation, scope: Scope): EvaluationResult {
    const { left, right } = operandsOf(evaluation.condition, scope);
    for (const side of [left, right]) requireKnown(side);
    return evaluateCondition(evaluation, scope);
  }

  transform(step: TransformStep, inputs: JsonObject): TransformResult {
    const recorded = this.#transforms.next(transformAsked(step.code, inputs));
    const observed = recorded?.observed ?? [];
    const isHidden = holdsSuppressed(inputs) || observed.some((one) => holdsSuppressed({ ...one }));
    if (isHidden) return asRecorded(recorded, step.code);
    try {
      return { ...rerunTransform(step, inputs, observed), observed };
    } catch (error) {
      if (!(error instanceof MissingReading)) throw error;
      throw new UnansweredError("READING", { capability: step.code, step: step.name });
    }
  }

  effect({ code, op, store, name }: EffectStep, inputs: JsonObject): EffectResult {
    const answer = this.#effects.next(effectAsked({ cs_code: code, op, store, inputs }));
    if (answer === undefined)
      throw new UnansweredError("EFFECT", { capability: code, op, store, step: name, inputs });
    return effectResult(answer);
  }

  moment(): string {
    return this.#moments.shift() ?? this.#clock;
  }

  /** As it ended then; a wait that had not ended goes on. */
  beginWait(step: EffectStep, inputs: JsonObject, moment: string): Wait | EffectResult {
    const { code, op, store } = step;
    const asked = effectAsked({ cs_code: code, op, store, inputs });
    const answer = this.#effects.next(asked);
    if (answer !== undefined) return effectResult(answer);
    return this.#waiting.has(asked) ? beginWait(step, inputs, moment) : this.effect(step, inputs);
  }

  readonly endWait = endWait;

  /** Nobody waits for what is only supposed. */
  async pause(): Promise<boolean> {
    return true;
  }

  async resume(): Promise<null> {
    return null;
  }

  #matched(event: string, where: JsonObject): boolean {
    const matched = this.#rules.get(ruleAsked(event, where));
    if (matched === undefined) throw new UnansweredError("ADMISSION", { event, where });
    return matched;
  }
}

/** Answers to one question in the order in which they were given. */
class Answers<T> {
  readonly #given = new Map<string, T[]>();

  add(asked: string, answer: T): void {
    const given = this.#given.get(asked);
    if (given === undefined) this.#given.set(asked, [answer]);
    else given.push(answer);
  }

  next(asked: string): T | undefined {
    return this.#given.get(asked)?.shift();
  }
}

const effectAsked = ({
  cs_code,
  op,
  store,
  inputs,
}: Pick<EventOf<"side_effect_start">["payload"], "cs_code" | "op" | "store" | "inputs">) =>
  canonical([cs_code, op, store, inputs]);
const transformAsked = (code: string, inputs: JsonObject) => canonical([code, inputs]);
const ruleAsked = (event: string, where: JsonObject) => canonical([event, where]);

/** Whether there was a record, by what was looked for. Where a field to look for was missing, nobody looked. */
function rulesIn(events: readonly TraceEvent[]): ReadonlyMap<string, boolean> {
  const unasked = new Set(
    eventsOf(events, "violation")
      .filter(({ payload }) => payload.violation_code === "ADMISSION_BINDING_MISSING_FIELD")
      .map(({ run }) => run),
  );
  const asked = eventsOf(events, "admission").filter(({ run }) => !unasked.has(run));
  const rules = asked.flatMap(({ payload }) => [...payload.requires, ...payload.forbids]);
  return new Map(rules.map(({ event, where, matched }) => [ruleAsked(event, where), matched]));
}

function requireKnown(value: Json | undefined): void {
  if (value !== undefined && holdsSuppressed(value)) throw new UnansweredError("SUPPRESSED", {});
}

/** An answer to something suppressed, or one that rests on a suppressed reading. */
function asRecorded(recorded: TransformEnd | undefined, capability: string): TransformResult {
  if (recorded === undefined) throw new UnansweredError("SUPPRESSED", { capability });
  return transformResult(recorded);
}
