/** JSON values, and the strict reading of JSON text that every file from outside goes through. */

import { isUtf8 } from "node:buffer";
import { DEPTH } from "./limits.ts";
import { isExactNumber } from "./number.ts";
import { syntaxFlaw } from "./syntax-error.ts";

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** A JSON object while it is being built. */
export type MutableJson = { [key: string]: Json };

export type JsonType = "null" | "boolean" | "number" | "string" | "array" | "object";

export function typeOf(value: Json): JsonType {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value as JsonType;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Own property or undefined; prototypes are never reachable. */
export function own(value: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** The member when it is an object, else an empty one. */
export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = own(parent, key);
  return isObject(value) ? value : {};
}

/** Sets an own property even where the key is `__proto__`. */
export function setOwn(target: MutableJson, key: string, value: Json): void {
  if (key === "__proto__") {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    target[key] = value;
  }
}

/** The value at the end of a path of names and indexes; undefined where there is none. */
export function valueAt(value: Json, path: Iterable<string | number>): Json | undefined {
  let found: Json | undefined = value;
  for (const part of path) found = childAt(found, part);
  return found;
}

/** The own member of that name, or the item at that index; undefined where there is none. */
export function childAt(value: Json | undefined, part: string | number): Json | undefined {
  if (Array.isArray(value)) {
    const items: readonly Json[] = value;
    return items[Number(part)];
  }
  return isObject(value) ? own(value, String(part)) : undefined;
}

/** Same JSON type and same value; object key order does not count. */
export function jsonEqual(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => jsonEqual(item, b[i]));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every((key) => Object.hasOwn(b, key) && jsonEqual(a[key], b[key]));
}

export function deepFreeze<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const child of Object.values<Json>(value)) deepFreeze(child);
  return Object.freeze(value);
}

/** RFC 6901. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The parts of a pointer, unescaped; an index stays text. */
export function parsePointer(text: string): readonly string[] {
  const parts = text.split("/").slice(1);
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** A UTF-16 unit as JSON escapes it. */
export function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The text in quotes, in ASCII alone: as Python writes it by default, DEL escaped too. */
export function quoteAscii(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, unicodeEscape);
}

/** A defect that strict reading found. `line` counts from 1; `pointer` is set if the place has one. */
export interface JsonDefect {
  readonly code:
    | "NOT_UTF8"
    | "NOT_JSON"
    | "BYTE_ORDER_MARK"
    | "CONFLICT_MARKERS"
    | "DUPLICATE_KEY"
    | "TOO_DEEP"
    | "NUMBER_NOT_HELD"
    | "LONE_SURROGATE"
    | "NOT_AN_OBJECT";
  readonly line: number;
  readonly pointer?: string;
}

export type ReadResult = { readonly value: JsonObject } | { readonly defect: JsonDefect };

/**
 * Some programs put it before a text. YAML 1.2 allows it (section 5.2); JSON does not, so a JSON file that has it is
 * refused.
 */
const BYTE_ORDER_MARK = "\ufeff";

const CONFLICT = /^(?:<{7} |={7}$|>{7} )/m;

/**
 * The object a JSON text holds, or its first defect. Beyond the grammar it refuses duplicate keys, nesting
 * deeper than `maxDepth`, and numbers that a double cannot hold (SPEC 2.1, 4.1).
 */
export function readObject(
  bytes: Uint8Array,
  maxDepth: number = DEPTH.document,
  isLetThrough: NumberRule = isExactNumber,
): ReadResult {
  if (!isUtf8(bytes)) return { defect: { code: "NOT_UTF8", line: lineOfInvalidUtf8(bytes) } };
  return readObjectText(utf8(bytes), maxDepth, isLetThrough);
}

/** Whether a number of a text, at the path, is accepted. */
export type NumberRule = (literal: string, path: readonly (string | number)[]) => boolean;

export function readObjectText(
  text: string,
  maxDepth: number = DEPTH.document,
  isLetThrough: NumberRule = isExactNumber,
): ReadResult {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    if (text.startsWith(BYTE_ORDER_MARK)) return { defect: { code: "BYTE_ORDER_MARK", line: 1 } };
    const conflict = CONFLICT.exec(text);
    if (conflict !== null) return { defect: { code: "CONFLICT_MARKERS", line: lineAt(text, conflict.index) } };
    return { defect: { code: "NOT_JSON", line: lineAt(text, syntaxFlaw(text).offset) } };
  }
  if (isPrinted(text, value, maxDepth)) return asObject(value);
  let defect: JsonDefect | undefined;
  scan(text, ({ path, offset, token, duplicate }) => {
    const code = duplicate
      ? "DUPLICATE_KEY"
      : path.length > maxDepth
        ? "TOO_DEEP"
        : NUMBER.test(token) && !isLetThrough(token, path)
          ? "NUMBER_NOT_HELD"
          : undefined;
    if (code === undefined) return undefined;
    defect = { code, line: lineAt(text, offset), pointer: pointer(path) };
    return "stop";
  });
  if (defect !== undefined) return { defect };
  const lone = SURROGATE_ESCAPE.test(text) ? loneSurrogate(value, []) : undefined;
  if (lone !== undefined) {
    const at = pointer(lone);
    return { defect: { code: "LONE_SURROGATE", line: lineOf(text, at) ?? 1, pointer: at } };
  }
  return asObject(value);
}

