/**
 * What the loop in `execute.ts` asks for instead of doing it. The live executor performs each step and appends each event
 * to the trace. The replay executor returns what a trace records, and compares. So one loop runs a plan and replays it.
 */

import type { Wait, WaitEnd } from "../capabilities/target.ts";
import type { Digest } from "../json/canonical.ts";
import type { JsonObject, MutableJson } from "../json/value.ts";
import type { Operands, Scope } from "../plan/expression.ts";
import type { Unmet } from "../plan/intent.ts";
import type {
  Admission,
  Binding,
  ContractNode,
  EffectStep,
  Evaluation,
  IntentNode,
  OutputBinding,
  Plan,
  TransformStep,
} from "../plan/plan.ts";
import type { Change, Observation, RecordedRequest } from "../ports.ts";
import type { EventBody } from "../trace/event.ts";
import type { Resumption, WaitingStep } from "./waits.ts";

/** Every method may throw a `RunFault`: it ends the run. Anything else thrown is a defect. */
export interface StepExecutor {
  /**
   * Records the event. The run goes on with the event that is returned, of the same type: another one only where a replay
   * follows its record.
   */
  emit(event: EventBody): EventBody;
  /** A called workflow begins as the nested run `run`. Returns its clock, RFC 3339 UTC. */
  beginRun(run: string, plan: Plan): string;
  /** The limit that a trace of so many runs or events has reached; null where it may go on. */
  limit(of: "runs" | "events", count: number): number | null;
  /** Whether the caller wants the run to end: asked before every node and step. */
  isAborted(): boolean;
  /** The limit that the bytes of the trace have reached; null where it may go on. */
  bytesLimit(): number | null;
  /** Which admission rules find a matching record. */
  admit(rules: Admission, where: AdmissionWhere): AdmissionResult | Promise<AdmissionResult>;
  /** The rules that the payload of an IN node or the inputs of a CC node do not meet. */
  validate(node: IntentNode | ContractNode, data: JsonObject): readonly Unmet[] | Promise<readonly Unmet[]>;
  /** The value of every binding whose path reaches something. */
  bind(bindings: readonly Binding[], scope: Scope): MutableJson;
  /** The outputs of a step; one called `result_status` states the step's outcome. */
  mapOutputs(outputs: readonly OutputBinding[], raw: JsonObject, scope: Scope): JsonObject;
  /** The outcome that the evaluation gives, and the values that it compares. */
  evaluate(evaluation: Evaluation, scope: Scope): EvaluationResult;
  transform(step: TransformStep, inputs: JsonObject): TransformResult;
  /** The moment at which a step begins that may wait, RFC 3339 UTC with milliseconds. */
  moment(): string;
  /** What the step waits for, or what it answers without waiting. */
  beginWait(step: EffectStep, inputs: JsonObject, moment: string): Wait | EffectResult;
  endWait(step: EffectStep, wait: Wait, end: WaitEnd): EffectResult;
  /**
   * No run can go on, and that is recorded. What ends one of these waits; null where nothing does: the trace ends here.
   * @throws RunCancelled
   */
  resume(waits: readonly WaitingStep[]): Promise<Resumption | null>;
  /** Asked for what is outside the run alone; what follows from the run itself, such as called workflows, the loop works out. */
  effect(...asked: EffectAttempt): EffectResult | Promise<EffectResult>;
  /** Spends the pause between two attempts of an effect; false where it is too long for that: then the run waits. */
  pause(milliseconds: number): Promise<boolean>;
}

/** The key is the same for every attempt of this step of this run; attempts count from 1. */
export type EffectAttempt = [step: EffectStep, inputs: JsonObject, effectKey: Digest, attempt: number];

export interface EvaluationResult extends Operands {
  readonly outcome: string;
}

export interface TransformResult {
  /** The raw result, or null after a violation. */
  readonly result: JsonObject | null;
  readonly reason?: JsonObject | undefined;
  readonly observed: readonly Observation[];
}

export interface EffectResult {
  readonly outcome: string;
  readonly result: JsonObject;
  readonly reason?: JsonObject | undefined;
  readonly change?: Change | undefined;
  /** What an http effect sent. */
  readonly requests?: readonly RecordedRequest[] | undefined;
  readonly observed: readonly Observation[];
  /** How the end became known, where the effect was not performed now. */
  readonly settled?: "shown" | "assumed";
  /** Who assumed it. */
  readonly actor?: string;
}

/** Which rules found a matching record, in the order declared. */
export interface AdmissionResult {
  readonly requires: readonly boolean[];
  readonly forbids: readonly boolean[];
}

/** The values each rule compares, by event field. */
export interface AdmissionWhere {
  readonly requires: readonly JsonObject[];
  readonly forbids: readonly JsonObject[];
}
