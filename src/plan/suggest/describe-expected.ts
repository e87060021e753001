/** Describes the accepted values of a declared field, with an example. */

import type { Json } from "../../json/value.ts";
import { oneOf, quote, suggested } from "../../snapshot/hint.ts";
import { accepts, type FieldSpec, type Format, type ValueType } from "../intent.ts";

/** `given` is the current value: of several allowed strings, the nearest is named. */
export function describeExpected(field: FieldSpec, given?: Json): string {
  const listed = field.enum?.filter((value) => takes(field, value)) ?? [];
  if (listed.length > 0) {
    const isText = typeof given === "string" && listed.every((value) => typeof value === "string");
    return isText ? suggested(given, listed as readonly string[]) : oneOf(listed);
  }
  const sample = sampleOf(field);
  const example = takes(field, sample) ? `, such as ${quote(sample)}` : "";
  return `${words(field)}${example}`;
}

function takes(field: FieldSpec, value: Json): boolean {
  return accepts({ value: field }, { value });
}

const TYPES: Readonly<Record<ValueType, string>> = {
  string: "a string",
  integer: "an integer",
  number: "a number",
  boolean: "true or false",
  object: "an object",
  array: "a list",
  null: "null",
};

const FORMATS: Readonly<Record<Format, string>> = {
  email: "an e-mail address",
  "date-time": "a date and time with zone",
  hex: "hexadecimal digits",
};

function words({ types, format, prefix, minimum, minItems, required, emptyIsMissing }: FieldSpec): string {
  const formatted =
    format === undefined
      ? undefined
      : `${prefix === undefined ? "" : `${quote(prefix)} and `}${FORMATS[format]}`;
  const named = types.map((type) => (type === "string" && formatted !== undefined ? formatted : TYPES[type]));
  const text = named.length > 0 ? named.join(" or ") : (formatted ?? "a value");
  const isFilled = required && emptyIsMissing && types.includes("string") && format === undefined;
  const least = [
    ...(minimum === undefined ? [] : [`${minimum} or more`]),
    ...(minItems === undefined ? [] : [`${minItems} or more`]),
    ...(isFilled ? ["one character or more"] : []),
  ];
  return least.length === 0 ? text : `${text} of ${least.join(" and ")}`;
}

/** An accepted value, unless the rules exclude all. */
export function sampleOf(field: FieldSpec): Json {
  const listed = field.enum?.find((value) => takes({ ...field, enum: [value] }, value));
  if (listed !== undefined) return listed;
  const { types, format, prefix = "", minimum = 1, minItems = 0, items, fields = {} } = field;
  const type = types.find((one) => one !== "null") ?? types[0] ?? "string";
  switch (type) {
    case "integer":
      return Math.ceil(minimum);
    case "number":
      return minimum;
    case "boolean":
      return true;
    case "null":
      return null;
    case "array":
      return Array.from({ length: minItems }, () => (items === undefined ? "text" : sampleOf(items)));
    case "object":
      return Object.fromEntries(
        Object.entries(fields)
          .filter(([, one]) => one.required)
          .map(([name, one]) => [name, sampleOf(one)]),
      );
    default:
      return format === undefined ? "text" : SAMPLES[format](prefix);
  }
}

const SAMPLES: Readonly<Record<Format, (prefix: string) => string>> = {
  email: () => "someone@example.org",
  "date-time": () => "2026-01-31T09:00:00Z",
  hex: (prefix) => `${prefix}00ff`,
};