function asObject(value: Json): ReadResult {
  return isObject(value) ? { value } : { defect: { code: "NOT_AN_OBJECT", line: 1 } };
}

/**
 * Whether the text is just what a printer makes of the value, indented by two, in Unicode or in ASCII: then no key
 * occurs twice and no other check is needed. Most files of a snapshot are like this, and the check is native.
 */
function isPrinted(text: string, value: Json, maxDepth: number): boolean {
  // Printing costs far more than the text where that is long, or deep and all in one line.
  if (text.length > MAX_PRINTED || !text.startsWith("{\n") || isDeeper(value, maxDepth)) return false;
  if (SURROGATE_ESCAPE.test(text) || /\d{16}|[eE][+-]?\d/.test(text)) return false;
  const printed = JSON.stringify(value, null, 2);
  const length = text.endsWith("\n") ? text.length - 1 : text.length;
  if (length === printed.length) return text.startsWith(printed);
  const ascii = printed.replace(/[\u0080-\uffff]/g, unicodeEscape);
  return length === ascii.length && text.startsWith(ascii);
}

const MAX_PRINTED = 2 ** 18;

/** Whether any value is nested more than `levels` below this one. */
export function isDeeper(value: Json, levels: number): boolean {
  if (levels < 0) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values<Json>(value).some((child) => isDeeper(child, levels - 1));
}

/** Whether the value's text would have more than `size` UTF-16 units. It is made only where that is in doubt. */
export function isLarger(value: Json, size: number): boolean {
  if (roomLeft(value, size) >= 0) return false;
  try {
    return JSON.stringify(value).length > size;
  } catch (error) {
    if (error instanceof RangeError) return true; // more than a text can hold
    throw error;
  }
}

/** What is left of `room` when every unit is written as an escape; below zero, it may not have sufficed. */
function roomLeft(value: Json, room: number): number {
  if (typeof value === "string") return room - 6 * value.length - 3;
  if (typeof value !== "object" || value === null) return room - 26;
  let left = room - 3;
  for (const key of Object.keys(value)) {
    left = roomLeft((value as JsonObject)[key] as Json, left - 6 * key.length - 3);
    if (left < 0) break;
  }
  return left;
}

/** The line on which the value at `at` (RFC 6901) begins, or undefined when the text has no such place. */
export function lineOf(text: string, at: string): number | undefined {
  let line: number | undefined;
  scan(text, ({ path, offset }) => {
    if (pointer(path) !== at) return undefined;
    line = lineAt(text, offset);
    return "stop";
  });
  return line;
}

/**
 * The values at the wanted places of a JSON text, by pointer, each as it is spelled: a number's digits are lost in
 * its value.
 */
export function spellings(
  text: string,
  isWanted: (path: readonly (string | number)[], token: string) => boolean,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  scan(text, ({ path, offset, token }) => {
    if (isWanted(path, token)) found.set(pointer(path), text.slice(offset, endOfValue(text, offset)));
    return undefined;
  });
  return found;
}

