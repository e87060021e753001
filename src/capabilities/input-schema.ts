/** The typed input of a capability, declared once and checked at its door. */

import { isObject, type Json, type JsonObject, own, typeOf } from "../json/value.ts";

export interface Field<T> {
  readonly type: "any" | "string" | "integer" | "number" | "boolean" | "object" | "array";
  readonly required: boolean;
  /** Type carrier only; never set. */
  readonly carries?: T;
}

export type InputSchema = Readonly<Record<string, Field<unknown>>>;

/** The TypeScript type of what `parseInput` lets through. */
export type Input<S extends InputSchema> = {
  readonly [K in keyof S]: S[K] extends Field<infer T> ? T : never;
};

const field = <T>(type: Field<T>["type"]): Field<T> => ({ type, required: true });

export const anything = field<Json>("any");
export const string = field<string>("string");
export const integer = field<number>("integer");
export const number = field<number>("number");
export const boolean = field<boolean>("boolean");
export const object = field<JsonObject>("object");
export const array = field<readonly Json[]>("array");

/** The field may be absent or null; the capability then sees undefined. */
export function optional<T>(of: Field<T>): Field<T | undefined> {
  return { type: of.type, required: false };
}

export type InputFlaw = { readonly field: string; readonly constraint: "required" | "type" };

/** The declared fields of `input`, typed, or the first flaw. Fields nobody declared are dropped. */
export function parseInput<S extends InputSchema>(
  shape: S,
  input: JsonObject,
): { readonly input: Input<S> } | { readonly flaw: InputFlaw } {
  const parsed: Record<string, Json | undefined> = {};
  for (const name in shape) {
    const { type, required } = shape[name] as Field<unknown>;
    const value = own(input, name);
    if (value === undefined || (value === null && type !== "any")) {
      if (required) return { flaw: { field: name, constraint: "required" } };
      parsed[name] = undefined;
    } else if (!hasType(value, type)) {
      return { flaw: { field: name, constraint: "type" } };
    } else {
      parsed[name] = value;
    }
  }
  return { input: parsed as Input<S> };
}

function hasType(value: Json, type: Field<unknown>["type"]): boolean {
  switch (type) {
    case "any":
      return true;
    case "integer":
      return Number.isInteger(value);
    case "object":
      return isObject(value);
    default:
      return typeOf(value) === type;
  }
}
