import { codeOf, type Fqdn } from "../../snapshot/fqdn.ts";
import { eventRecords } from "../analysis/event-writes.ts";
import type { CheckedWorkflow } from "../analysis/snapshot-model.ts";
import { foundIn, rule } from "../rule.ts";

export const eventNotRecorded = rule({
  id: "event-not-recorded",
  about:
    "Require that every path to an EXIT records the event that the EXIT announces; otherwise no store has the announced event",
  severity: "warning",
  hint: "route the path through the node that writes the record, or to an EXIT that announces nothing",
  *check(subject) {
    const records = eventRecords(subject);
    for (const workflow of subject.workflows) {
      // What it would record is known once it compiles.
      if (workflow.plan === null) continue;
      for (const { key, emit, path } of workflow.table.nodes) {
        if (emit === null) continue;
        const writers = new Set(
          records.flatMap((one) =>
            one.workflow === workflow && one.event === bare(emit) ? [one.node ?? ""] : [],
          ),
        );
        if (!isReachedWithout(key, writers, workflow)) continue;
        const message = `a path leads to ${key} on which no record of ${emit} was written`;
        yield foundIn(workflow.artifact, [...path, "emit"], { node: key, event: emit }, message);
      }
    }
  },
});

function bare(event: string): string {
  return event.includes("::") ? codeOf(event as Fqdn) : event;
}

/** Outcomes with which a node that should write a record has not. */
const UNWRITTEN: ReadonlySet<string> = new Set(["VIOLATION", "BACKEND_ERROR"]);

/** Whether a way leads to the node past all of those, or through them without their record. */
function isReachedWithout(goal: string, writers: ReadonlySet<string>, { table }: CheckedWorkflow): boolean {
  const nodes = new Map(table.nodes.map((node) => [node.key, node]));
  const passed = new Set([table.start]);
  for (const key of passed) {
    for (const [outcome, to] of nodes.get(key)?.next ?? []) {
      if (!writers.has(key) || UNWRITTEN.has(outcome)) passed.add(to);
    }
  }
  return passed.has(goal);
}
