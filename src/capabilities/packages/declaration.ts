/** What a file of a package declares, checked: names, inputs, outcomes and examples have the form that types demand. */

import { pointer } from "../../json/pointer.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { codeOf, isFqdn } from "../../snapshot/fqdn.ts";
import type { StoreKind } from "../../storage/stores.ts";
import type { Field, InputSchema } from "../input-schema.ts";
import type { RemoteSemantics } from "../remote-effect.ts";
import type { ExampleCall, Semantics, StoreExample } from "../targets/store.ts";
import type { DrawnSources, Example } from "../transform.ts";
import { allOf, CapabilityFault, CapabilityFaults, collecting } from "./errors.ts";
import type { Position } from "./module.ts";

export interface TransformParts {
  readonly code: string;
  readonly about: string;
  readonly input: InputSchema;
  readonly result: readonly string[];
  readonly violations: readonly string[];
  readonly draws: DrawnSources | undefined;
  readonly secrets: readonly string[];
  readonly examples: readonly Example[];
}

export interface OperationParts {
  readonly name: string;
  readonly about: string;
  readonly input: InputSchema;
  readonly outcomes: readonly string[];
  readonly semantics: Semantics;
}

export interface StoreEffectParts {
  readonly code: string;
  readonly about: string;
  readonly store: StoreKind;
  readonly operations: readonly OperationParts[];
  readonly examples: readonly StoreExample[];
}

interface RemoteOperationParts extends Omit<OperationParts, "semantics"> {
  readonly semantics: RemoteSemantics;
  readonly hasProbe: boolean;
}

/** Of an effect over http, or of code of the host. */
export interface RemoteEffectParts {
  readonly code: string;
  readonly about: string;
  /** Null for an effect over http, which has none. */
  readonly config: InputSchema | null;
  readonly operations: readonly RemoteOperationParts[];
}

/** A file that declares one capability. */
export interface DeclaringFile {
  readonly package: string;
  readonly file: string;
  /** Where a member of the declaration is. */
  placeOf(path: Where): Position;
}

type Where = readonly (string | number)[];

/** Reads the members of a declaration. Every method throws a CapabilityFault `CAPABILITY_DECLARATION`. */
class Reader {
  readonly #file: DeclaringFile;
  readonly #value: JsonObject;
  readonly #where: Where;

  constructor(file: DeclaringFile, value: JsonObject, where: Where = []) {
    this.#file = file;
    this.#value = value;
    this.#where = where;
  }

