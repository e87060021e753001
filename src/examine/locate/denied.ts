/** What to do about a run that was not admitted. */

import type { JsonObject } from "../../json/value.ts";
import { fieldsOf } from "../../plan/bindings.ts";
import type { FieldSpec } from "../../plan/intent.ts";
import type { AdmissionRule, Plan } from "../../plan/plan.ts";
import { MAIN_RUN } from "../../trace/event.ts";
import type { Summary, ViolationEntry } from "../../trace/summary.ts";
import { type Place, place } from "./location.ts";
import { declaredAt, payloadHint } from "./payload-hint.ts";

/** The workflows that leave a record of an event, as far as that is known. */
export type Recording = (event: string) => readonly string[];

/** Each rule of admission that was not met. */
export function denied(
  { violations, ending, payload }: Summary,
  plan: Plan,
  recording: Recording,
): readonly (Place | null)[] {
  if (ending?.exit_reason_code !== "ADMISSION_DENIED") return [];
  const rules = violations.filter(({ run, node }) => run === MAIN_RUN && node === null);
  return rules.map((rule) => denial(rule, payload, plan, recording));
}

function denial(rule: ViolationEntry, payload: JsonObject, plan: Plan, recording: Recording): Place | null {
  const { violation_code: code, event = "", field = "" } = rule;
  const { fqdn } = plan.workflow;
  const admission = ["core", "admission"];
  if (code === "ADMISSION_BINDING_MISSING_FIELD") {
    return place(fqdn, [...admission, "bindings", event], payloadFieldHint(field, payload, plan));
  }
  return code === "ADMISSION_REQUIRES_UNMET"
    ? place(fqdn, [...admission, "requires"], requiredHint(event, plan, recording(event)))
    : place(fqdn, [...admission, "forbids"], forbiddenHint(event, plan));
}

function forbiddenHint(event: string, { admission }: Plan): string {
  const fields = boundFields(event, admission.forbids);
  if (fields === "") return `this workflow can no longer be admitted: ${event} is recorded`;
  return `send another ${fields}: ${event} is already recorded for this one, which admission forbids`;
}

/** The payload's fields whose values the rule looks for on record. */
function boundFields(event: string, rules: readonly AdmissionRule[]): string {
  const bindings = rules.find((rule) => rule.event === event)?.bindings ?? [];
  return bindings.map(({ payloadField }) => payloadField).join(" and ");
}

/** Which values must be on record is the rule's binding. */
function requiredHint(event: string, { admission }: Plan, recording: readonly string[]): string {
  const fields = boundFields(event, admission.requires);
  const same = fields === "" ? "" : ` for the same ${fields}`;
  if (recording.length === 0) return `run the workflow that records ${event}${same} first`;
  return `type pgs run --wf ${recording.join(" or pgs run --wf ")}${same} first, which records ${event}`;
}

function payloadFieldHint(at: string, payload: JsonObject, plan: Plan): string {
  const spec = fieldsOf(plan);
  const declared = spec && declaredAt(spec, at);
  return payloadHint(at, declared?.field ?? ANYTHING, payload, declared?.siblings);
}

const ANYTHING: FieldSpec = { types: [], required: true, emptyIsMissing: false };
