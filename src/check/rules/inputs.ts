/** Inputs of contracts, and where their values come from. */

import { isObject, objectAt, own } from "../../json/value.ts";
import { excludes, type Reach, typed } from "../../plan/analysis/abstract-value.ts";
import { conditionPaths, contractNodes, flowing, nodeReach, stepPaths } from "../../plan/analysis/bindings.ts";
import { operationOf, type StepFlow } from "../../plan/analysis/contract-flow.ts";
import { memoize } from "../../plan/analysis/memoize.ts";
import { atEntry, outputOf, payloadPath } from "../../plan/analysis/reaching-outputs.ts";
import type { IntentSpec } from "../../plan/intent.ts";
import type { ContractNode, Plan } from "../../plan/plan.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { findingsOf } from "../analysis/compile-findings.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { foundIn, rule } from "../rule.ts";

export const inputNeverRead = rule({
  id: "input-never-read",
  about: "Disallow step inputs that the capability does not declare; the capability may ignore them",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0"],
  hint: "remove the binding, or declare the input in the capability's artifact",
  *check(subject) {
    for (const { artifact, flow } of flowing(subject)) {
      for (const { step } of flow.steps) {
        const taken = takenBy(step, subject);
        for (const { name } of step.inputs) {
          if (taken === null || taken.has(name)) continue;
          const operation = step.kind === "effect" ? `${step.op} of ${step.code}` : step.code;
          const message = `step ${step.name} binds ${name}, which ${operation} does not declare`;
          const path = ["core", "pipeline", step.index, "inputs", name];
          yield foundIn(artifact, path, { step: step.name, input: name }, message);
        }
      }
    }
  },
});

/** The inputs that the artifact declares; null when it declares none at all. */
function takenBy(step: StepFlow["step"], { snapshot }: SnapshotModel): ReadonlySet<string> | null {
  const artifact = snapshot.artifact(step.code);
  if (artifact === undefined) return null;
  if (step.kind === "effect") {
    const listed = own(operationOf(artifact, step.op), "input");
    return Array.isArray(listed) ? new Set(listed.map(String)) : null;
  }
  const inputs = own(objectAt(artifact.frontmatter, "core"), "inputs");
  return isObject(inputs) ? new Set(Object.keys(inputs)) : null;
}

export const inputUndeclared = rule({
  id: "input-undeclared",
  about:
    "Require that a contract declares every input that its steps read; presence and type of others are not checked",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0"],
  hint: "declare it in the contract's core.inputs, with its type and whether it is required",
  *check(subject) {
    for (const { artifact, contract, flow } of flowing(subject)) {
      const declared = new Set(contract.inputs.map(({ name }) => name));
      const paths = flow.steps.flatMap((step) => [...stepPaths(step, "inputs"), ...stepPaths(step, "outputs")]);
      for (const { text, root, segments, at } of paths) {
        const [name] = segments;
        if ((root !== "inputs" && root !== "payload") || name === undefined || declared.has(String(name)))
          continue;
        const message = `${text} reads an input that the contract does not declare`;
        const nearest = nearestName(String(name), [...declared]);
        const hint =
          nearest === null ? undefined : `write ${text.replace(String(name), nearest)}, or declare ${name}`;
        yield foundIn(artifact, at, { input: String(name) }, message, hint);
      }
    }
  },
});

export const inputUnused = rule({
  id: "input-unused",
  about: "Disallow declared contract inputs that no step and no condition reads",
  severity: "note",
  hint: "read the input in a step, or remove it from core.inputs",
  *check(subject) {
    for (const { artifact, contract, flow } of flowing(subject)) {
      const paths = [
        ...flow.steps.flatMap((step) => [...stepPaths(step, "inputs"), ...stepPaths(step, "outputs")]),
        ...conditionPaths(contract, flow),
      ].filter(({ root }) => root === "inputs" || root === "payload");
      if (paths.some(({ segments }) => segments.length === 0)) continue;
      const read = new Set(paths.map(({ segments }) => String(segments[0])));
      for (const { name } of contract.inputs) {
        if (read.has(name)) continue;
        const message = `nothing in the contract reads its input ${name}`;
        yield foundIn(artifact, ["core", "inputs", name], { input: name }, message);
      }
    }
  },
});

