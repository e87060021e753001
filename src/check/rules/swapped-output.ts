import { flowing } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

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
