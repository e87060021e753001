/** Holds a Machine block to the JSON Schema of its kind. */

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import ac from "../../../schemas/machine/ac.schema.json" with { type: "json" };
import cc from "../../../schemas/machine/cc.schema.json" with { type: "json" };
import cs from "../../../schemas/machine/cs.schema.json" with { type: "json" };
import ct from "../../../schemas/machine/ct.schema.json" with { type: "json" };
import ev from "../../../schemas/machine/ev.schema.json" with { type: "json" };
import intent from "../../../schemas/machine/in.schema.json" with { type: "json" };
import parts from "../../../schemas/machine/parts.schema.json" with { type: "json" };
import rb from "../../../schemas/machine/rb.schema.json" with { type: "json" };
import structure from "../../../schemas/machine/structure.schema.json" with { type: "json" };
import wf from "../../../schemas/machine/wf.schema.json" with { type: "json" };
import { parsePointer, pointer } from "../../json/pointer.ts";
import { valueAt } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, objectAt, own, typeOf } from "../../json/value.ts";
import { asWritten, type Change, oneOf, type Path, quote, sentence, suggested } from "../hint.ts";
import { nearestName } from "../nearest-name.ts";
import type { ProblemCode } from "./problem.ts";

/** By kind; a kind without a schema is carried as it is. */
export const MACHINE_SCHEMAS: Readonly<Record<string, object>> = {
  AC: ac,
  CC: cc,
  CS: cs,
  CT: ct,
  EV: ev,
  IN: intent,
  RB: rb,
  STRUCTURE: structure,
  WF: wf,
};

export interface ShapeError {
  readonly code: ProblemCode;
  readonly path: Path;
  /** Whether it is the name that is wrong, or the value. */
  readonly part: "key" | "value";
  readonly message: string;
  readonly hint: string;
  /** Of an unknown member: the name that it was meant to have. */
  readonly meant?: string;
}

/** How a value is written; null where it is not one word. */
type Written = (path: Path) => string | null;

/** Everything in the block that its kind does not allow; `code` is the artifact's own. */
export function shapeErrors(
  kind: string,
  code: string,
  block: JsonObject,
  written: Written = () => null,
): readonly ShapeError[] {
  const validate = validatorOf(kind);
  if (validate === undefined || validate(block)) return [];
  const errors = (validate.errors ?? []).flatMap((error) => toShapeError(error, block, code, written) ?? []);
  const renamed = new Set(
    errors.flatMap(({ path, meant }) => (meant === undefined ? [] : [pointer([...path.slice(0, -1), meant])])),
  );
  const byPlace = new Map<string, ShapeError>();
  for (const error of errors) {
    const at = pointer(error.path);
    const isMeant = error.code === "MISSING_KEY" && renamed.has(at);
    if (!isMeant && !byPlace.has(at)) byPlace.set(at, error);
  }
  return [...byPlace.values()];
}

/** Whether the schema of the kind has a member of this name anywhere. */
export function isMember(kind: string, name: string): boolean {
  const known = memberNames.get(kind) ?? new Set(namesIn(MACHINE_SCHEMAS[kind]));
  memberNames.set(kind, known);
  return known.has(name);
}

const memberNames = new Map<string, ReadonlySet<string>>();

function* namesIn(schema: unknown): Generator<string> {
  if (Array.isArray(schema)) for (const item of schema) yield* namesIn(item);
  if (!isObject(schema)) return;
  yield* Object.keys(objectAt(schema, "properties"));
  for (const child of Object.values(schema)) yield* namesIn(child);
}

let ajv: Ajv | undefined;

function validatorOf(kind: string): ValidateFunction | undefined {
  const schema = Object.hasOwn(MACHINE_SCHEMAS, kind) ? MACHINE_SCHEMAS[kind] : undefined;
  if (schema === undefined) return undefined;
  if (ajv === undefined) {
    ajv = new Ajv({
      allErrors: true,
      verbose: true,
      ownProperties: true,
      allowUnionTypes: true,
      logger: false,
    });
    ajv.addSchema(parts, "parts.schema.json");
    for (const [name, one] of Object.entries(MACHINE_SCHEMAS)) ajv.addSchema(one, `${name}.schema.json`);
  }
  return ajv.getSchema(`${kind}.schema.json`);
}

