/** What follows from the values of a run alone: which rules are not met, what is bound, which outcome a condition gives. */

import { pointer } from "../json/pointer.ts";
import { type Json, type JsonObject, type MutableJson, own, setOwn } from "../json/value.ts";
import { evaluate, holds, operandsOf, type Scope } from "../plan/expression.ts";
import { accepts, hasType, type IntentSpec, type Unmet } from "../plan/intent.ts";
import type { Binding, ContractNode, Evaluation, IntentNode, OutputBinding } from "../plan/plan.ts";
import { undeclaredMembers } from "../plan/undeclared.ts";
import type { EvaluationResult } from "./executor.ts";

/** The rules that the payload of an IN node or the inputs of a CC node do not meet. */
export function validate(
  node: IntentNode | ContractNode,
  data: JsonObject,
): readonly Unmet[] | Promise<readonly Unmet[]> {
  if (node.type === "CC") return validateInputs(node, data);
  const { intent } = node;
  if (intent === null) return NONE;
  const { spec, isClosed } = intent;
  const undeclared = isClosed ? undeclaredMembers(spec, data) : NONE;
  return accepts(spec, data) ? undeclared : unmetRulesOf(spec, data, undeclared);
}

const NONE: readonly Unmet[] = [];

async function unmetRulesOf(
  spec: IntentSpec,
  data: JsonObject,
  undeclared: readonly Unmet[],
): Promise<readonly Unmet[]> {
  const { unmetRules } = await import("../plan/intent-schema.ts");
  const unmet = [...unmetRules(spec, data), ...undeclared];
  return unmet.sort((a, b) => (a.pointer < b.pointer ? -1 : a.pointer > b.pointer ? 1 : 0));
}

/** Presence of what is bound and required, and top-level types. */
function validateInputs(
  { contract, inputs: bindings, contradicted }: ContractNode,
  inputs: JsonObject,
): readonly Unmet[] {
  const isBound = (name: string) => bindings.some((binding) => binding.name === name);
  const unmet: Unmet[] = [];
  for (const { name, types, required } of contract.inputs) {
    const value = own(inputs, name);
    if (value === undefined) {
      if (required && isBound(name)) unmet.push({ pointer: pointer([name]), constraint: "required" });
      continue;
    }
    if (types.length === 0 || contradicted.has(name) || types.some((type) => hasType(value, type))) continue;
    const [first] = types;
    const expected = types.length === 1 && first !== undefined ? first : types;
    unmet.push({ pointer: pointer([name]), constraint: "type", expected, actual: value });
  }
  return unmet;
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

export function mapOutputs(outputs: readonly OutputBinding[], raw: JsonObject, scope: Scope): JsonObject {
  const mapped: MutableJson = {};
  for (const { name, source, crossed } of outputs) {
    const value = evaluate(source, scope);
    if (value !== undefined) setOwn(mapped, name, value);
    else if (crossed !== undefined && Object.hasOwn(raw, name)) setOwn(mapped, crossed, raw[name] as Json);
  }
  return mapped;
}

/** @throws RunFault `PATH_UNRESOLVED`, `EXPRESSION_TYPE` */
export function evaluateCondition({ condition, onTrue, onFalse }: Evaluation, scope: Scope): EvaluationResult {
  const operands = operandsOf(condition, scope);
  return { outcome: holds(condition, operands) ? onTrue : onFalse, ...operands };
}
