/** JSON text: where a value is in it, how it is spelled, which line that is. */

import { isUtf8 } from "node:buffer";
import { DEPTH } from "./limits.ts";
import { isAt, parsePointer, pointer } from "./pointer.ts";
import { isObject, type Json, own } from "./value.ts";

/** The value at the end of a path of names and indexes; undefined where there is none. */
export function valueAt(value: Json | undefined, path: Iterable<string | number>): Json | undefined {
  let found = value;
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

/** A UTF-16 unit as JSON escapes it. */
export function unicodeEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** The text in quotes, in ASCII alone: as Python writes it by default, DEL escaped too. */
export function quoteAscii(text: string): string {
  return JSON.stringify(text).replace(/[\u007f-\uffff]/g, unicodeEscape);
}

/** The line on which the value at `at` (RFC 6901) begins, or undefined when the text has no such place. */
export function lineOf(text: string, at: string): number | undefined {
  const parts = parsePointer(at);
  let line: number | undefined;
  scan(text, ({ path, offset }) => {
    if (!isAt(path, parts)) return undefined;
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

/** The line on which each value of a JSON text begins, by pointer, down to the depth that any document may have. */
export function linesOf(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const find = lineFinder(text);
  scan(text, ({ path, offset }) => {
    if (path.length > DEPTH.document) return undefined;
    const at = pointer(path);
    if (!lines.has(at)) lines.set(at, find(offset));
    return undefined;
  });
  return lines;
}

/** For sorting: by UTF-16 code units, whatever the locale. */
export function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
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
export function scan(text: string, visit: (at: Visit) => "stop" | undefined): void {
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
