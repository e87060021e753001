import { pathsIn } from "../../plan/expression.ts";
import type { ContractNode, Plan } from "../../plan/plan.ts";
import { spaces } from "../../plan/secrets.ts";
import type { Path } from "../../snapshot/hint.ts";
import { contractNodes } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

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
