import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const routeNeverTaken = rule({
  id: "route-never-taken",
  about: "a node routes only outcomes it can end in: any other route promises what cannot happen",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "remove the route, or add the outcome to the contract's allowed outcomes",
  check: (subject) => findingsOf(subject, "ROUTE_NEVER_TAKEN"),
});