/** The offset directly after the value that begins at `start`; if the value has no end, the end of the text. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  let offset = start;
  do {
    TOKEN.lastIndex = offset;
    const token = TOKEN.exec(text)?.[1];
    offset = token === '"' ? endOfString(text, TOKEN.lastIndex - 1) : TOKEN.lastIndex;
    if (offset <= start) return text.length;
    if (token === "{" || token === "[") depth++;
    if (token === "}" || token === "]") depth--;
  } while (depth > 0);
  return offset;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i !== -1 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

/** `lineAt` for many offsets of one text. */
export function lineFinder(text: string): (offset: number) => number {
  const breaks: number[] = [];
  for (let i = text.indexOf("\n"); i !== -1; i = text.indexOf("\n", i + 1)) breaks.push(i);
  return (offset) => {
    let [low, high] = [0, breaks.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

/** The line on which each value of a JSON text begins, by pointer: `lineOf` for many places of one text. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const find = lineFinder(text);
  scan(text, ({ path, offset }) => {
    const at = pointer(path);
    if (!lines.has(at)) lines.set(at, find(offset));
    return undefined;
  });
  return lines;
}

export function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

interface Visit {
  readonly path: readonly (string | number)[];
  /** Where the value begins; for a duplicate key, where the second key begins. */
  readonly offset: number;
  /** The text of a number or a word; one character for anything else. */
  readonly token: string;
  readonly duplicate: boolean;
}

interface Frame {
  readonly keys: Set<string> | null;
  index: number;
}

const TOKEN = /[ \t\n\r]*(?:(["[\]{},:])|(-?\d[\d.eE+-]*|true|false|null))/y;

/** Visits every value of a JSON text in order. */
function scan(text: string, visit: (at: Visit) => "stop" | undefined): void {
  const path: (string | number)[] = [];
  const frames: Frame[] = [];
  let offset = 0;
  let key: string | undefined;
  for (;;) {
    TOKEN.lastIndex = offset;
    const match = TOKEN.exec(text);
    if (match === null) return;
    const end = TOKEN.lastIndex;
    const token = (match[1] ?? match[2]) as string;
    const start = end - token.length;
    const frame = frames.at(-1);
    offset = token === '"' ? endOfString(text, start) : end;
    if (offset === -1) return;
    if (token === "]" || token === "}") {
      frames.pop();
      if (frame?.keys?.size !== 0) path.pop();
      key = "";
    } else if (token === ",") {
      path.pop();
      if (frame !== undefined && frame.keys === null) path.push(++frame.index);
      key = undefined;
    } else if (token === '"' && frame?.keys && key === undefined) {
      key = JSON.parse(text.slice(start, offset)) as string;
      path.push(key);
      if (frame.keys.has(key) && visit({ path, offset: start, token, duplicate: true }) === "stop") return;
      frame.keys.add(key);
    } else if (token !== ":") {
      if (visit({ path, offset: start, token, duplicate: false }) === "stop") return;
      if (token === "[" || token === "{") {
        const isArray = token === "[";
        frames.push({ keys: isArray ? null : new Set(), index: 0 });
        if (isArray) path.push(0);
        key = undefined;
      }
    }
  }
}

/** The offset directly after the closing quote of the string that begins at `start`, or -1. */
export function endOfString(text: string, start: number): number {
  for (let i = text.indexOf('"', start + 1); i !== -1; i = text.indexOf('"', i + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(i - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return i + 1;
  }
  return -1;
}

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/** Where a string or key is not well-formed UTF-16, so that it has no canonical form. */
function loneSurrogate(value: Json, path: (string | number)[]): (string | number)[] | undefined {
  if (typeof value === "string") return value.isWellFormed() ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, child] of Object.entries<Json>(value)) {
    if (!key.isWellFormed()) return path;
    const found = loneSurrogate(child, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

const NUMBER = /^[-\d]/;

/** The first line whose bytes are not UTF-8. */
export function lineOfInvalidUtf8(bytes: Uint8Array): number {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(0x0a, start);
    if (!isUtf8(bytes.subarray(start, end === -1 ? undefined : end)) || end === -1) return line;
    line++;
    start = end + 1;
  }
}

/** The path of the first difference between two values, or undefined if they are equal. */
export function firstDifference(
  a: Json,
  b: Json,
  path: readonly (string | number)[] = [],
): (string | number)[] | undefined {
  if (jsonEqual(a, b)) return undefined;
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    const pairs = a.map((item: Json, i): readonly [Json, Json] => [item, b[i]]);
    const index = pairs.findIndex(([left, right]) => !jsonEqual(left, right));
    const pair = pairs[index];
    return pair === undefined ? [...path] : firstDifference(...pair, [...path, index]);
  }
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
    for (const key of keys) {
      const [left, right] = [own(a, key), own(b, key)];
      if (left === undefined || right === undefined) return [...path, key];
      const deeper = firstDifference(left, right, [...path, key]);
      if (deeper !== undefined) return deeper;
    }
  }
  return [...path];
}

/** The value with every object's members in canonical order; the value itself when they already are. */
export function inCanonicalOrder<T extends Json>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  return (Array.isArray(value) ? orderedItems(value) : orderedMembers(value as JsonObject)) as T;
}

function orderedItems(items: readonly Json[]): readonly Json[] {
  let changed: Json[] | undefined;
  items.forEach((item, i) => {
    const ordered = inCanonicalOrder(item);
    if (ordered === item) return;
    changed ??= [...items];
    changed[i] = ordered;
  });
  return changed ?? items;
}

function orderedMembers(object: JsonObject): JsonObject {
  const keys = Object.keys(object);
  let isOrdered = true;
  let changed: Map<string, Json> | undefined;
  keys.forEach((key, i) => {
    if (i > 0 && (keys[i - 1] as string) > key) isOrdered = false;
    const value = object[key] as Json;
    const ordered = inCanonicalOrder(value);
    if (ordered === value) return;
    changed ??= new Map();
    changed.set(key, ordered);
  });
  if (isOrdered && changed === undefined) return object;
  const made: MutableJson = {};
  for (const key of keys.sort()) setOwn(made, key, changed?.get(key) ?? (object[key] as Json));
  return made;
}
