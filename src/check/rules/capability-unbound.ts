import { reasonsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const capabilityUnbound = rule({
  id: "capability-unbound",
  about: "Require a runtime binding for every side effect, and its operation in the artifact and in the build",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_CC_STORAGE_OP_CONFORMANCE_V0",
    "fb.topology::INVARIANT_CS_SURFACE_CLOSED_V0",
    "fb.topology::INVARIANT_CT_SURFACE_CLOSED_V0",
  ],
  hint: "bind the side effect in the workflow's RB, and name an operation that its CS declares",
  check: (subject) => reasonsOf(subject, "capability-unbound"),
});
