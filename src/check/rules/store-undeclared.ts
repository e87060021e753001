import { targetOf } from "../../capabilities/effect.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import { foundIn, rule } from "../rule.ts";

export const storeUndeclared = rule({
  id: "store-undeclared",
  about:
    "every side effect has a store, declared and below the data root: else it fails whenever it is performed",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_RB_BINDING_POLICY_CONFORMANCE_V0"],
  hint: "name a store of the RB's STRUCTURE in the step, or give the RB's policy a path",
  *check(subject) {
    yield* reasonsOf(subject, "store-undeclared");
    for (const { workflow, node } of subject.contracts.flatMap(({ uses }) => uses)) {
      for (const step of node.contract.steps) {
        if (step.kind !== "effect" || !targetOf(step.operation).needsPath || step.path !== null) continue;
        const message = `step ${step.name} of ${node.contract.fqdn} has no store, and the runtime binding no path for it`;
        const facts = { contract: node.contract.fqdn, step: step.name };
        yield foundIn(workflow.artifact, ["runtime_binding"], facts, message);
      }
    }
  },
});
