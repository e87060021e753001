import { contractNodes, nodePaths, nodeReach } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

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
