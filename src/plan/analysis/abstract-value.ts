/** What the artifacts say of a value before anything runs: its types, and its fields as far as they are declared. */

import { isObject, type Json, type JsonObject, objectAt, own, typeOf } from "../../json/value.ts";
import { overlap } from "../compile.ts";
import type { Expression, Segment } from "../expression.ts";
import { type FieldSpec, type IntentSpec, VALUE_TYPES, type ValueType } from "../intent.ts";

export interface Value {
  /** Empty: any. */
  readonly types: readonly ValueType[];
  /** Null: it may have any field. */
  readonly fields: ReadonlyMap<string, Value> | null;
  /** The text it is, where it is always the same. */
  readonly constant?: string;
  /** Whether it may as well be absent. */
  readonly maybe?: true;
}

export const ANYTHING: Value = { types: [], fields: null };

export function typed(...types: readonly ValueType[]): Value {
  return { types, fields: null };
}

export function record(fields: Iterable<readonly [string, Value]>): Value {
  return { types: ["object"], fields: new Map(fields) };
}

/** What a capability declares of a field; a type that is no JSON type says nothing about the value. */
export function declaredValue(spec: Json | undefined): Value {
  if (!isObject(spec)) return ANYTHING;
  const said = own(spec, "type");
  const listed = (Array.isArray(said) ? said : [said]) as readonly Json[];
  const known = listed.filter((type): type is ValueType => VALUE_TYPES.includes(type as ValueType));
  if (known.length < listed.length) return ANYTHING;
  return typed(...known, ...(own(spec, "nullable") === true ? (["null"] as const) : []));
}

/** The declared members of an object, each as it is declared. */
export function declaredFields(parent: JsonObject, key: string): readonly (readonly [string, Value])[] {
  return Object.entries(objectAt(parent, key)).map(([name, spec]) => [name, declaredValue(spec)]);
}

/** What an intent lets through. */
export function admitted(spec: IntentSpec): Value {
  return record(Object.entries(spec).map(([name, field]) => [name, admittedField(field)]));
}

function admittedField({ types, fields, required, default: fallback }: FieldSpec): Value {
  const maybe = required || fallback !== undefined ? {} : ({ maybe: true } as const);
  if (fields === undefined) return { types, fields: null, ...maybe };
  const members = Object.entries(fields).map(([name, field]) => [name, admittedField(field)] as const);
  return { types, fields: new Map(members), ...maybe };
}

/** What stands below the value; undefined when by its declaration nothing can. */
export function below(value: Value, segments: readonly Segment[]): Value | undefined {
  let found: Value | undefined = value;
  let maybe = value.maybe;
  for (const segment of segments) {
    if (found === undefined) return undefined;
    const { types, fields }: Value = found;
    const holder: ValueType = typeof segment === "number" ? "array" : "object";
    if (types.length > 0 && !types.includes(holder)) return undefined;
    // Of a value whose fields nobody declared, each may be missing.
    found = fields === null || typeof segment === "number" ? { ...ANYTHING, maybe: true } : fields.get(segment);
    maybe ??= found?.maybe;
  }
  return found !== undefined && maybe ? { ...found, maybe } : found;
}

/** What the root of a path holds in some place; undefined when there is no such thing. */
export type Reach = (root: string, segments: readonly Segment[]) => Value | undefined;

/** What an expression comes to; undefined when its path reaches nothing. */
export function infer(expression: Expression, reach: Reach): Value | undefined {
  switch (expression.kind) {
    case "literal":
      return literal(expression.value);
    case "path":
      return reach(expression.root, expression.segments);
    case "clock":
      return typed("string");
    case "sum":
      return typed("integer");
    case "query": {
      const start = infer(expression.start, reach);
      return start && { ...typed("array"), ...(start.maybe ? { maybe: true } : {}) };
    }
    case "array":
      return typed("array");
    case "object":
      return record(
        expression.members.flatMap(([name, member]) => {
          const value = infer(member, reach);
          return value === undefined ? [] : [[name, value] as const];
        }),
      );
  }
}

function literal(value: Json): Value {
  if (isObject(value)) return record(Object.entries(value).map(([name, member]) => [name, literal(member)]));
  if (typeof value === "number" && Number.isInteger(value)) return typed("integer");
  return { ...typed(typeOf(value)), ...(typeof value === "string" ? { constant: value } : {}) };
}

/** Whether no value of the one kind can be of the other. */
export function excludes(value: Value, wanted: Value): boolean {
  if (value.types.length === 0 || wanted.types.length === 0) return false;
  return !value.types.some((type) => wanted.types.some((one) => overlap(type, one)));
}
