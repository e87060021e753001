import { reasonsOf } from "../analysis/compile-findings.ts";
import { rule } from "../rule.ts";

export const stepTargetUnknown = rule({
  id: "step-target-unknown",
  about:
    "Require that every step has a unique name, one capability, and actions that name a later step or an evaluation",
  severity: "error",
  invariants: [
    "fb.topology::INVARIANT_TOPOLOGY_STEP_DECLARED_V0",
    "fb.topology::INVARIANT_TOPOLOGY_STEP_ID_UNIQUE_V0",
    "fb.topology::INVARIANT_TOPOLOGY_CAPABILITY_REFERENCE_UNIQUE_V0",
    "fb.topology::INVARIANT_CC_CAPABILITY_BINDING_VALID_V0",
  ],
  hint: "write continue, exit, the name of a later step, or a key of core.evaluation",
  check: (subject) => reasonsOf(subject, "step-target-unknown"),
});
