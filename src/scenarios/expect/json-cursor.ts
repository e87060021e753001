/** Reading a vector file strictly: every value with the place at which it stands, so that a refusal can name it. */

import type { Path } from "../../json/diff.ts";
import { pointer } from "../../json/pointer.ts";
import { lineOf } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import { ScenarioFault } from "../errors.ts";

export interface VectorFile {
  /** As the reader would write it. */
  readonly file: string;
  readonly text: string;
}

/** A place in a vector file; `value` is undefined where nothing stands. */
export interface JsonCursor {
  readonly vector: VectorFile;
  readonly path: Path;
  readonly value: Json | undefined;
}

/** @throws ScenarioFault `VECTOR_MALFORMED`, always */
export function refuse({ vector, path }: JsonCursor, expected: string): never {
  const at = pointer(path);
  const line = lineOf(vector.text, at) ?? lineOf(vector.text, pointer(path.slice(0, -1))) ?? 1;
  throw new ScenarioFault("VECTOR_MALFORMED", { file: vector.file, line, pointer: at, expected });
}

export function member(spot: JsonCursor, key: string): JsonCursor {
  const value = isObject(spot.value) ? own(spot.value, key) : undefined;
  return { ...spot, path: [...spot.path, key], value };
}

/** An object with some of these members and no other: a misspelt one would be passed over without a word. */
export function members(spot: JsonCursor, known: readonly string[]): (key: string) => JsonCursor {
  const unknown = Object.keys(object(spot)).find((key) => !known.includes(key));
  if (unknown !== undefined) return refuse(member(spot, unknown), `absent; known here: ${known.join(", ")}`);
  return (key) => member(spot, key);
}

export function object(spot: JsonCursor): JsonObject {
  return isObject(spot.value) ? spot.value : refuse(spot, "an object");
}

export function entries(spot: JsonCursor): readonly (readonly [key: string, at: JsonCursor])[] {
  return Object.keys(object(spot)).map((key) => [key, member(spot, key)]);
}

export function items(spot: JsonCursor): readonly JsonCursor[] {
  const { value } = spot;
  if (!Array.isArray(value)) return refuse(spot, "a list");
  return value.map((item: Json, i) => ({ ...spot, path: [...spot.path, i], value: item }));
}

export function text(spot: JsonCursor): string {
  return typeof spot.value === "string" ? spot.value : refuse(spot, "a string");
}

export function choice<T extends string>(spot: JsonCursor, choices: readonly T[]): T {
  return choices.find((one) => one === spot.value) ?? refuse(spot, choices.join(" or "));
}

/** Absent is false. */
export function flag(spot: JsonCursor): boolean {
  const { value = false } = spot;
  return typeof value === "boolean" ? value : refuse(spot, "true or false");
}

/** What `read` makes of the value, where there is one. */
export function optional<T>(spot: JsonCursor, read: (spot: JsonCursor) => T): T | undefined {
  return spot.value === undefined ? undefined : read(spot);
}

/** A relative path without `.` and `..`: what a vector prepares stays below the folder it is given. */
export function relativePath(spot: JsonCursor, name: string): string {
  const isBelow = name.split("/").every((part) => part !== "" && part !== "." && part !== "..");
  return isBelow && !name.includes("\0") ? name : refuse(spot, "named by a relative path without . and ..");
}
