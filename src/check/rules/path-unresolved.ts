import {
  type BoundPath,
  conditionPaths,
  contractNodes,
  flowing,
  nodePaths,
  nodeReach,
  stepPaths,
} from "../analysis/bindings.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import type { ContractFlow } from "../analysis/contract-flow.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const pathUnresolved = rule({
  id: "path-unresolved",
  about: "Require that every path refers to a declared value; a path without a value silently omits its key",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0",
    "fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0",
    "fb.topology::INVARIANT_TOPOLOGY_INPUT_REFERENCE_DECLARED_V0",
  ],
  hint: "correct the path, or declare the field in the artifact that should provide it",
  *check(subject) {
    yield* reasonsOf(subject, "path-unresolved");
    for (const { artifact, contract, flow } of flowing(subject)) {
      const steps = flow.steps.flatMap((step) => [...stepPaths(step, "inputs"), ...stepPaths(step, "outputs")]);
      const paths = [...steps, ...conditionPaths(contract, flow)];
      yield* unresolved(
        paths.filter((path) => !isOwnInput(path) && !isCrossed(path, flow)),
        artifact,
      );
    }
    for (const { workflow, plan, node } of contractNodes(subject)) {
      yield* unresolved(nodePaths(node, nodeReach(plan, subject)), workflow.artifact);
    }
  },
});

/** What a contract does not declare of its inputs is passed on all the same. */
function isOwnInput({ root, segments }: BoundPath): boolean {
  return (root === "inputs" || root === "payload") && segments.length <= 1;
}

/** Said by a rule of its own. */
function isCrossed({ at }: BoundPath, { steps }: ContractFlow): boolean {
  const [, , index, side, name] = at;
  return side === "outputs" && steps[Number(index)]?.mapped.has(String(name)) === false;
}

function* unresolved(paths: readonly BoundPath[], artifact: { readonly file: string }): Generator<Found> {
  for (const { text, root, segments, at, reach } of paths) {
    if (reach(root, segments) !== undefined) continue;
    yield foundIn(artifact, at, { path: text }, `${text} refers to nothing that is declared`);
  }
}
