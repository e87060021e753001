import { outcomesOf } from "../analysis/exits.ts";
import { foundIn, rule } from "../rule.ts";

export const outcomeNeverAnswered = rule({
  id: "outcome-never-answered",
  about: "Disallow handlers for outcomes that the capability of the step cannot return",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_CONTRACT_CLOSED_V0"],
  hint: "remove the outcome from the step's on_result, or correct its name",
  *check({ contracts }) {
    for (const { artifact, contract } of contracts) {
      for (const step of contract?.steps ?? []) {
        const possible = outcomesOf(step);
        for (const outcome of step.onResult.keys()) {
          if (possible === null || possible.has(outcome)) continue;
          const message = `step ${step.name} handles ${outcome}, which ${step.code} never returns`;
          const path = ["core", "pipeline", step.index, "on_result", outcome];
          yield foundIn(artifact, path, { step: step.name, outcome }, message);
        }
      }
    }
  },
});
