/**
 * What an intent admits (SPEC 4.3): the declared spec, and the violations of a payload.
 * This module decides acceptance, because loading a schema compiler costs as much as starting the interpreter;
 * a payload that is not accepted goes to ajv (`intent-schema.ts`), which finds and words the violations. A property test
 * checks that both agree.
 */

import { isEMailAddress } from "../capabilities/e-mail-address.ts";
import { isDateTime } from "../json/date-time.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../json/value.ts";

export const VALUE_TYPES = ["string", "integer", "number", "boolean", "object", "array", "null"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export type Format = "email" | "date-time" | "hex";

export interface FieldSpec {
  /** Empty: any type, null only where `enum` lists it. */
  readonly types: readonly ValueType[];
  readonly required: boolean;
  /** A required string that is empty counts as missing, as in nested `fields`. */
  readonly emptyIsMissing: boolean;
  readonly default?: Json;
  readonly enum?: readonly Json[];
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: FieldSpec;
  readonly fields?: Readonly<Record<string, FieldSpec>>;
  /** The notation in which `fields` are declared, where it is not the one of that name. */
  readonly notation?: "properties";
  readonly format?: Format;
  readonly prefix?: string;
}

export type IntentSpec = Readonly<Record<string, FieldSpec>>;

/** One rule a value does not meet. */
export interface Unmet {
  readonly pointer: string;
  readonly constraint: "required" | "type" | "enum" | "minimum" | "minItems" | "format" | "undeclared";
  readonly expected?: Json;
  readonly actual?: Json;
}

export function hasType(value: Json, type: ValueType): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "object":
      return isObject(value);
    case "array":
      return Array.isArray(value);
    case "null":
      return value === null;
    default:
      return typeof value === type;
  }
}

/** Whether null is declared for the field: by its type, or, without one, by its enum. */
export function allowsNull({ types, enum: values }: FieldSpec): boolean {
  return types.length > 0 ? types.includes("null") : (values?.includes(null) ?? false);
}

/** Whether the payload meets every rule of the spec. */
export function accepts(spec: IntentSpec, payload: JsonObject): boolean {
  for (const name in spec) {
    const field = spec[name] as FieldSpec;
    const value = own(payload, name);
    if (value === undefined ? field.required : !acceptsValue(field, value)) return false;
  }
  return true;
}

function acceptsValue(field: FieldSpec, value: Json): boolean {
  if (value === null) return allowsNull(field) && isListed(field, value);
  if (field.types.length > 0 && !field.types.some((type) => hasType(value, type))) return false;
  if (field.required && field.emptyIsMissing && value === "") return false;
  if (!isListed(field, value)) return false;
  if (typeof value === "number") return field.minimum === undefined || value >= field.minimum;
  if (typeof value === "string")
    return field.format === undefined || matchesFormat(field.format, field.prefix, value);
  if (Array.isArray(value)) {
    const { items, minItems } = field;
    return (
      value.length >= (minItems ?? 0) &&
      (items === undefined || value.every((item) => acceptsValue(items, item)))
    );
  }
  return field.fields === undefined || !isObject(value) || accepts(field.fields, value);
}

function isListed({ enum: values }: FieldSpec, value: Json): boolean {
  return values === undefined || values.some((one) => jsonEqual(one, value));
}

const HEX = /^[0-9A-Fa-f]+$/;

export function matchesFormat(format: Format, prefix: string | undefined, value: string): boolean {
  if (format === "email") return isEMailAddress(value);
  if (format === "date-time") return isDateTime(value);
  const start = prefix ?? "";
  return value.startsWith(start) && HEX.test(value.slice(start.length));
}
