import type { Path } from "../../snapshot/hint.ts";
import { flowing } from "../analysis/bindings.ts";
import type { StepFlow } from "../analysis/contract-flow.ts";
import { booleanResultsOf, isDecisive, isReadIn } from "../analysis/uses.ts";
import { foundIn, rule } from "../rule.ts";

export const unusedBooleanResult = rule({
  id: "unused-boolean-result",
  about: "Disallow boolean results that nothing reads; the run continues in the same way for true and false",
  severity: "error",
  invariants: ["governance::INVARIANT_VERDICTS_ROUTED_V0"],
  hint: "let on_result name an evaluation whose condition reads it, or use a transform that fails instead of returning false",
  *check(subject) {
    for (const { artifact, flow } of flowing(subject)) {
      for (const of of flow.steps) {
        const { step } = of;
        for (const verdict of booleanResultsOf(step, subject)) {
          if (!isDecisive(step.code, verdict, subject)) continue;
          if (isReadIn(flow, of, verdict, artifact.fqdn, subject)) continue;
          const message = `step ${step.name} returns ${verdict}, true or false, but nothing depends on it`;
          yield foundIn(artifact, placeOf(step, verdict), { step: step.name, verdict }, message);
        }
      }
    }
  },
});

/** Where the verdict is mapped; the step itself where it is not. */
function placeOf({ index, outputs }: StepFlow["step"], verdict: string): Path {
  const output = outputs.find(({ source }) => source.kind === "path" && source.segments.at(-1) === verdict);
  return ["core", "pipeline", index, ...(output === undefined ? [] : ["outputs", output.name])];
}