  fail(member: string | number, expected: string): CapabilityFault {
    const where = [...this.#where, member];
    const { package: name, file, placeOf } = this.#file;
    const at = { package: name, file, ...placeOf(where) };
    return new CapabilityFault("CAPABILITY_DECLARATION", { ...at, pointer: pointer(where), expected });
  }

  has(member: string): boolean {
    return own(this.#value, member) !== undefined;
  }

  only(...known: readonly string[]): void {
    const others = Object.keys(this.#value).filter((name) => !known.includes(name));
    const faults = others.map((name) => this.fail(name, `absent: the members are ${known.join(", ")}`));
    if (faults.length > 0) throw new CapabilityFaults(faults);
  }

  isNull(member: string): boolean {
    return own(this.#value, member) === null;
  }

  text(member: string): string {
    const value = own(this.#value, member);
    if (typeof value !== "string" || value.trim() === "") throw this.fail(member, "a text");
    return value;
  }

  oneOf<T extends string>(member: string, known: readonly T[]): T {
    const found = known.find((one) => one === own(this.#value, member));
    if (found === undefined) throw this.fail(member, known.map((one) => `"${one}"`).join(" or "));
    return found;
  }

  texts(member: string, form: RegExp, expected: string): readonly string[] {
    const value = own(this.#value, member);
    if (!Array.isArray(value)) throw this.fail(member, `a list of ${expected}`);
    const items: readonly Json[] = value;
    return items.map((item, i) => {
      if (typeof item !== "string" || !form.test(item) || items.indexOf(item) < i)
        throw this.within(member).fail(i, `one of several ${expected}, each of them once`);
      return item;
    });
  }

  object(member: string): JsonObject {
    const value = own(this.#value, member);
    if (!isObject(value)) throw this.fail(member, "an object");
    return value;
  }

  objects(member: string): readonly Reader[] {
    const value = own(this.#value, member);
    if (!Array.isArray(value)) throw this.fail(member, "a list of objects");
    const items: readonly Json[] = value;
    return items.map((item, i) => {
      if (!isObject(item)) throw this.within(member).fail(i, "an object");
      return new Reader(this.#file, item, [...this.#where, member, i]);
    });
  }

  within(member: string): Reader {
    const value = own(this.#value, member);
    return new Reader(this.#file, isObject(value) ? value : {}, [...this.#where, member]);
  }

  function(member: string): void {
    const value = own(this.#value, member);
    if (!isObject(value) || value["function"] !== true) throw this.fail(member, "a function");
  }

  code(prefix: "CT" | "CS"): string {
    const value = own(this.#value, "code");
    if (isFqdn(value) && codeOf(value).startsWith(`${prefix}_`)) return value;
    throw this.fail("code", `a full name such as expenses::${prefix}_EXAMPLE_V0`);
  }

  input(member = "input"): InputSchema {
    const fields = this.object(member);
    const within = this.within(member);
    const read = Object.keys(fields).map((name) => () => {
      if (!FIELD.test(name)) throw within.fail(name, "named like amount or key_or_address");
      const field = own(fields, name);
      const type = TYPES.find((one) => isObject(field) && own(field, "type") === one);
      const required = isObject(field) ? own(field, "required") : undefined;
      if (type === undefined || typeof required !== "boolean")
        throw within.fail(
          name,
          "string, number, integer, boolean, object, array, anything, or optional(…) of one",
        );
      return [name, { type, required }] as const;
    });
    return Object.fromEntries(allOf(read));
  }
}

const TYPES: readonly Field<unknown>["type"][] = [
  "any",
  "string",
  "integer",
  "number",
  "boolean",
  "object",
  "array",
];
const FIELD = /^[A-Za-z_][A-Za-z0-9_]*$/;
const WORD = /^[A-Z][A-Z0-9_]*$/;

/** What is read of each part. @throws CapabilityFaults with what is wrong in all parts and checks */
function together<T extends object>(
  parts: { readonly [K in keyof T]: () => T[K] },
  ...checks: readonly (() => void)[]
): T {
  const read = Object.entries<() => unknown>(parts).map(
    ([name, part]) =>
      () =>
        [name, part()] as const,
  );
  const faults: CapabilityFault[] = [];
  collecting(faults, () => allOf(checks));
  const members = collecting(faults, () => allOf(read));
  if (members === null || faults.length > 0) throw new CapabilityFaults(faults);
  return Object.fromEntries(members) as T;
}

/** The same of each object of a list. */
function each<T>(readers: readonly Reader[], read: (reader: Reader) => T): readonly T[] {
  return allOf(readers.map((reader) => () => read(reader)));
}

export function readTransform(file: DeclaringFile, declaration: JsonObject): TransformParts {
  const reader = new Reader(file, declaration);
  const members = ["code", "about", "input", "result", "violations", "draws", "secrets", "run", "examples"];
  const parts = together<TransformParts>(
    {
      code: () => reader.code("CT"),
      about: () => reader.text("about"),
      input: () => reader.input(),
      result: () => reader.texts("result", FIELD, "names such as converted"),
      violations: () => reader.texts("violations", WORD, "reasons such as RATE_NOT_POSITIVE"),
      draws: () =>
        reader.has("draws") ? reader.oneOf<DrawnSources>("draws", ["clock", "entropy", "secret"]) : undefined,
      secrets: () =>
        reader.has("secrets") ? reader.texts("secrets", FIELD, "names of its inputs and results") : [],
      examples: () => each(reader.objects("examples"), toExample),
    },
    () => reader.only(...members),
    () => reader.function("run"),
  );
  const { input, result, secrets } = parts;
  const unknown = secrets.findIndex((name) => !Object.hasOwn(input, name) && !result.includes(name));
  if (unknown !== -1) throw reader.within("secrets").fail(unknown, "the name of an input or of a result");
  return parts;
}

function toExample(reader: Reader): Example {
  reader.only("about", "input", "result", "violation");
  const [about, input] = [reader.text("about"), reader.object("input")];
  if (reader.has("violation") === reader.has("result"))
    throw reader.fail(reader.has("result") ? "violation" : "result", "there if the other one is not");
  return reader.has("violation")
    ? { about, input, violation: reader.text("violation") }
    : { about, input, result: reader.object("result") };
}

export function readStoreEffect(file: DeclaringFile, declaration: JsonObject): StoreEffectParts {
  const reader = new Reader(file, declaration);
  return together<StoreEffectParts>(
    {
      code: () => reader.code("CS"),
      about: () => reader.text("about"),
      store: () => reader.oneOf("store", ["registry", "log", "document", "names"]),
      operations: () => eachOperation(reader, "named like SPEND", toOperation),
      examples: () => {
        const operations = Object.keys(reader.object("operations"));
        return each(reader.objects("examples"), (one) => toStoreExample(one, operations));
      },
    },
    () => reader.only("code", "about", "store", "operations", "examples"),
  );
}

export function readRemoteEffect(file: DeclaringFile, declaration: JsonObject): RemoteEffectParts {
  const reader = new Reader(file, declaration);
  const isHost = reader.oneOf("reaches", ["http", "host"]) === "host";
  const members = ["code", "about", "reaches", "operations", ...(isHost ? ["config"] : [])];
  return together<RemoteEffectParts>(
    {
      code: () => reader.code("CS"),
      about: () => reader.text("about"),
      config: () => (isHost ? reader.input("config") : null),
      operations: () => eachOperation(reader, "named like SEND", toRemoteOperation),
    },
    () => reader.only(...members),
  );
}

function eachOperation<T>(
  reader: Reader,
  expected: string,
  read: (name: string, reader: Reader) => T,
): readonly T[] {
  const names = Object.keys(reader.object("operations"));
  if (names.length === 0) throw reader.fail("operations", "an object with an operation");
  const operations = reader.within("operations");
  return allOf(
    names.map((name) => () => {
      if (!WORD.test(name)) throw operations.fail(name, expected);
      operations.object(name);
      return read(name, operations.within(name));
    }),
  );
}

const operationChecks = (reader: Reader) => [
  () => reader.only("about", "input", "outcomes", "semantics", "run", "probe"),
  () => reader.function("run"),
];

function toRemoteOperation(name: string, reader: Reader): RemoteOperationParts {
  const hasProbe = reader.has("probe") && !reader.isNull("probe");
  const parts = together<Omit<RemoteOperationParts, "name" | "hasProbe">>(
    {
      semantics: () => reader.oneOf("semantics", ["reads", "idempotent", "repeats"]),
      outcomes: () => reader.texts("outcomes", WORD, "outcomes such as SUCCESS"),
      about: () => reader.text("about"),
      input: () => reader.input(),
    },
    ...operationChecks(reader),
  );
  if (hasProbe) reader.function("probe");
  const { semantics, outcomes } = parts;
  if (hasProbe && semantics === "reads")
    throw reader.fail("probe", "absent: what only reads leaves nothing to find");
  if (!reader.has("probe") && semantics !== "reads")
    throw reader.fail("probe", "a function, or null where nothing shows whether it took place");
  if (!outcomes.includes("BACKEND_ERROR")) throw reader.fail("outcomes", "a list with BACKEND_ERROR");
  return { name, ...parts, hasProbe };
}

function toOperation(name: string, reader: Reader): OperationParts {
  const parts = together<Omit<OperationParts, "name">>(
    {
      semantics: () => reader.oneOf("semantics", ["reads", "idempotent", "append-only"]),
      outcomes: () => reader.texts("outcomes", WORD, "outcomes such as SUCCESS"),
      about: () => reader.text("about"),
      input: () => reader.input(),
    },
    ...operationChecks(reader),
  );
  if (parts.semantics !== "reads") reader.function("probe");
  else if (reader.has("probe")) throw reader.fail("probe", "absent: what only reads leaves nothing to find");
  return { name, ...parts };
}

function toStoreExample(reader: Reader, operations: readonly string[]): StoreExample {
  reader.only("about", "before", "calls");
  return {
    about: reader.text("about"),
    ...(reader.has("before") ? { before: reader.text("before") } : {}),
    calls: reader.objects("calls").map((call) => toCall(call, operations)),
  };
}

function toCall(reader: Reader, operations: readonly string[]): ExampleCall {
  reader.only("op", "input", "outcome", "result");
  return {
    op: reader.oneOf("op", operations),
    input: reader.object("input"),
    outcome: reader.text("outcome"),
    ...(reader.has("result") ? { result: reader.object("result") } : {}),
  };
}
