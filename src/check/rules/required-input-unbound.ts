import { flowing } from "../analysis/bindings.ts";
import { findingsOf } from "../analysis/compile-findings.ts";
import type { StepFlow } from "../analysis/contract-flow.ts";
import { foundIn, rule } from "../rule.ts";

export const requiredInputUnbound = rule({
  id: "required-input-unbound",
  about:
    "Require a binding for every required input of contracts and capabilities; without it, the result is always a violation",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_CC_INPUTS_SATISFIED_V0"],
  hint: "bind the input, or make it optional where it is declared",
  *check(subject) {
    yield* findingsOf(subject, "REQUIRED_INPUT_UNBOUND");
    for (const { artifact, flow } of flowing(subject)) {
      for (const { step } of flow.steps) {
        const bound = new Set(step.inputs.map(({ name }) => name));
        for (const input of requiredBy(step).filter((name) => !bound.has(name))) {
          const message = `step ${step.name} does not bind ${input}, which ${step.code} requires`;
          const path = ["core", "pipeline", step.index, "inputs"];
          yield foundIn(artifact, path, { step: step.name, input }, message);
        }
      }
    }
  },
});

function requiredBy(step: StepFlow["step"]): readonly string[] {
  if (step.kind === "transform") return step.required;
  const declared = Object.entries(step.operation.input);
  return declared.flatMap(([name, { required }]) => (required ? [name] : []));
}
