/** One contract, from its bound inputs to its outcome (SPEC 4.4). */

import { type Json, type JsonObject, type MutableJson, own, pointer, setOwn } from "../json/json.ts";
import { CLOCK, evaluate, type Scope, WITHIN } from "../plan/expression.ts";
import { hasType, type Unmet } from "../plan/intent.ts";
import type { Action, Binding, Contract, ContractNode, OutputBinding, Step } from "../plan/plan.ts";
import { EngineFault } from "./errors.ts";
import { checkLimit } from "./run-limits.ts";
import type { RunState } from "./run-state.ts";
import { runEffect, runTransform } from "./steps.ts";

/** What the bound inputs do not meet: presence of what is bound and required, and top-level types. */
export function checkInputs(
  { contract, inputs: bindings, contradicted }: ContractNode,
  inputs: JsonObject,
): readonly Unmet[] {
  const isBound = (name: string) => bindings.some((binding) => binding.name === name);
  return contract.inputs.flatMap(({ name, types, required }): readonly Unmet[] => {
    const value = own(inputs, name);
    const at = pointer([name]);
    if (value === undefined) return required && isBound(name) ? [{ pointer: at, constraint: "required" }] : [];
    if (types.length === 0 || contradicted.has(name) || types.some((type) => hasType(value, type))) return [];
    return [
      {
        pointer: at,
        constraint: "type",
        expected: types.length === 1 ? (types[0] as string) : types,
        actual: value,
      },
    ];
  });
}

/** A contract while it runs. */
interface Progress {
  readonly inputs: JsonObject;
  /** What the contract has published so far. */
  readonly published: MutableJson;
  /** By step: its mapped outputs, and its raw result. */
  readonly results: MutableJson;
  readonly raw: MutableJson;
}

interface StepEnd {
  readonly outcome: string;
  readonly scope: Scope;
}

export async function runContract(
  contract: Contract,
  inputs: JsonObject,
  walk: RunState,
): Promise<{ readonly outcome: string; readonly outputs: JsonObject }> {
  const progress: Progress = { inputs, published: {}, results: {}, raw: {} };
  let index = 0;
  for (;;) {
    const step = contract.steps[index] as Step;
    checkLimit("events", walk);
    walk.cursor.step = step.name;
    const { outcome, scope } = await runStep(step, contract, progress, walk);
    const action = step.onResult.get(outcome);
    if (action === undefined) {
      const facts = { outcome, contract: contract.fqdn, routed: [...step.onResult.keys()] };
      throw new EngineFault("contract", "CC", "OUTCOME_NOT_ROUTED", facts);
    }
    if (action.do === "evaluate") {
      const settled = walk.executor.evaluation(action.evaluation, { ...progress.published, ...scope });
      return { outcome: settled, outputs: progress.published };
    }
    const next = following(action, index, contract);
    if (next === undefined) return { outcome, outputs: progress.published };
    index = next;
  }
}

function following(
  action: Exclude<Action, { do: "evaluate" }>,
  index: number,
  contract: Contract,
): number | undefined {
  if (action.do === "step") return action.index;
  return action.do === "continue" && index + 1 < contract.steps.length ? index + 1 : undefined;
}

async function runStep(step: Step, contract: Contract, progress: Progress, walk: RunState): Promise<StepEnd> {
  const inputs = bind(step.inputs, inputScope(progress, walk));
  const { outcome, raw, status } =
    step.kind === "transform"
      ? runTransform(step, inputs, walk)
      : await runEffect(step, inputs, contract, walk);
  const scope = outputScope(raw, status, progress, walk);
  const mapped = mapOutputs(step.outputs, raw, scope);
  const stated = own(mapped, "result_status");
  const settled = stated === undefined ? outcome : stateOutcome(walk.executor.status(stated), step, contract);
  setOwn(progress.raw, step.name, raw);
  setOwn(progress.results, step.name, mapped);
  const { result_status: _, ...said } = mapped;
  const published = walk.executor.published(said);
  for (const [name, value] of Object.entries(published)) setOwn(progress.published, name, value);
  const action = step.onResult.get(settled);
  if (action !== undefined) {
    walk.emit({
      event_type: "step_end",
      run: walk.input.run,
      node_id: walk.cursor.node as string,
      payload: { step: step.name, outcome: settled, continuation: continuationOf(action), published },
    });
  }
  return { outcome: settled, scope };
}

function continuationOf(action: Action): string {
  return action.do === "step" || action.do === "evaluate" ? action.name : action.do;
}

/** @throws RunFault when a step maps something that is no outcome's name. */
function stateOutcome(stated: Json, step: Step, contract: Contract): string {
  if (typeof stated === "string") return stated;
  throw new EngineFault("contract", "CC", "OUTCOME_NOT_ROUTED", {
    outcome: JSON.stringify(stated),
    contract: contract.fqdn,
    routed: [...step.onResult.keys()],
  });
}

function inputScope({ inputs, results, raw }: Progress, { input, executor }: RunState): Scope {
  return { inputs, payload: inputs, results, raw, [CLOCK]: input.clock, [WITHIN]: executor.within };
}

/** The value of every binding whose path reaches something; the others are left out (SPEC 3). */
export function bind(bindings: readonly Binding[], scope: Scope): MutableJson {
  const bound: MutableJson = {};
  for (const { name, source } of bindings) {
    const value = evaluate(source, scope);
    if (value !== undefined) setOwn(bound, name, value);
  }
  return bound;
}

/** `capability_value` is the raw result's field `value`, or, when it has none, the raw result itself (SPEC 3). */
function outputScope(raw: JsonObject, status: string | undefined, progress: Progress, walk: RunState): Scope {
  return {
    ...inputScope(progress, walk),
    capability_result: raw,
    capability_value: own(raw, "value") ?? (Object.hasOwn(raw, "value") ? null : raw),
    capability_status: own(raw, "result_status") ?? status,
  };
}

function mapOutputs(outputs: readonly OutputBinding[], raw: JsonObject, scope: Scope): JsonObject {
  const mapped: MutableJson = {};
  for (const { name, source, crossed } of outputs) {
    const value = evaluate(source, scope);
    if (value !== undefined) setOwn(mapped, name, value);
    else if (crossed !== undefined && Object.hasOwn(raw, name)) setOwn(mapped, crossed, raw[name] as Json);
  }
  return mapped;
}
