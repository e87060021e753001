/** What to make of a payload field, so that the rule it does not meet is met. */

import { parsePointer, pointer } from "../../json/pointer.ts";
import { valueAt } from "../../json/text.ts";
import { isObject, type JsonObject } from "../../json/value.ts";
import type { FieldSpec, IntentSpec } from "../../plan/intent.ts";
import { describeExpected } from "../../plan/suggest/describe-expected.ts";
import { sentence } from "../../snapshot/hint.ts";
import { nearestName } from "../../snapshot/nearest-name.ts";

/** `field` says what is taken there; `declared`, which members are known beside it. */
export function payloadHint(
  at: string,
  field: FieldSpec,
  payload: JsonObject,
  declared: IntentSpec | undefined,
): string {
  const parts = parsePointer(at);
  const name = parts.at(-1) ?? "";
  const parent = valueAt(payload, parts.slice(0, -1));
  const given = valueAt(payload, parts);
  if (given !== undefined) return sentence(at, { do: "change", to: describeExpected(field, given) }, "payload");
  const unknown = isObject(parent)
    ? Object.keys(parent).filter((key) => !Object.hasOwn(declared ?? {}, key))
    : [];
  const misspelt = declared === undefined ? null : nearestName(name, unknown);
  if (misspelt === null) return sentence(at, { do: "add", as: describeExpected(field) }, "payload");
  return sentence(pointer([...parts.slice(0, -1), misspelt]), { do: "rename", to: name }, "payload");
}

/** What to make of a member that is not declared: the name that was meant, where one is near. */
export function undeclaredHint(at: string, spec: IntentSpec, payload: JsonObject): string {
  const parts = parsePointer(at);
  const siblings = parts.length === 1 ? spec : declaredAt(spec, pointer(parts.slice(0, -1)))?.field.fields;
  const parent = valueAt(payload, parts.slice(0, -1));
  const absent = Object.keys(siblings ?? {}).filter(
    (name) => !isObject(parent) || !Object.hasOwn(parent, name),
  );
  const meant = nearestName(parts.at(-1) ?? "", absent);
  return sentence(at, meant === null ? { do: "remove" } : { do: "rename", to: meant }, "payload");
}

/** A field's declaration: the rules, the members declared beside it, and where in the intent it stands. */
export interface Declared {
  readonly field: FieldSpec;
  readonly siblings: IntentSpec;
  /** Below the intent's `core.inputs`. */
  readonly path: readonly string[];
}

/** What an intent declares for the payload field at a pointer: `/a/0/b` is declared at `a`, its items, their fields. */
export function declaredAt(spec: IntentSpec, at: string): Declared | undefined {
  const [first = "", ...rest] = parsePointer(at);
  let field = Object.hasOwn(spec, first) ? spec[first] : undefined;
  let siblings: IntentSpec = spec;
  const path = [first];
  for (const part of rest) {
    if (field?.items !== undefined && /^\d+$/.test(part)) {
      path.push("items");
      field = field.items;
    } else {
      path.push(field?.notation ?? "fields", part);
      siblings = field?.fields ?? {};
      field = Object.hasOwn(siblings, part) ? siblings[part] : undefined;
    }
  }
  return field && { field, siblings, path };
}
