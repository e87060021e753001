import { objectAt } from "../../json/json.ts";
import { namespaceOf } from "../../snapshot/fqdn.ts";
import { eventOf, eventRecords } from "../analysis/event-writes.ts";
import type { CheckedWorkflow } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const eventUndeclared = rule({
  id: "event-undeclared",
  about:
    "Require an artifact for every event that is announced, written or used in admission; it declares the fields of the event",
  severity: "error",
  invariants: ["fb.constitution::INVARIANT_EV_SCHEMA_REQUIRED_V0"],
  hint: "add the EV artifact, or name an existing event",
  *check(subject) {
    const isKnown = (event: string, { artifact }: Pick<CheckedWorkflow, "artifact">) =>
      eventOf(event, namespaceOf(artifact.fqdn), subject) !== undefined;
    for (const one of eventRecords(subject)) {
      if (!isKnown(one.event, one)) yield undeclared(one.artifact, one.at, one.event);
    }
    for (const event of subject.ofWord("EV")) {
      if (Object.keys(objectAt(objectAt(event.frontmatter, "core"), "schema")).length > 0) continue;
      yield foundIn(event, ["core", "schema"], {}, `${event.fqdn} declares no field`);
    }
    for (const workflow of subject.workflows) {
      for (const { emit, path } of workflow.table.nodes) {
        if (emit !== null && !isKnown(emit, workflow))
          yield undeclared(workflow.artifact, [...path, "emit"], emit);
      }
      for (const side of ["requires", "forbids"] as const) {
        for (const [i, event] of workflow.table[side].entries()) {
          if (!isKnown(event, workflow))
            yield undeclared(workflow.artifact, ["core", "admission", side, i], event);
        }
      }
    }
  },
});

function undeclared(
  artifact: { readonly file: string },
  path: readonly (string | number)[],
  event: string,
): Found {
  return foundIn(artifact, path, { event }, `no artifact declares the event ${event}`);
}
