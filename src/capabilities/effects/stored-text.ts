/** Stored values as text, every digit of a long integer kept. */

import { StoreFault } from "../../faults.ts";
import { type Json, type JsonObject, unicodeEscape } from "../../json.ts";
import { SIZE } from "../../limits.ts";

/** How the language prints a long integer, rounded or with an exponent, although the double holds it exactly. */
const LONG = /\d{17}|\de\+/;

/**
 * JSON text in which every integer has all its digits: a rounded one would be another number to the Python
 * runtimes, and is refused when a store is read.
 */
export function toStoredText(value: Json, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  if (!LONG.test(text)) return text;
  let mark = "#";
  while (text.includes(mark)) mark += "#";
  const marked = JSON.stringify(value, (_, part) => (isLong(part) ? mark + BigInt(part) : part), indent);
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}

function isLong(part: unknown): part is number {
  return Number.isInteger(part) && Math.abs(part as number) >= 1e16;
}

const NOT_PLAIN = /[\u007f-\uffff]/g;

/**
 * The line in ASCII, so that readers which split at other line separators, or assume another encoding, find what
 * was written. @throws StoreFault for one that no reader would take
 */
export function asciiLine(line: JsonObject, file: string): string {
  return readable(file, () => toStoredText(line).replace(NOT_PLAIN, unicodeEscape));
}

/** Two-space indent and no newline at the end, as the Python runtimes write it. @throws StoreFault */
export function documentText(value: JsonObject, file: string): string {
  return readable(file, () => toStoredText(value, 2));
}

function readable(file: string, make: () => string): string {
  try {
    const text = make();
    if (text.length <= SIZE.text) return text;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // more than a text can hold
  }
  throw new StoreFault("UNWRITABLE", { file, errno: "EFBIG" });
}
