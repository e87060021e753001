/** Events and the records of them. */

import { type JsonObject, objectAt, own } from "../../json/value.ts";
import { declaredValue, excludes } from "../../plan/analysis/abstract-value.ts";
import type { CompiledWorkflow } from "../../plan/analysis/compiled-snapshot.ts";
import { type EventRecord, eventRecords } from "../../plan/analysis/event-writes.ts";
import { codeOf, type Fqdn, namespaceOf } from "../../snapshot/fqdn.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";
import { eventOf } from "../analysis/event-of.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const eventNotRecorded = rule({
  id: "event-not-recorded",
  about:
    "Require that every path to an EXIT records the event it announces, where records of that event exist or admission needs them; otherwise it is in no store",
  severity: "warning",
  hint: "route the path through the node that writes the record, or to an EXIT that announces nothing",
  *check(subject) {
    const records = eventRecords(subject);
    const recorded = new Set([...records.map(({ event }) => event), ...admissionEvents(subject)].map(bare));
    for (const workflow of subject.workflows) {
      // What it would record is known once it compiles.
      if (workflow.plan === null) continue;
      for (const { key, emit } of workflow.table.nodes) {
        for (const { name: event, path } of emit) {
          if (!recorded.has(bare(event))) continue;
          const writers = new Set(
            records.flatMap((one) =>
              one.workflow === workflow && one.event === bare(event) ? [one.node ?? ""] : [],
            ),
          );
          if (!isReachedWithout(key, writers, workflow)) continue;
          const message = `a path leads to ${key} on which no record of ${event} was written`;
          yield foundIn(workflow.artifact, path, { node: key, event }, message);
        }
      }
    }
  },
});

/** The events that some workflow must or must not find among the records. */
function admissionEvents({ workflows }: SnapshotModel): readonly string[] {
  return workflows.flatMap(({ table }) => [...table.requires, ...table.forbids]);
}

function bare(event: string): string {
  return event.includes("::") ? codeOf(event as Fqdn) : event;
}

/** Outcomes with which a node that should write a record has not. */
const UNWRITTEN: ReadonlySet<string> = new Set(["VIOLATION", "BACKEND_ERROR"]);

/** Whether a way leads to the node past all of those, or through them without their record. */
function isReachedWithout(goal: string, writers: ReadonlySet<string>, { table }: CompiledWorkflow): boolean {
  const nodes = new Map(table.nodes.map((node) => [node.key, node]));
  const passed = new Set([table.start]);
  for (const key of passed) {
    for (const [outcome, to] of nodes.get(key)?.next ?? []) {
      if (!writers.has(key) || UNWRITTEN.has(outcome)) passed.add(to);
    }
  }
  return passed.has(goal);
}

export const eventRecordDiffers = rule({
  id: "event-record-differs",
  about:
    "Require that every record has the fields that its event requires, at its top level and with their types",
  severity: "error",
  invariants: ["governance::INVARIANT_RECORDS_MATCH_EVENTS_V0"],
  hint: "write the field into the record, or make it optional in the event's core.schema",
  *check(subject) {
    for (const one of eventRecords(subject)) {
      const event = eventOf(one.event, namespaceOf(one.artifact.fqdn), subject);
      const schema = event && objectAt(objectAt(event.frontmatter, "core"), "schema");
      if (schema !== undefined) yield* differences(one, schema);
    }
  },
});

function* differences({ event, record, artifact, at }: EventRecord, schema: JsonObject): Generator<Found> {
  if (record.fields === null) return;
  for (const field of Object.keys(schema)) {
    const value = record.fields.get(field);
    const isRequired = own(objectAt(schema, field), "required") === true;
    const facts = { event, field };
    if (value === undefined) {
      if (isRequired)
        yield foundIn(artifact, at, facts, `the record of ${event} has no ${field}, which the event requires`);
    } else if (isRequired && value.maybe) {
      yield foundIn(
        artifact,
        at,
        facts,
        `the record of ${event} may have no ${field}, which the event requires`,
      );
    } else if (excludes(value, declaredValue(own(schema, field)))) {
      const declared = declaredValue(own(schema, field)).types.join(" or ");
      yield foundIn(
        artifact,
        at,
        facts,
        `${field} in the record of ${event} is ${value.types.join(" or ")}, not ${declared}`,
      );
    }
  }
}

export const eventUndeclared = rule({
  id: "event-undeclared",
  about:
    "Require an artifact for every event that is announced, written or used in admission; it declares the fields of the event",
  severity: "error",
  invariants: ["fb.constitution::INVARIANT_EV_SCHEMA_REQUIRED_V0"],
  hint: "add the EV artifact, or name an existing event",
  *check(subject) {
    const isKnown = (event: string, { artifact }: Pick<CompiledWorkflow, "artifact">) =>
      eventOf(event, namespaceOf(artifact.fqdn), subject) !== undefined;
    const declared = subject.ofWord("EV").map(({ fqdn }) => codeOf(fqdn));
    for (const one of eventRecords(subject)) {
      if (!isKnown(one.event, one)) yield undeclared(one.artifact, one.at, one.event, declared);
    }
    for (const event of subject.ofWord("EV")) {
      if (Object.keys(objectAt(objectAt(event.frontmatter, "core"), "schema")).length > 0) continue;
      yield foundIn(event, ["core", "schema"], {}, `${event.fqdn} declares no field`);
    }
    for (const workflow of subject.workflows) {
      for (const { name, path } of workflow.table.nodes.flatMap(({ emit }) => emit)) {
        if (!isKnown(name, workflow)) yield undeclared(workflow.artifact, path, name, declared);
      }
      for (const side of ["requires", "forbids"] as const) {
        for (const [i, event] of workflow.table[side].entries()) {
          if (!isKnown(event, workflow))
            yield undeclared(workflow.artifact, ["core", "admission", side, i], event, declared);
        }
      }
    }
  },
});

function undeclared(
  artifact: { readonly file: string },
  path: readonly (string | number)[],
  event: string,
  declared: readonly string[],
): Found {
  const nearest = nearestName(bare(event), declared);
  const message = `no artifact declares the event ${event}`;
  return foundIn(artifact, path, { event }, message, nearest === null ? undefined : `write ${nearest}`);
}
