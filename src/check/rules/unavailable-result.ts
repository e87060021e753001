import { neededPath, pathsIn } from "../../plan/expression.ts";
import type { Contract, ContractNode, Plan } from "../../plan/plan.ts";
import { contractNodes, flowing } from "../analysis/bindings.ts";
import { atEntry, type Outputs, outputOf, outputsSetBy } from "../analysis/reaching-outputs.ts";
import type { CheckedWorkflow } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

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
  { artifact }: CheckedWorkflow,
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
