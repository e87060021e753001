/** Outputs of contracts and results of nodes. */

import {
  conditionPaths,
  contractNodes,
  flowing,
  nodePaths,
  nodeReach,
  stepPaths,
} from "../../plan/analysis/bindings.ts";
import type { CompiledWorkflow } from "../../plan/analysis/compiled-snapshot.ts";
import { atEntry, type Outputs, outputOf, outputsSetBy } from "../../plan/analysis/reaching-outputs.ts";
import { neededPath, pathsIn } from "../../plan/expression.ts";
import type { Contract, ContractNode, Plan } from "../../plan/plan.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const outputNeverSet = rule({
  id: "output-never-set",
  about: "Require that some step publishes every output that the contract declares",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_CT_OUTPUT_CONTRACT_MATCH_V0"],
  hint: "publish it in a step's outputs, or remove it from core.outputs",
  *check(subject) {
    for (const { artifact, contract, flow } of flowing(subject)) {
      for (const name of contract.outputs.keys()) {
        // Every contract ends in an outcome, whatever it publishes.
        if (name === "result_status" || flow.published.has(name)) continue;
        const message = `no step publishes the declared output ${name}`;
        yield foundIn(artifact, ["core", "outputs", name], { output: name }, message);
      }
    }
  },
});

export const outputUndeclared = rule({
  id: "output-undeclared",
  about:
    "Require that the contract declares every output that a node reads; an undeclared output may disappear without notice",
  severity: "warning",
  invariants: [
    "fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0",
    "fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0",
  ],
  hint: "declare the output in the contract's core.outputs",
  *check(subject) {
    for (const { workflow, plan, node } of contractNodes(subject)) {
      for (const { text, root, segments, at, reach } of nodePaths(node, nodeReach(plan, subject))) {
        if (root !== "results" || reach(root, segments) === undefined) continue;
        const [key, output] = segments;
        const of = plan.nodes.get(String(key));
        if (of?.type !== "CC" || of.contract.outputs.has(String(output))) continue;
        const message = `${text} reads an output that ${of.contract.fqdn} does not declare`;
        yield foundIn(workflow.artifact, at, { path: text }, message);
      }
    }
  },
});

export const outputUnused = rule({
  id: "output-unused",
  about:
    "Disallow published values that are neither declared as outputs nor read by a later step, a condition or a node",
  severity: "note",
  invariants: ["fb.topology::INVARIANT_CC_NO_UNUSED_OUTPUTS_V0"],
  hint: "declare it in the contract's core.outputs, read it, or remove it from the step's outputs",
  *check(subject) {
    const read = new Set<string>();
    for (const { plan, node } of contractNodes(subject)) {
      for (const { root, segments } of node.inputs.flatMap(({ source }) => pathsIn(source))) {
        const of = root === "results" ? plan.nodes.get(String(segments[0])) : undefined;
        if (of?.type === "CC") read.add(`${of.contract.fqdn} ${segments[1]}`);
      }
    }
    for (const { artifact, contract, flow } of flowing(subject)) {
      const inside = flow.steps.flatMap((step) => [
        ...stepPaths(step, "inputs"),
        ...stepPaths(step, "outputs"),
      ]);
      const asked = new Set(conditionPaths(contract, flow).map(({ root }) => root));
      for (const { step, mapped } of flow.steps) {
        for (const name of mapped.keys()) {
          const isRead = inside.some(
            ({ root, segments }) => root === "results" && segments[0] === step.name && segments[1] === name,
          );
          const isDeclared = contract.outputs.has(name) || name === "result_status";
          if (isDeclared || isRead || asked.has(name) || read.has(`${artifact.fqdn} ${name}`)) continue;
          const message = `step ${step.name} publishes ${name}, which nothing declares or reads`;
          const path = ["core", "pipeline", step.index, "outputs", name];
          yield foundIn(artifact, path, { step: step.name, output: name }, message);
        }
      }
    }
  },
});

