import { flowing, stepPaths } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

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
        yield foundIn(artifact, at, { input: String(name) }, message);
      }
    }
  },
});
