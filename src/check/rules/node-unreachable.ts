import { findingsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const nodeUnreachable = rule({
  id: "node-unreachable",
  about: "a route leads to every node: one that none leads to is never run, whatever it was declared for",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_WF_EXECUTION_PATH_VALID_V0"],
  hint: "route an outcome to it, or remove the node",
  check: (subject) => findingsOf(subject, "NODE_UNREACHABLE"),
});
