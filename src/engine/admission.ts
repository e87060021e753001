/** Is the run admitted? What the rules compare, what they found, and why not (SPEC 4.2). */

import type { RunFault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { pointer } from "../json/pointer.ts";
import { type JsonObject, own } from "../json/value.ts";
import type { Admission, Plan } from "../plan/plan.ts";
import type { EventQuery } from "../storage/event-query.ts";
import type { Payloads, ViolationCode } from "../trace/event.ts";
import { EngineFault } from "./errors.ts";
import type { AdmissionResult, AdmissionWhere } from "./executor.ts";
import type { RunState } from "./run-state.ts";

/** Emits what admission found; false when the run is denied. */
export function admit(state: RunState): boolean | Promise<boolean> {
  const { requires, forbids } = state.plan.admission;
  if (requires.length + forbids.length > 0) return admitByRules(state);
  state.emit({
    event_type: "admission",
    run: state.input.run,
    payload: { forbids: [], requires: [], result: "ADMITTED" },
  });
  return true;
}

async function admitByRules({ plan, payload, input, executor, emit }: RunState): Promise<boolean> {
  const { requires, forbids } = plan.admission;
  const where = (rule: (typeof requires)[number]): JsonObject =>
    Object.fromEntries(
      rule.bindings.flatMap(({ eventField, payloadField }) => {
        const value = own(payload, payloadField);
        return value === undefined || value === null ? [] : [[eventField, value]];
      }),
    );
  const compared = { requires: requires.map(where), forbids: forbids.map(where) };
  const missing = missingFields(plan, payload);
  const matched =
    missing.length > 0
      ? { requires: requires.map(() => false), forbids: forbids.map(() => false) }
      : await executor.admit(plan.admission, compared);
  const describe = (rules: typeof requires, values: readonly JsonObject[], found: readonly boolean[]) =>
    rules.map(({ event }, i) => ({ event, matched: found[i] as boolean, where: values[i] as JsonObject }));
  const unmet: Payloads["violation"][] =
    missing.length > 0
      ? missing
      : [
          ...requires
            .filter((_, i) => !matched.requires[i])
            .map(({ event }) => rule("ADMISSION_REQUIRES_UNMET", "requires", event)),
          ...forbids
            .filter((_, i) => matched.forbids[i])
            .map(({ event }) => rule("ADMISSION_FORBIDS_MET", "forbids", event)),
        ];
  emit({
    event_type: "admission",
    run: input.run,
    payload: {
      forbids: describe(forbids, compared.forbids, matched.forbids),
      requires: describe(requires, compared.requires, matched.requires),
      result: unmet.length === 0 ? "ADMITTED" : "DENIED",
    },
  });
  for (const one of unmet) emit({ event_type: "violation", run: input.run, payload: one });
  return unmet.length === 0;
}

function rule(code: ViolationCode, constraint: string, event: string): Payloads["violation"] {
  return { violation_code: code, constraint, event };
}

function missingFields({ admission }: Plan, payload: JsonObject): Payloads["violation"][] {
  const rules = [...admission.requires, ...admission.forbids];
  const named = new Map<string, string>();
  for (const { event, bindings } of rules) {
    for (const { payloadField } of bindings) if (!named.has(payloadField)) named.set(payloadField, event);
  }
  const fields = [...named.keys()].filter((field) => (own(payload, field) ?? null) === null).sort();
  return fields.map((field) => ({
    violation_code: "ADMISSION_BINDING_MISSING_FIELD",
    field: pointer([field]),
    constraint: "ADMISSION_BINDING_MISSING_FIELD",
    event: named.get(field) as string,
  }));
}

/** Looks for the records that the rules ask for. @throws RunFault `STORE_CORRUPT`, `DATA_ROOT_UNUSABLE` */
export async function findMatches(
  { requires, forbids }: Admission,
  where: AdmissionWhere,
  events: EventQuery,
): Promise<AdmissionResult> {
  const patternsOf = (rules: typeof requires, values: readonly JsonObject[]) =>
    rules.map(({ event }, i) => ({ event, where: values[i] ?? {} }));
  const patterns = [...patternsOf(requires, where.requires), ...patternsOf(forbids, where.forbids)];
  try {
    const found = await events.find(patterns);
    return { requires: found.slice(0, requires.length), forbids: found.slice(requires.length) };
  } catch (error) {
    throw error instanceof StoreFault ? toRunFault(error) : error;
  }
}

function toRunFault(fault: StoreFault): RunFault {
  const { reason, facts } = fault;
  const { file, line, ...defect } = facts;
  // Without a line where the journal was changed again and again while it was read.
  if (reason === "CORRUPT" && typeof line === "number")
    return new EngineFault("admission", "WF", "STORE_CORRUPT", { file: String(file), line, ...defect });
  const errno = String(own(facts, "errno") ?? reason);
  return new EngineFault("admission", "WF", "DATA_ROOT_UNUSABLE", { errno }, { cause: fault });
}
