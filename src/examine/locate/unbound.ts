/** Why an input has no value, and what gives it one: followed back along the bindings to where it goes wrong. */

import { pointer } from "../../json/pointer.ts";
import type { JsonObject } from "../../json/value.ts";
import { fieldsOf, suggestBinding } from "../../plan/bindings.ts";
import { type Expression, pathsIn } from "../../plan/expression.ts";
import type { FieldSpec } from "../../plan/intent.ts";
import type { ContractNode, Plan, Step } from "../../plan/plan.ts";
import { nodePath, stepPath } from "../../plan/routes.ts";
import { type Names, nodeNames, resultNames, stepNames, suggestedPath } from "../../plan/suggest/declared.ts";
import { describeExpected } from "../../plan/suggest/describe-expected.ts";
import { type Path, quote } from "../../snapshot/hint.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { edit, type Place, place } from "./location.ts";
import { declaredAt, payloadHint } from "./payload-hint.ts";

/** What is at hand to find it: the plan, and the payload of the run. */
export interface Traced {
  readonly plan: Plan;
  readonly payload: JsonObject;
}

/** A contract's input, at one of its nodes. */
export function unboundInput(node: ContractNode, name: string, traced: Traced): Place | null {
  const { plan } = traced;
  const { fqdn } = plan.workflow;
  const at = nodePath(node.key, "inputs", name);
  const binding = node.inputs.find((one) => one.name === name);
  if (binding !== undefined) {
    return (
      misspelt(fqdn, at, binding.source, nodeNames(plan), plan) ?? notGiven(node, name, binding.source, traced)
    );
  }
  const { path, change } = suggestBinding(node, name, plan);
  return edit(fqdn, path, change, plan);
}

const isInput = ({ contract }: ContractNode, name: string) => contract.inputs.some((one) => one.name === name);

/** The path is a right one, so the payload lacks the field, or an earlier node did not publish it. */
function notGiven(node: ContractNode, name: string, source: Expression, traced: Traced): Place | null {
  const at = nodePath(node.key, "inputs", name);
  const { fqdn } = traced.plan.workflow;
  const [found] = pathsIn(source);
  if (found?.root === "payload") return place(fqdn, at, fieldHint(pointer(found.segments), node, name, traced));
  const hint = `${name} has no value: check what ${found?.text ?? "its source"} provides`;
  return place(fqdn, at, hint);
}

/** A contract's input of a type that it does not take. */
export function mistypedInput(node: ContractNode, name: string, traced: Traced): Place | null {
  const { fqdn } = traced.plan.workflow;
  const at = nodePath(node.key, "inputs", name);
  const source = node.inputs.find((one) => one.name === name)?.source;
  if (source?.kind === "literal")
    return edit(fqdn, at, { do: "change", to: describeExpected(taken(node, name), source.value) }, traced.plan);
  const [found] = source === undefined ? [] : pathsIn(source);
  if (found?.root === "payload") return place(fqdn, at, fieldHint(pointer(found.segments), node, name, traced));
  const hint = `${name} should be ${describeExpected(taken(node, name))}: check what ${found?.text ?? "its source"} provides`;
  return place(fqdn, at, hint);
}

function taken({ contract }: ContractNode, name: string): FieldSpec {
  const types = contract.inputs.find((one) => one.name === name)?.types ?? [];
  return { types, required: true, emptyIsMissing: false };
}

/** What the payload should hold where an input is bound to it: what the intent declares, else what the contract takes. */
function fieldHint(at: string, node: ContractNode, name: string, traced: Traced): string {
  const spec = fieldsOf(traced.plan);
  const declared = spec && declaredAt(spec, at);
  const isTyped = declared !== undefined && declared.field.types.length > 0;
  const field = isTyped ? declared.field : taken(node, name);
  return payloadHint(at, field, traced.payload, declared?.siblings ?? spec);
}

/** A step's input, which its capability asks for. */
export function unboundStepInput(node: ContractNode, step: Step, name: string, traced: Traced): Place | null {
  const { fqdn } = node.contract;
  const at = stepPath(step.index, "inputs", name);
  const binding = step.inputs.find((one) => one.name === name);
  if (binding === undefined) return unboundAtStep(node, step, name, traced);
  const wrong = misspelt(fqdn, at, binding.source, stepNames(node.contract), traced.plan);
  if (wrong !== null) return wrong;
  const [found] = pathsIn(binding.source);
  if (found === undefined) return null;
  const first = String(found.segments[0]);
  if (found.root === "results") return unpublished(node, first, String(found.segments[1]), traced);
  return isInput(node, first) ? unboundInput(node, first, traced) : null;
}

function unboundAtStep(node: ContractNode, step: Step, name: string, { plan }: Traced): Place | null {
  const { fqdn } = node.contract;
  const known: readonly string[] =
    step.kind === "transform" ? step.required : Object.keys(step.operation.input);
  const others = step.inputs.map((one) => one.name).filter((one) => !known.includes(one));
  const near = nearestName(name, others);
  const inputs = stepPath(step.index, "inputs");
  if (near !== null) return edit(fqdn, [...inputs, near], { do: "rename", to: name }, plan);
  const as = isInput(node, name) ? quote(`$.inputs.${name}`) : "a path to its value";
  return edit(fqdn, [...inputs, name], { do: "add", as }, plan);
}

/** An output of an earlier step that was to publish a field of its result. */
function unpublished(node: ContractNode, name: string, output: string, { plan }: Traced): Place | null {
  const step = node.contract.steps.find((one) => one.name === name);
  const source = step?.outputs.find((one) => one.name === output)?.source;
  if (step === undefined || source === undefined) return null;
  const at = stepPath(step.index, "outputs", output);
  return misspelt(node.contract.fqdn, at, source, resultNames(step), plan);
}

/** A path inside the value at a place that names what is not declared, where one that is declared is near. */
function misspelt(artifact: string, at: Path, source: Expression, names: Names, plan: Plan): Place | null {
  for (const found of pathsIn(source)) {
    const meant = suggestedPath(found, names);
    if (meant !== undefined)
      return edit(artifact, [...at, ...found.at], { do: "change", to: quote(meant) }, plan);
  }
  return null;
}