function toShapeError(
  error: ErrorObject,
  block: JsonObject,
  code: string,
  written: Written,
): ShapeError | null {
  const path = pathIn(block, error.instancePath);
  const at = asWritten(pointer(path));
  const shown = at === "" ? "the Machine block" : at;
  const value = valueAt(block, path);
  const params: JsonObject = { ...error.params };
  const text = (key: string) => String(own(params, key));
  switch (error.keyword) {
    case "additionalProperties":
      return unknownKey(error, path, text("additionalProperty"), value);
    case "required": {
      const key = text("missingProperty");
      const missing = [...path, key];
      const isCode = path.length === 0 && key.endsWith("_code");
      const member = memberSchema(error, key);
      const as = isCode ? quote(code) : (exampleIn(member) ?? phraseOf(member));
      return {
        code: "MISSING_KEY",
        path: missing,
        part: "key",
        message: `${shown} has no ${key}`,
        hint: sentence(pointer(missing), { do: "add", as }),
      };
    }
    case "type": {
      const expected = phraseOf(schemaOf(error));
      const right = meant(value, schemaOf(error), () => written(path)) ?? exampleIn(schemaOf(error));
      const change: Change = { do: "change", to: right ?? expected };
      return wrong("WRONG_TYPE", path, `${at} should be ${expected}, not ${nameOf(value)}`, change);
    }
    case "enum": {
      const allowed = enumOf(schemaOf(error));
      const change: Change = { do: "change", to: suggested(String(value), allowed) };
      return wrong("WRONG_VALUE", path, `${at} is ${quote(value ?? null)}, not ${oneOf(allowed)}`, change);
    }
    case "pattern": {
      const upper = String(value).trim().replaceAll(/[ -]/g, "_").toUpperCase();
      const isName = new RegExp(text("pattern")).test(upper);
      const change: Change = { do: "change", to: isName ? quote(upper) : "capital letters, digits and _" };
      const message = `${at} is ${quote(value ?? null)}: only capital letters, digits and _ make a name here`;
      return wrong("WRONG_VALUE", path, message, change);
    }
    case "minItems":
    case "minimum": {
      const limit = `${error.keyword === "minimum" ? "a number of" : "a list of"} ${text("limit")} or more`;
      const change: Change = { do: "change", to: exampleIn(schemaOf(error)) ?? limit };
      return wrong("WRONG_VALUE", path, `${at} should be ${limit}`, change);
    }
    default:
      // What `if` and `then` say is said by the errors inside.
      return null;
  }
}

function wrong(code: ProblemCode, path: Path, message: string, change: Change): ShapeError {
  return { code, path, part: "value", message, hint: sentence(asWritten(pointer(path)), change) };
}

function unknownKey(error: ErrorObject, path: Path, key: string, holder: Json | undefined): ShapeError {
  const known = Object.keys(objectAt(schemaOf(error), "properties"));
  const free = known.filter((name) => !isObject(holder) || own(holder, name) === undefined);
  const nearest = nearestName(key, free);
  const at = [...path, key];
  const change: Change = nearest === null ? { do: "remove" } : { do: "rename", to: nearest };
  const place = path.length === 0 ? "the Machine block" : pointer(path);
  const found: ShapeError = {
    code: "UNKNOWN_KEY",
    path: at,
    part: "key",
    message: `${place} has no member ${key}; it may have ${known.join(", ")}`,
    hint: sentence(pointer(at), change),
  };
  return nearest === null ? found : { ...found, meant: nearest };
}

function schemaOf({ parentSchema }: ErrorObject): JsonObject {
  return isObject(parentSchema) ? parentSchema : {};
}

function memberSchema(error: ErrorObject, key: string): JsonObject {
  return objectAt(objectAt(schemaOf(error), "properties"), key);
}

/** The first example of the schema, as it is to be written. */
function exampleIn(schema: JsonObject): string | undefined {
  const examples = own(schema, "examples");
  const [first] = Array.isArray(examples) ? examples : [];
  return first === undefined ? undefined : quote(first);
}

function enumOf(schema: JsonObject): readonly string[] {
  const values = own(schema, "enum");
  return Array.isArray(values) ? values.map(String) : [];
}

const PHRASES: Readonly<Record<string, string>> = {
  string: "a string",
  boolean: "true or false",
  integer: "an integer",
  number: "a number",
  object: "a mapping",
  array: "a list",
};

function phraseOf(schema: JsonObject): string {
  const type = own(schema, "type");
  const types = Array.isArray(type) ? type : [type];
  const words = types.flatMap((one) => PHRASES[String(one)] ?? []);
  const values = enumOf(schema);
  return words.length > 0 ? words.join(" or ") : values.length > 0 ? oneOf(values) : "a value";
}

/** The value of the right type that was obviously meant. */
function meant(value: Json | undefined, schema: JsonObject, written: () => string | null): string | undefined {
  const type = own(schema, "type");
  if (type === "string" && (typeof value === "number" || typeof value === "boolean"))
    return quote(written() ?? String(value));
  if (type === "boolean" && typeof value === "string" && /^(?:true|false)$/i.test(value))
    return value.toLowerCase();
  if (type === "array" && typeof value === "string") return quote([value]);
  const isNumber = typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  if ((type === "integer" || type === "number") && isNumber) return quote(Number(value));
  // A key without a value has none at all.
  return value === null && type === "object" ? "{}" : undefined;
}

function nameOf(value: Json | undefined): string {
  if (value === undefined || value === null) return "empty";
  return PHRASES[typeOf(value)] ?? typeOf(value);
}

/** The parts of a pointer, items of a list by their index. */
function pathIn(block: JsonObject, at: string): Path {
  const path: (string | number)[] = [];
  for (const part of parsePointer(at)) path.push(Array.isArray(valueAt(block, path)) ? Number(part) : part);
  return path;
}
