/** The declared intent as JSON Schema, and the violations that ajv finds, in the terms of the contract (SPEC 4.3). */

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { parsePointer, pointer } from "../json/pointer.ts";
import { type Json, type JsonObject, jsonEqual, type MutableJson } from "../json/value.ts";
import { follow, type Segment } from "./expression.ts";
import {
  allowsNull,
  type FieldSpec,
  type Format,
  type IntentSpec,
  matchesFormat,
  type Unmet,
} from "./intent.ts";

/** The intent as JSON Schema (2020-12 vocabulary). */
export function toJsonSchema(spec: IntentSpec): JsonObject {
  const required = Object.keys(spec).filter((name) => spec[name]?.required);
  return {
    type: "object",
    properties: Object.fromEntries(Object.entries(spec).map(([name, field]) => [name, fieldSchema(field)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

const NOT_NULL = ["string", "number", "boolean", "object", "array"];

function fieldSchema(field: FieldSpec): JsonObject {
  const schema: MutableJson = {};
  const anyType = allowsNull(field) ? [...NOT_NULL, "null"] : NOT_NULL;
  schema["type"] = field.types.length > 0 ? field.types : anyType;
  if (field.enum !== undefined) schema["enum"] = field.enum;
  if (field.minimum !== undefined) schema["minimum"] = field.minimum;
  if (field.minItems !== undefined) schema["minItems"] = field.minItems;
  if (field.items !== undefined) schema["items"] = fieldSchema(field.items);
  if (field.fields !== undefined) {
    const { properties, required } = toJsonSchema(field.fields);
    schema["properties"] = properties as Json;
    if (required !== undefined) schema["required"] = required;
  }
  if (field.required && field.emptyIsMissing) schema["minLength"] = 1;
  if (field.format !== undefined) schema["format"] = formatName(field.format, field.prefix);
  return schema;
}

/** ajv knows a format by name, so a prefix becomes part of it. */
function formatName(format: Format, prefix: string | undefined): string {
  return format === "hex" ? `hex:${prefix ?? ""}` : format;
}

/** Every unmet rule, sorted by pointer; empty exactly when `accepts` is true. */
export function unmetRules(spec: IntentSpec, payload: JsonObject): readonly Unmet[] {
  const validate = validators.get(spec) ?? compileSchema(spec);
  validators.set(spec, validate);
  if (validate(payload)) return [];
  return strongest((validate.errors ?? []).map((error) => toUnmet(error, spec, payload)));
}

/** Compiling takes longer than a run. */
const validators = new WeakMap<IntentSpec, ValidateFunction>();

function compileSchema(spec: IntentSpec): ValidateFunction {
  const ajv = new Ajv({
    allErrors: true,
    ownProperties: true,
    strict: false,
    validateSchema: false,
    meta: false,
    logger: false,
  });
  // The library's own comparison calls what a payload may have put in place of its objects' methods.
  ajv.removeKeyword("enum").addKeyword({
    keyword: "enum",
    validate: (listed: readonly Json[], value: Json) => listed.some((one) => jsonEqual(one, value)),
  });
  for (const [format, prefix] of formatsIn(Object.values(spec))) {
    ajv.addFormat(formatName(format, prefix), (value: string) => matchesFormat(format, prefix, value));
  }
  return ajv.compile(toJsonSchema(spec) as object);
}

function formatsIn(fields: readonly FieldSpec[]): readonly (readonly [Format, string | undefined])[] {
  return fields.flatMap((field) => [
    ...(field.format === undefined ? [] : [[field.format, field.prefix] as const]),
    ...formatsIn(Object.values(field.fields ?? {})),
    ...(field.items === undefined ? [] : formatsIn([field.items])),
  ]);
}

function toUnmet({ instancePath, keyword, params }: ErrorObject, spec: IntentSpec, payload: JsonObject): Unmet {
  if (keyword === "required") {
    const missing = (params as { missingProperty: string }).missingProperty;
    return { pointer: `${instancePath}${pointer([missing])}`, constraint: "required" };
  }
  const path = pathIn(payload, instancePath);
  const field = fieldAt(spec, path);
  const actual = follow(payload, path);
  const isMissing =
    keyword === "minLength" || (keyword === "type" && actual === null && field?.required === true);
  if (isMissing) return { pointer: instancePath, constraint: "required" };
  const constraint = keyword as keyof typeof EXPECTED;
  const expected = field === undefined ? undefined : EXPECTED[constraint](field);
  return {
    pointer: instancePath,
    constraint,
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

const EXPECTED: Readonly<
  Record<Exclude<Unmet["constraint"], "required" | "undeclared">, (field: FieldSpec) => Json | undefined>
> = {
  type: (field) => (field.types.length > 1 ? field.types : (field.types[0] ?? "not null")),
  enum: (field) => field.enum,
  minimum: (field) => field.minimum,
  minItems: (field) => field.minItems,
  format: (field) =>
    field.prefix === undefined ? field.format : `${field.format} with prefix ${field.prefix}`,
};

/** The pointer's parts, items of a list by their index. */
function pathIn(payload: JsonObject, at: string): readonly Segment[] {
  const path: Segment[] = [];
  for (const part of parsePointer(at)) {
    const isItem = Array.isArray(follow(payload, path));
    path.push(isItem ? Number(part) : part);
  }
  return path;
}

function fieldAt(spec: IntentSpec, [first, ...rest]: readonly Segment[]): FieldSpec | undefined {
  let field = first === undefined ? undefined : spec[first];
  for (const part of rest) field = typeof part === "number" ? field?.items : field?.fields?.[part];
  return field;
}

const STRENGTH: readonly Unmet["constraint"][] = ["required", "type"];

/** For a missing or mistyped value, only that violation is reported; otherwise all are. */
function strongest(unmet: readonly Unmet[]): readonly Unmet[] {
  const byPointer = new Map<string, Unmet[]>();
  for (const one of unmet) {
    const here = byPointer.get(one.pointer);
    if (here === undefined) byPointer.set(one.pointer, [one]);
    else here.push(one);
  }
  const sorted = [...byPointer].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.flatMap(([, here]) => {
    const strong = STRENGTH.map((constraint) => here.find((one) => one.constraint === constraint)).find(
      Boolean,
    );
    return strong === undefined ? here : [strong];
  });
}
