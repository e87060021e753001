/**
 * What an intent admits (SPEC 4.3): the declared spec, and the violations of a payload.
 * This module decides acceptance, because loading a schema compiler costs as much as starting the interpreter;
 * a payload that is not accepted goes to ajv (`intent-schema.ts`), which finds and words the violations. A property test
 * checks that both agree.
 */

import { E_MAIL_ADDRESS } from "../capabilities/e-mail-address.ts";
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
  readonly constraint: "required" | "type" | "enum" | "minimum" | "minItems" | "format";
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
  for (const [name, field] of Object.entries(spec)) {
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

const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.\d+)?(?:[Zz]|[+-](\d{2}):(\d{2}))$/;
const HEX = /^[0-9A-Fa-f]+$/;

export function matchesFormat(format: Format, prefix: string | undefined, value: string): boolean {
  if (format === "email") return E_MAIL_ADDRESS.test(value);
  if (format === "date-time") return isDateTime(value);
  const start = prefix ?? "";
  return value.startsWith(start) && HEX.test(value.slice(start.length));
}

/**
 * Milliseconds since the epoch; undefined if the value is not a date and time, or its UTC year does not have four
 * digits.
 */
export function momentOf(value: string): number | undefined {
  if (!isDateTime(value)) return undefined;
  // The epoch has no leap seconds: a leap second becomes the last millisecond before it.
  const moment = Date.parse(value.toUpperCase().replace(LEAP, ":59.999"));
  return moment >= FIRST && moment <= LAST ? moment : undefined;
}

const LEAP = /:60(?:\.\d+)?(?=[Z+-])/;
const FIRST = Date.parse("0000-01-01T00:00:00.000Z");
const LAST = Date.parse("9999-12-31T23:59:59.999Z");

/** RFC 3339 section 5.6, with real calendar days; second 60 only where a month ends in UTC. */
export function isDateTime(value: string): boolean {
  const match = DATE_TIME.exec(value);
  if (match === null) return false;
  const [year, month = 0, day, hour, minute, second, offsetHour, offsetMinute] = match.slice(1).map(Number);
  const lastDay = new Date(Date.UTC(2000, month, 0)).getUTCDate();
  const isLeap = year !== undefined && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastOfMonth = month === 2 && !isLeap ? 28 : lastDay;
  return (
    isWithin(month, 1, 12) &&
    isWithin(day, 1, lastOfMonth) &&
    isWithin(hour, 0, 23) &&
    isWithin(minute, 0, 59) &&
    isWithin(second, 0, 60) &&
    (Number.isNaN(offsetHour) || (isWithin(offsetHour, 0, 23) && isWithin(offsetMinute, 0, 59))) &&
    (second !== 60 || endsMonth(value))
  );
}

function endsMonth(value: string): boolean {
  const next = new Date(Math.floor(Date.parse(value.toUpperCase().replace(LEAP, ":59")) / 1000) * 1000 + 1000);
  return /-01T00:00:00\.000Z$/.test(next.toISOString());
}

function isWithin(value: number | undefined, low: number, high: number): boolean {
  return value !== undefined && value >= low && value <= high;
}
