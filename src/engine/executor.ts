/**
 * What the walk asks for instead of doing it. Live, `live-executor.ts` does it; in a replay, `examine/replay/replay.ts`
 * takes what was recorded and compares. So one loop serves both.
 */

import type { Digest } from "../json/canonical.ts";
import type { Json, JsonObject } from "../json/json.ts";
import type { Scope, Within } from "../plan/expression.ts";
import type { Unmet } from "../plan/intent.ts";
import type { Admission, EffectStep, Evaluation, NodeKey, Plan, TransformStep } from "../plan/plan.ts";
import type { Change, Observation } from "../ports.ts";
import type { TraceLimits } from "./run-limits.ts";

export interface TransformResult {
  /** The raw result, or null after a violation. */
  readonly result: JsonObject | null;
  readonly reason?: JsonObject;
  readonly observed: readonly Observation[];
}

export interface EffectResult {
  readonly outcome: string;
  readonly result: JsonObject;
  readonly reason?: JsonObject;
  readonly change?: Change;
  readonly observed: readonly Observation[];
}

/** Which rules found a matching record, in the order declared. */
export interface AdmissionResult {
  readonly requires: readonly boolean[];
  readonly forbids: readonly boolean[];
}

/** Every method may throw a `RunFault`: the walk ends the run with it. Anything else thrown is a defect. */
export interface StepExecutor {
  admission(rules: Admission, where: AdmissionWhere): AdmissionResult | Promise<AdmissionResult>;
  transform(step: TransformStep, inputs: JsonObject): TransformResult;
  /** Not asked for a step that calls workflows: the walk performs that one, live and in a replay. */
  effect(step: EffectStep, inputs: JsonObject, effectKey: Digest): EffectResult | Promise<EffectResult>;
  /** A called workflow begins as the nested run `run`: its clock, RFC 3339 UTC, and the payload it goes on with. */
  begin(run: string, plan: Plan, payload: JsonObject): { readonly clock: string; readonly payload: JsonObject };
  /** The limit that a trace of so many runs or events has reached; null while it may go on. */
  limit(of: keyof TraceLimits, count: number): number | null;
  /** The rules a payload or a contract's inputs do not meet; a replay may know better where values are suppressed. */
  unmet(found: readonly Unmet[]): readonly Unmet[];
  /** What paths find inside what a record suppresses; absent where nothing is. */
  readonly within?: Within;
  /** The outcome an evaluation gives in this scope. */
  evaluation(evaluation: Evaluation, scope: Scope): string;
  /** The literal outcome a step mapped from its result. */
  status(value: Json): Json;
  /** What the walk has worked out and goes on with; a replay may go on with what is on record instead. */
  inputs(bound: JsonObject): JsonObject;
  published(mapped: JsonObject): JsonObject;
  end(node: NodeEnd): NodeEnd;
}

/** How a node ended, and where that leads: null when its outcome has no route. */
export interface NodeEnd {
  readonly outcome: string;
  readonly outputs: JsonObject;
  readonly next: NodeKey | null;
}

/** The values each rule compares, by event field. */
export interface AdmissionWhere {
  readonly requires: readonly JsonObject[];
  readonly forbids: readonly JsonObject[];
}