export const requiredInputUnbound = rule({
  id: "required-input-unbound",
  about:
    "Require a binding for every required input of contracts and capabilities; without it, the result is always a violation",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0"],
  hint: "bind the input, or make it optional where it is declared",
  *check(subject) {
    yield* findingsOf(subject, "REQUIRED_INPUT_UNBOUND");
    for (const { artifact, flow } of flowing(subject)) {
      for (const { step } of flow.steps) {
        const bound = new Set(step.inputs.map(({ name }) => name));
        for (const input of requiredBy(step).filter((name) => !bound.has(name))) {
          const message = `step ${step.name} does not bind ${input}, which ${step.code} requires`;
          const path = ["core", "pipeline", step.index, "inputs"];
          yield foundIn(artifact, path, { step: step.name, input }, message);
        }
      }
    }
  },
});

function requiredBy(step: StepFlow["step"]): readonly string[] {
  if (step.kind === "transform") return step.required;
  const declared = Object.entries(step.operation.input);
  return declared.flatMap(([name, { required }]) => (required ? [name] : []));
}

export const shadowedInputName = rule({
  id: "shadowed-input-name",
  about:
    "Disallow binding an input to another value when a value with the input's own name exists; this is often a mistake",
  severity: "note",
  hint: "bind the value of that name; if the other value is intended, rename the input",
  *check(subject) {
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const reach = nodeReach(plan, subject);
      for (const { name, source } of node.inputs) {
        if (source.kind !== "path" || source.segments.at(-1) === name) continue;
        const other = namesake(name, source.segments, node, plan, reach);
        if (other === undefined) continue;
        const message = `${node.key} binds ${name} to ${source.text}, although there is ${other}`;
        const path = ["core", "nodes", node.key, "inputs", name];
        yield foundIn(workflow.artifact, path, { path: source.text, other }, message);
      }
    }
  },
});

/** Every field that the workflow's intent declares, nested ones too. */
const payloadPaths = memoize(({ nodes, start }: Plan): readonly (readonly string[])[] => {
  const node = nodes.get(start);
  return node?.type === "IN" && node.intent !== null ? fieldPaths(node.intent.spec) : [];
});

function fieldPaths(spec: IntentSpec): readonly (readonly string[])[] {
  return Object.entries(spec).flatMap(([name, { fields }]) => [
    [name],
    ...(fields === undefined ? [] : fieldPaths(fields).map((path) => [name, ...path])),
  ]);
}

/** By output: the nodes whose contract has a step that maps it. */
const publishers = memoize(({ nodes }: Plan): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const node of nodes.values()) {
    const outputs = node.type === "CC" ? node.contract.steps.flatMap((step) => step.outputs) : [];
    for (const name of new Set(outputs.flatMap(({ name, crossed = name }) => [name, crossed]))) {
      const known = found.get(name);
      if (known === undefined) found.set(name, [node.key]);
      else known.push(node.key);
    }
  }
  return found;
});

/** A path to a value that has the input's own name and fits it: beside the one bound, in the payload, or a result. */
function namesake(
  name: string,
  [...segments]: readonly (string | number)[],
  { key, contract }: ContractNode,
  plan: Plan,
  reach: Reach,
): string | undefined {
  const wanted = typed(...(contract.inputs.find((input) => input.name === name)?.types ?? []));
  const fits = (root: string, path: readonly (string | number)[]) => {
    const value = reach(root, path);
    return (
      value !== undefined && value.types.length > 0 && value.maybe === undefined && !excludes(value, wanted)
    );
  };
  const inPayload = [
    [...segments.slice(0, -1), name],
    ...payloadPaths(plan).filter((path) => path.at(-1) === name),
  ];
  for (const path of inPayload) if (fits("payload", path)) return `$.payload.${path.join(".")}`;
  const there = atEntry(plan).must.get(key);
  const publishing = publishers(plan).get(name) ?? [];
  const from = publishing.find((one) => there?.has(outputOf(one, name)) && fits("results", [one, name]));
  return from === undefined ? undefined : `$.results.${from}.${name}`;
}

export const sourceOptional = rule({
  id: "source-optional",
  about:
    "Require that the intent requires what the contracts require; otherwise an accepted request ends in a violation later",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0"],
  hint: "require the field in the intent, declare what its object holds, or give it a default",
  *check(subject) {
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const reach = nodeReach(plan, subject);
      const insisted = atEntry(plan).must.get(node.key);
      for (const { name, source } of node.inputs) {
        const input = node.contract.inputs.find((one) => one.name === name);
        if (input?.required !== true || input.default !== undefined) continue;
        if (source.kind !== "path" || source.root !== "payload") continue;
        // Told where it is missed first.
        if (insisted?.has(payloadPath(source.segments))) continue;
        if (reach("payload", source.segments)?.maybe === undefined) continue;
        const message = `${node.key} binds the required ${name} to ${source.text}, which a payload may omit`;
        const path = ["core", "nodes", node.key, "inputs", name];
        yield foundIn(workflow.artifact, path, { path: source.text }, message);
      }
    }
  },
});
