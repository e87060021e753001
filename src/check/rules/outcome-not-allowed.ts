import { findingsOf } from "../analysis/compile-findings.ts";
import { foundIn, rule } from "../rule.ts";

export const outcomeNotAllowed = rule({
  id: "outcome-not-allowed",
  about:
    "Require that a contract ends only with outcomes that it allows; with any other outcome, the run is refused",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_TOPOLOGY_CONTRACT_CLOSED_V0"],
  hint: "add the outcome to result_status_contract.allowed, and route it in the nodes that run the contract",
  *check(subject) {
    yield* findingsOf(subject, "INPUT_FAILURE_NOT_ALLOWED");
    for (const { artifact, contract, course } of subject.contracts) {
      if (contract === null || course === null) continue;
      for (const { outcome, step, evaluation } of course.endings) {
        if (contract.allowed.has(outcome)) continue;
        const by = evaluation === null ? `step ${step.name}` : `evaluation ${evaluation}`;
        const message = `after ${by} the contract ends with ${outcome}, which it does not allow`;
        const path =
          evaluation === null
            ? ["core", "pipeline", step.index, "on_result", outcome]
            : ["core", "evaluation", evaluation];
        yield foundIn(artifact, path, { step: step.name, evaluation, outcome }, message);
      }
    }
  },
});
