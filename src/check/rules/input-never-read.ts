import { isObject, objectAt, own } from "../../json/json.ts";
import type { Fqdn } from "../../snapshot/fqdn.ts";
import { flowing } from "../analysis/bindings.ts";
import { operationOf, type StepFlow } from "../analysis/contract-flow.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { foundIn, rule } from "../rule.ts";

export const inputNeverRead = rule({
  id: "input-never-read",
  about: "Disallow step inputs that the capability does not declare; the capability may ignore them",
  severity: "warning",
  invariants: ["fb.topology::INVARIANT_BINDING_SURFACE_CLOSED_V0"],
  hint: "remove the binding, or declare the input in the capability's artifact",
  *check(subject) {
    for (const { artifact, flow } of flowing(subject)) {
      for (const { step } of flow.steps) {
        const taken = takenBy(step, subject);
        for (const { name } of step.inputs) {
          if (taken === null || taken.has(name)) continue;
          const operation = step.kind === "effect" ? `${step.op} of ${step.code}` : step.code;
          const message = `step ${step.name} binds ${name}, which ${operation} does not declare`;
          const path = ["core", "pipeline", step.index, "inputs", name];
          yield foundIn(artifact, path, { step: step.name, input: name }, message);
        }
      }
    }
  },
});

/** The inputs that the artifact declares; null when it declares none at all. */
function takenBy(step: StepFlow["step"], { snapshot }: SnapshotModel): ReadonlySet<string> | null {
  const artifact = snapshot.artifact(step.code as Fqdn);
  if (artifact === undefined) return null;
  if (step.kind === "effect") {
    const listed = own(operationOf(artifact, step.op), "input");
    return Array.isArray(listed) ? new Set(listed.map(String)) : null;
  }
  const inputs = own(objectAt(artifact.frontmatter, "core"), "inputs");
  return isObject(inputs) ? new Set(Object.keys(inputs)) : null;
}
