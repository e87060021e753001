import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const routeNeverTaken = rule({
  id: "route-never-taken",
  about: "Disallow routes for outcomes with which the node cannot end",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "remove the route, or add the outcome to the contract's allowed outcomes",
  check: (subject) => findingsOf(subject, "ROUTE_NEVER_TAKEN"),
});
