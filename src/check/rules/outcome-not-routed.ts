import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const outcomeNotRouted = rule({
  id: "outcome-not-routed",
  about: "Require a route for every outcome with which a node can end; without a route, the run is refused",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_ROUTING_COMPLETE_V0",
    "governance::INVARIANT_OUTCOMES_ROUTED_V0",
  ],
  hint: "add the outcome to the node's next, or remove it from the contract's allowed outcomes",
  check: (subject) => findingsOf(subject, "OUTCOME_WITHOUT_ROUTE"),
});
