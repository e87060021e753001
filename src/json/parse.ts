/** Strict reading of JSON text: what a double cannot hold, a name that comes twice or a lone surrogate is a defect. */

import { isUtf8 } from "node:buffer";
import { DEPTH } from "./limits.ts";
import { isExactNumber } from "./number.ts";
import { pointer } from "./pointer.ts";
import { syntaxFlaw } from "./syntax-error.ts";
import { lineAt, lineOf, lineOfInvalidUtf8, scan, utf8 } from "./text.ts";
import { isObject, type Json, type JsonObject } from "./value.ts";

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
  const read = readText(text, maxDepth, isLetThrough);
  if ("defect" in read) return read;
  return isObject(read.value) ? { value: read.value } : { defect: { code: "NOT_AN_OBJECT", line: 1 } };
}

/** The same of a text that may hold any value. */
export function readText(
  text: string,
  maxDepth: number = DEPTH.document,
  isLetThrough: NumberRule = isExactNumber,
): { readonly value: Json } | { readonly defect: JsonDefect } {
  let value: Json;
  try {
    value = JSON.parse(text) as Json;
  } catch {
    if (text.startsWith(BYTE_ORDER_MARK)) return { defect: { code: "BYTE_ORDER_MARK", line: 1 } };
    const conflict = CONFLICT.exec(text);
    if (conflict !== null) return { defect: { code: "CONFLICT_MARKERS", line: lineAt(text, conflict.index) } };
    return { defect: { code: "NOT_JSON", line: lineAt(text, syntaxFlaw(text).offset) } };
  }
  if (isPlain(text, value, maxDepth)) return { value };
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
  return { value };
}

/**
 * Whether a text of this value is certain to have no other defect; false where that needs a closer look. Nearly every
 * text is like this, and the look costs a fraction of a `scan`: a text has at least as many names as its value has
 * members, and as many only where none occurs twice.
 */
function isPlain(text: string, value: Json, maxDepth: number): boolean {
  if (SURROGATE_ESCAPE.test(text)) return false;
  const counts = { members: 0, zeros: 0 };
  if (!isOrdinary(value, maxDepth, counts)) return false;
  return counts.members === countNames(text) && !(counts.zeros > 0 && PERHAPS_NOT_ZERO.test(text));
}

/** A number that may be too small for a double. */
const PERHAPS_NOT_ZERO = /[:,[][ \t\n\r]*-?0?(?:\.[\d.]{14}|[\d.]*[eE])/;
/** Below it, a double is the whole number that the text has, or the one next to a fraction. */
const LARGE = 1e15;

/** Counts the members of all objects; false where a value is deeper than `levels` or a number is large. */
function isOrdinary(value: Json, levels: number, counts: { members: number; zeros: number }): boolean {
  if (levels < 0) return false;
  if (typeof value === "number") {
    if (value === 0) counts.zeros++;
    return Math.abs(value) < LARGE;
  }
  if (typeof value !== "object" || value === null) return true;
  if (Array.isArray(value)) return value.every((item: Json) => isOrdinary(item, levels - 1, counts));
  for (const key in value) {
    counts.members++;
    if (!isOrdinary((value as JsonObject)[key] as Json, levels - 1, counts)) return false;
  }
  return true;
}

/** The colons behind a quote. Text in quotes may have some of its own, so there can be more of them than names. */
function countNames(text: string): number {
  let count = 0;
  for (let at = text.indexOf(":"); at !== -1; at = text.indexOf(":", at + 1)) {
    let before = at - 1;
    while (isSpace(text.charCodeAt(before))) before--;
    if (text.charCodeAt(before) === QUOTE) count++;
  }
  return count;
}

const QUOTE = 0x22;
const isSpace = (code: number) => code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;

const SURROGATE_ESCAPE = /\\u[dD][89a-fA-F]/;

/** Where a string or key is not well-formed UTF-16, so that it has no canonical form. */
export function loneSurrogate(value: Json, path: (string | number)[]): (string | number)[] | undefined {
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
