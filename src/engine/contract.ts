/** One contract, from its bound inputs to its outcome (SPEC 4.4). */

import { type Json, type JsonObject, type MutableJson, own, setOwn } from "../json/value.ts";
import { CLOCK, type Scope } from "../plan/expression.ts";
import type { Action, Contract, Step } from "../plan/plan.ts";
import { EngineFault } from "./errors.ts";
import { requireRoomForStep } from "./limits.ts";
import type { RunState } from "./run-state.ts";
import { runEffect, runTransform, type StepResult } from "./steps.ts";

/** A contract while it runs. */
interface Progress {
  readonly inputs: JsonObject;
  /** What the contract has published so far. */
  readonly published: MutableJson;
  /** By step: its mapped outputs, and its raw result. */
  readonly results: MutableJson;
  readonly raw: MutableJson;
}

type EvaluateAction = Extract<Action, { do: "evaluate" }>;

interface StepEnd {
  readonly outcome: string;
  readonly scope: Scope;
}

export async function runContract(
  contract: Contract,
  inputs: JsonObject,
  state: RunState,
): Promise<{ readonly outcome: string; readonly outputs: JsonObject }> {
  const progress: Progress = { inputs, published: {}, results: {}, raw: {} };
  for (let step = contract.steps[0]; step !== undefined; ) {
    requireRoomForStep(state);
    state.cursor.step = step.name;
    const inputs = state.executor.bind(step.inputs, inputScope(progress, state));
    const result =
      step.kind === "transform"
        ? runTransform(step, inputs, state)
        : await runEffect(step, inputs, contract, state);
    const { outcome, scope } = endStep(step, result, contract, progress, state);
    const action = actionAfter(step, outcome, contract);
    if (action.do === "evaluate") {
      // Not spread: V8 makes a new hidden class for each member that is added to a spread object.
      const evaluated = runEvaluation(action, Object.assign({}, progress.published, scope), state);
      return { outcome: evaluated, outputs: progress.published };
    }
    const next =
      action.do === "exit" ? undefined : contract.steps[action.do === "step" ? action.index : step.index + 1];
    if (next === undefined) return { outcome, outputs: progress.published };
    step = next;
  }
  throw new Error(`${contract.fqdn} has no steps`);
}

/** The outcome that the evaluation gives to its contract. */
function runEvaluation({ name, evaluation }: EvaluateAction, scope: Scope, state: RunState): string {
  const { executor, emit, input, cursor } = state;
  const { left, right, outcome } = executor.evaluate(evaluation, scope);
  if (!input.recordsEvaluations) return outcome;
  const { payload } = emit({
    event_type: "evaluation_end",
    run: input.run,
    node_id: cursor.node as string,
    payload: { condition: evaluation.condition.text, evaluation: name, left, outcome, right },
  });
  return payload.outcome;
}

/** Maps the step's outputs and publishes them. */
function endStep(
  step: Step,
  { outcome, raw, status }: StepResult,
  contract: Contract,
  progress: Progress,
  state: RunState,
): StepEnd {
  const { executor, emit, input, cursor } = state;
  const scope = outputScope(raw, status, progress, state);
  const mapped = executor.mapOutputs(step.outputs, raw, scope);
  setOwn(progress.raw, step.name, raw);
  setOwn(progress.results, step.name, mapped);
  const stated = Object.hasOwn(mapped, "result_status") ? (mapped["result_status"] as Json) : outcome;
  const published = withoutStatus(mapped);
  const action = actionAfter(step, stated, contract);
  const { payload } = emit({
    event_type: "step_end",
    run: input.run,
    node_id: cursor.node as string,
    payload: { continuation: continuationOf(action), outcome: String(stated), published, step: step.name },
  });
  for (const name of Object.keys(payload.published))
    setOwn(progress.published, name, payload.published[name] as Json);
  return { outcome: String(stated), scope };
}

function withoutStatus(mapped: JsonObject): JsonObject {
  if (!Object.hasOwn(mapped, "result_status")) return mapped;
  const { result_status: _, ...published } = mapped;
  return published;
}

/** What follows the outcome. @throws RunFault when the step does not route it, or it is no outcome's name. */
function actionAfter(step: Step, outcome: Json, contract: Contract): Action {
  const action = typeof outcome === "string" ? step.onResult.get(outcome) : undefined;
  if (action !== undefined) return action;
  throw new EngineFault("contract", "CC", "OUTCOME_NOT_ROUTED", {
    outcome: typeof outcome === "string" ? outcome : JSON.stringify(outcome),
    contract: contract.fqdn,
    routed: [...step.onResult.keys()],
  });
}

function continuationOf(action: Action): string {
  return action.do === "step" || action.do === "evaluate" ? action.name : action.do;
}

function inputScope({ inputs, results, raw }: Progress, { input }: RunState): Scope {
  return { inputs, payload: inputs, results, raw, [CLOCK]: input.clock };
}

/** `capability_value` is the raw result's field `value`, or, when it has none, the raw result itself (SPEC 3). */
function outputScope(
  raw: JsonObject,
  status: string | undefined,
  { inputs, results, raw: earlier }: Progress,
  { input }: RunState,
): Scope {
  return {
    inputs,
    payload: inputs,
    results,
    raw: earlier,
    [CLOCK]: input.clock,
    capability_result: raw,
    capability_value: own(raw, "value") ?? (Object.hasOwn(raw, "value") ? null : raw),
    capability_status: own(raw, "result_status") ?? status,
  };
}
