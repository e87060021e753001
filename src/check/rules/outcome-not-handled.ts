import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const outcomeNotHandled = rule({
  id: "outcome-not-handled",
  about: "Require that a step handles every outcome of its capability; an unhandled outcome refuses the run",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ROUTING_COMPLETE_V0",
    "governance::INVARIANT_OUTCOMES_ROUTED_V0",
  ],
  hint: "add the outcome to the step's on_result",
  check: (subject) => findingsOf(subject, "STEP_OUTCOME_UNHANDLED"),
});
