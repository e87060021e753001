/** The declared spec of an intent, narrowed; an unknown rule is a reason. */

import { isObject, type Json, type JsonObject, own } from "../json/value.ts";
import { oneOf, type Path, quote, suggested } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { Hint, Report } from "../snapshot/parse.ts";
import { type FieldSpec, type Format, type IntentSpec, VALUE_TYPES, type ValueType } from "./intent.ts";

const FORMATS: readonly Format[] = ["email", "date-time", "hex"];

/** Top-level fields: here a `default` counts and an empty string is a value. */
export function compileIntent(inputs: JsonObject, path: Path, report: Report): IntentSpec {
  return compileFields(inputs, path, false, report);
}

function compileFields(fields: JsonObject, path: Path, emptyIsMissing: boolean, report: Report): IntentSpec {
  const compiled = Object.entries(fields).flatMap(([name, spec]) => {
    if (isObject(spec)) {
      const required = own(spec, "required") === true;
      return [[name, compileField(spec, [...path, name], required, emptyIsMissing, report)] as const];
    }
    const hint = { do: "change", to: "an object" } as const;
    report("MALFORMED", [...path, name], `the spec of ${name} should be an object`, hint);
    return [];
  });
  return Object.fromEntries(compiled);
}

function compileField(
  spec: JsonObject,
  path: Path,
  required: boolean,
  emptyIsMissing: boolean,
  report: Report,
): FieldSpec {
  const wrong = (key: string, expected: string, to = expected) =>
    report("INTENT_RULE", [...path, key], `${key} of ${path.at(-1)} should be ${expected}`, {
      do: "change",
      to,
    });
  const number = (key: string): number | undefined => {
    const value = own(spec, key);
    if (value === undefined || typeof value === "number") return value;
    wrong(key, "a number");
    return undefined;
  };
  // The schema compiler ignores a property of this name.
  if (path.at(-1) === "__proto__")
    report("INTENT_RULE", path, "a field cannot be named __proto__", { do: "remove" });
  const minimum = number("minimum");
  const minItems = number("minItems");
  const values = own(spec, "enum");
  if (values !== undefined && !(Array.isArray(values) && values.length > 0))
    wrong("enum", "a list of one value or more");
  const format = own(spec, "format");
  if (format !== undefined && !FORMATS.includes(format as Format))
    wrong("format", FORMATS.join(", "), suggested(String(format), FORMATS));
  const prefix = own(spec, "prefix");
  if (prefix !== undefined && typeof prefix !== "string") wrong("prefix", "a string");
  const items = own(spec, "items");
  if (items !== undefined && !isObject(items)) wrong("items", "an object");
  const fields = compileMembers(spec, path, report);
  const fallback = own(spec, "default");
  return {
    types: compileTypes(spec, path, report),
    required,
    emptyIsMissing,
    ...(fallback === undefined ? {} : { default: fallback }),
    ...(Array.isArray(values) ? { enum: values as readonly Json[] } : {}),
    ...(minimum === undefined ? {} : { minimum }),
    ...(minItems === undefined ? {} : { minItems }),
    ...(isObject(items) ? { items: compileField(items, [...path, "items"], false, false, report) } : {}),
    ...(fields === undefined ? {} : { fields }),
    ...(fields === undefined || isObject(own(spec, "fields")) ? {} : { notation: "properties" as const }),
    ...(FORMATS.includes(format as Format) ? { format: format as Format } : {}),
    ...(typeof prefix === "string" ? { prefix } : {}),
  };
}

/** Nested members, in either notation: `fields` with `required` inside, or `properties` beside a `required` list. */
function compileMembers(spec: JsonObject, path: Path, report: Report): IntentSpec | undefined {
  const fields = own(spec, "fields");
  if (isObject(fields)) return compileFields(fields, [...path, "fields"], true, report);
  const properties = own(spec, "properties");
  if (!isObject(properties)) return undefined;
  const listed = own(spec, "required");
  const required = Array.isArray(listed) ? listed : [];
  const declared = Object.entries(properties).flatMap(([name, member]) =>
    isObject(member)
      ? [
          [
            name,
            compileField(member, [...path, "properties", name], required.includes(name), false, report),
          ] as const,
        ]
      : [],
  );
  return Object.fromEntries(declared);
}

function compileTypes(spec: JsonObject, path: Path, report: Report): readonly ValueType[] {
  const declared = own(spec, "type");
  if (declared === undefined) return [];
  return typesOf(declared, () => {
    const expected = VALUE_TYPES.join(", ");
    const what = `type ${JSON.stringify(declared)} is not one of ${expected}`;
    report("VALUE_TYPE", [...path, "type"], what, suggestType(declared));
  });
}

/** The nearest known type, or list of types, for an unknown one. */
export function suggestType(declared: Json): Hint {
  const listed = Array.isArray(declared) ? declared : [declared];
  const known: readonly string[] = [...VALUE_TYPES, ...(listed.length === 1 ? ["any"] : [])];
  const nearest = listed.flatMap((type) => nearestName(String(type), known) ?? []);
  const [first] = nearest;
  if (first === undefined || nearest.length < listed.length) return { do: "change", to: oneOf(known) };
  return { do: "change", to: quote(Array.isArray(declared) ? nearest : first) };
}

/** One declared type or a list of them; `any` declares none. */
export function typesOf(declared: Json, unknown: () => void): readonly ValueType[] {
  const listed = Array.isArray(declared) ? declared : [declared];
  if (listed.length === 1 && listed[0] === "any") return [];
  if (listed.every((type) => VALUE_TYPES.includes(type as ValueType))) return listed as readonly ValueType[];
  unknown();
  return [];
}