export const swappedOutput = rule({
  id: "swapped-output",
  about:
    "Disallow output bindings with name and path swapped; the value would be published under the name of the path",
  severity: "warning",
  hint: "write <name to publish>: $.capability_result.<field of the result>",
  *check(subject) {
    for (const { artifact, flow } of flowing(subject)) {
      for (const { step, raw, mapped } of flow.steps) {
        for (const { name, crossed } of step.outputs) {
          if (crossed === undefined || mapped.has(name) || !raw.fields?.has(name)) continue;
          const message = `step ${step.name} publishes the result's ${name} as ${crossed}, not as ${name}`;
          const facts = { step: step.name, output: name, published: crossed };
          yield foundIn(artifact, ["core", "pipeline", step.index, "outputs", name], facts, message);
        }
      }
    }
  },
});

export const unavailableResult = rule({
  id: "unavailable-result",
  about:
    "Require that a result that a node reads is published on some path to the node, and on every path if it is required",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0",
    "fb.topology::INVARIANT_CC_NO_MISSING_DEPENDENCIES_V0",
  ],
  hint: "read it from a node on every path, route this node after that one, or make the input optional",
  *check(subject) {
    for (const { artifact, contract } of flowing(subject)) yield* missingBetweenSteps(contract, artifact);
    for (const { workflow, plan, node } of contractNodes(subject)) {
      const sets = atEntry(plan);
      const [may, must] = [sets.may.get(node.key), sets.must.get(node.key)];
      if (may !== undefined && must !== undefined) yield* missingIn(node, workflow, plan, may, must);
    }
  },
});

/** A transform that requires what an earlier step has not published, on some way to it, fails there always. */
function* missingBetweenSteps(contract: Contract, artifact: { readonly file: string }): Generator<Found> {
  const { before } = outputsSetBy(contract);
  for (const step of contract.steps) {
    const entered = before[step.index];
    if (entered === undefined || step.kind === "effect") continue;
    for (const { name, source } of step.inputs) {
      const needed = neededPath(source);
      if (needed?.root !== "results" || !step.required.includes(name)) continue;
      const [of, output] = needed.segments.map(String);
      const one = outputOf(String(of), String(output));
      if (!entered.may.has(one) || entered.must.has(one)) continue;
      const message = `on some path to step ${step.name}, ${of} has not published ${output}, but ${name} is required`;
      const path = ["core", "pipeline", step.index, "inputs", name];
      yield foundIn(artifact, path, { step: step.name, path: needed.text }, message);
    }
  }
}

function* missingIn(
  node: ContractNode,
  { artifact }: CompiledWorkflow,
  { nodes }: Plan,
  may: Outputs,
  must: Outputs,
): Generator<Found> {
  for (const { name, source } of node.inputs) {
    const at = ["core", "nodes", node.key, "inputs", name];
    for (const { text, root, segments } of pathsIn(source)) {
      const [of, output] = segments.map(String);
      if (root !== "results" || of === undefined || output === undefined) continue;
      // Whoever publishes nothing of that name at all is told so by its path.
      if (!isPublished(of, output, nodes)) continue;
      const one = outputOf(of, output);
      const facts = { node: node.key, path: text };
      if (!may.has(one)) {
        yield foundIn(artifact, at, facts, `${of} publishes ${output} on no path to ${node.key}`);
      } else if (!must.has(one) && neededPath(source) !== undefined && isRequired(name, node)) {
        const message = `on some path to ${node.key}, ${of} has not published ${output}, but ${name} is required`;
        yield foundIn(artifact, at, facts, message);
      }
    }
  }
}

function isPublished(key: string, output: string, nodes: Plan["nodes"]): boolean {
  const node = nodes.get(key);
  if (node?.type !== "CC") return false;
  return node.contract.steps.some((step) =>
    step.outputs.some(({ name, crossed }) => name === output || crossed === output),
  );
}

function isRequired(name: string, { contract }: ContractNode): boolean {
  const input = contract.inputs.find((one) => one.name === name);
  return input?.required === true && input.default === undefined;
}
