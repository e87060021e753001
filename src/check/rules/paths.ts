/** Paths in bindings, and the secrets that they reach. */

import {
  type BoundPath,
  conditionPaths,
  contractNodes,
  flowing,
  nodePaths,
  nodeReach,
  stepPaths,
} from "../../plan/analysis/bindings.ts";
import type { ContractFlow } from "../../plan/analysis/contract-flow.ts";
import { pathsIn } from "../../plan/expression.ts";
import type { ContractNode, Plan } from "../../plan/plan.ts";
import { spaces } from "../../plan/secrets.ts";
import type { Path } from "../../snapshot/hint.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
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

export const secretLeaks = rule({
  id: "secret-leaks",
  about: "Require that a suppressed value is suppressed under every name; otherwise the trace shows it",
  severity: "warning",
  hint: "add the name to the contract's suppress_trace_fields",
  *check(subject) {
    for (const { plan, node } of contractNodes(subject)) {
      const artifact = subject.contract(node.contract.fqdn)?.artifact;
      if (artifact === undefined || plan.secrets === null) continue;
      for (const { at, name } of leaks(node, plan.secrets)) {
        const message =
          node.contract.suppressed.size === 0
            ? `${name} contains key material, but the contract suppresses nothing`
            : `${name} contains a value that is suppressed under another name, but is not suppressed itself`;
        yield foundIn(artifact, at, { field: name }, message);
      }
    }
  },
});

interface Leak {
  readonly at: Path;
  readonly name: string;
}

/** The names in a contract's own data that hold a secret and are not among those it suppresses. */
function leaks({ key, contract }: ContractNode, { paths }: NonNullable<Plan["secrets"]>): readonly Leak[] {
  const places: readonly Place[] = [
    { space: spaces.inputs(key), at: ["core", "inputs"], names: contract.inputs.map(({ name }) => name) },
    ...contract.steps.flatMap((step) => {
      const below = (side: "inputs" | "outputs") => ({
        at: ["core", "pipeline", step.index, side],
        // A literal stands in the snapshot, for everybody to read.
        names: step[side].flatMap(({ name, source }) => (pathsIn(source).length > 0 ? [name] : [])),
      });
      return [
        { space: spaces.stepInputs(key, step.name), ...below("inputs") },
        { space: spaces.stepOutputs(key, step.name), ...below("outputs") },
      ];
    }),
  ];
  return places.flatMap(({ space, at, names }) =>
    (paths.get(space) ?? []).flatMap((path) => {
      const [name] = path;
      if (name === undefined || !names.includes(name)) return [];
      return path.some((part) => contract.suppressed.has(part))
        ? []
        : [{ at: [...at, name], name: path.join(".") }];
    }),
  );
}

interface Place {
  readonly space: string;
  readonly at: Path;
  readonly names: readonly string[];
}
