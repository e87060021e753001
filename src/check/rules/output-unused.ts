import { pathsIn } from "../../plan/expression.ts";
import { conditionPaths, contractNodes, flowing, stepPaths } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

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
