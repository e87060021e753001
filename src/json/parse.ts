/** Strict reading of JSON text: what a double cannot hold, a name that comes twice or a lone surrogate is a defect. */

import { isUtf8 } from "node:buffer";
import { DEPTH } from "./limits.ts";
import { isExactNumber } from "./number.ts";
import { pointer } from "./pointer.ts";
import { syntaxFlaw } from "./syntax-error.ts";
import { lineAt, lineOf, lineOfInvalidUtf8, scan, unicodeEscape, utf8 } from "./text.ts";
import { isDeeper, isObject, type Json, type JsonObject } from "./value.ts";

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
  if (isPrinted(text, value, maxDepth)) return { value };
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
 * Whether the text is just what a printer makes of the value, indented by two, in Unicode or in ASCII: then no key
 * occurs twice and no other check is needed. Most files of a snapshot are like this, and the check is native.
 */
function isPrinted(text: string, value: Json, maxDepth: number): boolean {
  // Printing costs far more than the text where that is long, or deep and all in one line.
  if (text.length > MAX_PRINTED || !text.startsWith("{\n") || isDeeper(value, maxDepth)) return false;
  if (SURROGATE_ESCAPE.test(text) || LONG_NUMBER.test(text)) return false;
  const printed = JSON.stringify(value, null, 2);
  const length = text.endsWith("\n") ? text.length - 1 : text.length;
  if (length === printed.length) return text.startsWith(printed);
  const ascii = printed.replace(/[\u0080-\uffff]/g, unicodeEscape);
  return length === ascii.length && text.startsWith(ascii);
}

const MAX_PRINTED = 2 ** 18;

/** Numbers of such a text that a double may not hold: whole ones of 16 digits or more, which follow a space in it. */
const LONG_NUMBER = / -?\d{16}|\de\+\d/;

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
