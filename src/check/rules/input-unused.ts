import { conditionPaths, flowing, stepPaths } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

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
