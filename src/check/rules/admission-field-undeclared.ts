import { nodeReach } from "../analysis/bindings.ts";
import { foundIn, rule } from "../rule.ts";

export const admissionFieldUndeclared = rule({
  id: "admission-field-undeclared",
  about:
    "Require that the intent requires every payload field that admission compares; without the field, admission always denies the run",
  severity: "error",
  hint: "require the field at the top level of the intent's core.inputs, or bind one that it requires",
  *check(subject) {
    for (const { artifact, table, plan } of subject.workflows) {
      if (plan === null) continue;
      const reach = nodeReach(plan, subject);
      for (const [event, fields] of table.bindings) {
        for (const [eventField, field] of fields) {
          const value = reach("payload", [field]);
          if (value !== undefined && !value.maybe) continue;
          const how = value === undefined ? "does not declare" : "leaves optional";
          const message = `admission needs ${field} of the payload for ${event}, which the intent ${how}`;
          const path = ["core", "admission", "bindings", event, eventField];
          yield foundIn(artifact, path, { event, field }, message);
        }
      }
    }
  },
});
