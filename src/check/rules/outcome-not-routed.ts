import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const outcomeNotRouted = rule({
  id: "outcome-not-routed",
  about: "every outcome that a node may end in has a route: without one the run is refused there",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ROUTING_COMPLETE_V0",
    "governance::INVARIANT_OUTCOMES_ROUTED_V0",
  ],
  hint: "add the outcome to the node's next, or take it out of the contract's allowed outcomes",
  check: (subject) => findingsOf(subject, "OUTCOME_WITHOUT_ROUTE"),
});
