/** What workflows ask of earlier events before they run. */

import { excludes, type Value } from "../../plan/analysis/abstract-value.ts";
import { nodeReach } from "../../plan/analysis/bindings.ts";
import { type EventRecord, eventRecords } from "../../plan/analysis/event-writes.ts";
import type { AdmissionRule } from "../../plan/plan.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
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

export const admissionNeverMatches = rule({
  id: "admission-never-matches",
  about:
    "Require that every admission rule can match a record that some workflow writes; otherwise it always denies or never protects",
  severity: "error",
  hint: "write the bound fields at the top level of the event's record, or bind the fields that it has",
  *check(subject) {
    const records = eventRecords(subject);
    for (const { artifact, plan } of subject.workflows) {
      if (plan === null) continue;
      const reach = nodeReach(plan, subject);
      const payload = (field: string) => reach("payload", [field]);
      for (const side of ["requires", "forbids"] as const) {
        for (const [i, one] of plan.admission[side].entries()) {
          if (mayBeWritten(one.event, subject)) continue;
          const why = mismatch(one, records, payload);
          if (why === null) continue;
          const message = `${side} ${one.event} can never match: ${why}`;
          yield foundIn(artifact, ["core", "admission", side, i], { side, event: one.event }, message);
        }
      }
    }
  },
});

/** Whether an artifact that does not compile names the event: what it writes is known once it does. */
function mayBeWritten(event: string, { workflows, contracts }: SnapshotModel): boolean {
  const unknown = [
    ...workflows.filter(({ plan }) => plan === null),
    ...contracts.filter(({ contract }) => contract === null),
  ];
  return unknown.some(({ artifact }) => artifact.text.includes(event));
}

type Reads = (field: string) => Value | undefined;

/** Why no record matches; null when one can. */
function mismatch(
  { event, bindings }: AdmissionRule,
  all: readonly EventRecord[],
  payload: Reads,
): string | null {
  const records = all.filter((record) => record.event === event);
  if (records.length === 0) return "no workflow writes a record of that event";
  const lacking = (written: EventRecord) =>
    bindings.find(({ eventField, payloadField }) => {
      if (written.record.fields === null) return false;
      const [value, compared] = [written.record.fields.get(eventField), payload(payloadField)];
      return value === undefined || (compared !== undefined && excludes(value, compared));
    });
  const first = records.map(lacking);
  const wrong = first.find((binding) => binding !== undefined);
  if (wrong === undefined || first.some((binding) => binding === undefined)) return null;
  return `no record of it has ${wrong.eventField} where ${wrong.payloadField} of the payload can be equal to it`;
}
