/** Holds a Machine block to the JSON Schema of its kind. */

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import ac from "../../../schemas/machine/ac.schema.json" with { type: "json" };
import assembledAc from "../../../schemas/machine/assembled/ac.schema.json" with { type: "json" };
import assembledCc from "../../../schemas/machine/assembled/cc.schema.json" with { type: "json" };
import assembledCs from "../../../schemas/machine/assembled/cs.schema.json" with { type: "json" };
import assembledCt from "../../../schemas/machine/assembled/ct.schema.json" with { type: "json" };
import assembledEv from "../../../schemas/machine/assembled/ev.schema.json" with { type: "json" };
import assembledIn from "../../../schemas/machine/assembled/in.schema.json" with { type: "json" };
import assembledRb from "../../../schemas/machine/assembled/rb.schema.json" with { type: "json" };
import assembledStructure from "../../../schemas/machine/assembled/structure.schema.json" with { type: "json" };
import assembledWf from "../../../schemas/machine/assembled/wf.schema.json" with { type: "json" };
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
import type { Fqdn } from "../fqdn.ts";
import { asWritten, type Change, oneOf, type Path, quote, sentence, suggested } from "../hint.ts";
import { nearestName } from "../nearest-name.ts";
import type { TreeForm } from "./identity.ts";
import type { ProblemCode } from "./problem.ts";

/** By file below `schemas/machine`; a kind without a schema is carried as it is. */
const MACHINE_SCHEMAS: Readonly<Record<string, object>> = {
  "parts.schema.json": parts,
  "ac.schema.json": ac,
  "cc.schema.json": cc,
  "cs.schema.json": cs,
  "ct.schema.json": ct,
  "ev.schema.json": ev,
  "in.schema.json": intent,
  "rb.schema.json": rb,
  "structure.schema.json": structure,
  "wf.schema.json": wf,
  "assembled/ac.schema.json": assembledAc,
  "assembled/cc.schema.json": assembledCc,
  "assembled/cs.schema.json": assembledCs,
  "assembled/ct.schema.json": assembledCt,
  "assembled/ev.schema.json": assembledEv,
  "assembled/in.schema.json": assembledIn,
  "assembled/rb.schema.json": assembledRb,
  "assembled/structure.schema.json": assembledStructure,
  "assembled/wf.schema.json": assembledWf,
};

function schemaFile(kind: string, form: TreeForm): string {
  return `${form === "assembled" ? "assembled/" : ""}${kind.toLowerCase()}.schema.json`;
}

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

/** What a block is held to. */
export interface Expected {
  readonly kind: string;
  readonly code: string;
  /** The full name; null where it is not known yet. */
  readonly fqdn: Fqdn | null;
  /**
   * In a tree of our own, the first line must be the code, and the block must state it; in an assembled one, the block
   * must state the full name.
   */
  readonly form: TreeForm;
}

/** Everything in the block that its kind does not allow. */
export function shapeErrors(
  expected: Expected,
  block: JsonObject,
  written: Written = () => null,
): readonly ShapeError[] {
  const validate = validatorOf(schemaFile(expected.kind, expected.form));
  if (validate === undefined || validate(block)) return [];
  const errors = (validate.errors ?? []).flatMap(
    (error) => toShapeError(error, block, expected, written) ?? [],
  );
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
export function isMember(kind: string, form: TreeForm, name: string): boolean {
  const file = schemaFile(kind, form);
  const known = memberNames.get(file) ?? new Set(namesIn(MACHINE_SCHEMAS[file]));
  memberNames.set(file, known);
  return known.has(name);
}

const memberNames = new Map<string, ReadonlySet<string>>();

function* namesIn(schema: unknown): Generator<string> {
  if (Array.isArray(schema)) for (const item of schema) yield* namesIn(item);
  if (!isObject(schema)) return;
  const reference = own(schema, "$ref");
  // A member of an assembled snapshot that is the one of a workspace.
  if (typeof reference === "string" && reference.startsWith("../")) {
    const [file = "", at = ""] = reference.slice(3).split("#");
    yield* namesIn(valueAt(MACHINE_SCHEMAS[file] as Json, parsePointer(at)));
  }
  yield* Object.keys(objectAt(schema, "properties"));
  for (const child of Object.values(schema)) yield* namesIn(child);
}

let ajv: Ajv | undefined;

function validatorOf(file: string): ValidateFunction | undefined {
  if (!Object.hasOwn(MACHINE_SCHEMAS, file)) return undefined;
  if (ajv === undefined) {
    ajv = new Ajv({
      allErrors: true,
      verbose: true,
      ownProperties: true,
      allowUnionTypes: true,
      logger: false,
    });
    for (const [name, one] of Object.entries(MACHINE_SCHEMAS)) ajv.addSchema(one, name);
  }
  return ajv.getSchema(file);
}

function toShapeError(
  error: ErrorObject,
  block: JsonObject,
  { code, fqdn }: Expected,
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
      const member = memberSchema(error, key);
      const name = path.length > 0 ? null : key === "fqdn" ? fqdn : key.endsWith("_code") ? code : null;
      const as = name !== null ? quote(name) : (exampleIn(member) ?? onlyValueOf(member) ?? phraseOf(member));
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
      const joined = String(value).trim().replaceAll(/[ -]/g, "_");
      const pattern = new RegExp(text("pattern"));
      const isSmall = pattern.test("a");
      const name = isSmall ? joined.toLowerCase() : joined.toUpperCase();
      const letters = `${isSmall ? "small" : "capital"} letters, digits and _`;
      const change: Change = { do: "change", to: pattern.test(name) ? quote(name) : letters };
      const message = `${at} is ${quote(value ?? null)}: only ${letters} make a name here`;
      return wrong("WRONG_VALUE", path, message, change);
    }
    case "minItems":
    case "minProperties":
    case "minimum": {
      const limit = `${LIMITED[error.keyword]} of ${text("limit")} or more`;
      const change: Change = { do: "change", to: exampleIn(schemaOf(error)) ?? limit };
      return wrong("WRONG_VALUE", path, `${at} should be ${limit}`, change);
    }
    default:
      // What `if` and `then` say is said by the errors inside.
      return null;
  }
}

const LIMITED = { minItems: "a list", minProperties: "a mapping", minimum: "a number" } as const;

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

/** The value that a member must have. */
function onlyValueOf(schema: JsonObject): string | undefined {
  const values = enumOf(schema);
  return values.length === 1 ? quote(values[0] ?? null) : undefined;
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
