import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const nodeUnreachable = rule({
  id: "node-unreachable",
  about: "Disallow nodes that no route leads to; they never run",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "route an outcome to it, or remove the node",
  check: (subject) => findingsOf(subject, "NODE_UNREACHABLE"),
});
