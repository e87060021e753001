import { reasonsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const graphBroken = rule({
  id: "graph-broken",
  about:
    "Require that a workflow starts at its only intent and routes only to its own nodes; otherwise it cannot run",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_WF_ENTRY_INTENT_V0",
    "fb.topology::INVARIANT_WF_CC_ONLY_NODES_V0",
    "fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0",
  ],
  hint: "name a node that the workflow declares",
  check: (subject) => reasonsOf(subject, "graph-broken"),
});
