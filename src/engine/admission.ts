/** Is the run admitted? What the rules compare, what they found, and why not (SPEC 4.2). */

import { type JsonObject, own, pointer } from "../json/json.ts";
import type { Plan } from "../plan/plan.ts";
import type { Payloads, ViolationCode } from "../trace/event.ts";
import type { RunState } from "./run-state.ts";

/** Says what admission found; false when the run is denied. */
export function admit({ plan, payload, input, executor, emit }: RunState): boolean {
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
    missing.length > 0 || requires.length + forbids.length === 0
      ? { requires: requires.map(() => false), forbids: forbids.map(() => false) }
      : executor.admit(plan.admission, compared);
  const describe = (rules: typeof requires, values: readonly JsonObject[], found: readonly boolean[]) =>
    rules.map(({ event }, i) => ({ event, where: values[i] as JsonObject, matched: found[i] as boolean }));
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
      requires: describe(requires, compared.requires, matched.requires),
      forbids: describe(forbids, compared.forbids, matched.forbids),
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
