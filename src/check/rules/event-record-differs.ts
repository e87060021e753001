import { type JsonObject, objectAt, own } from "../../json/json.ts";
import { namespaceOf } from "../../snapshot/fqdn.ts";
import { declaredValue, excludes } from "../analysis/abstract-value.ts";
import { type EventRecord, eventOf, eventRecords } from "../analysis/event-writes.ts";
import { type Found, foundIn, rule } from "../rule.ts";

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
