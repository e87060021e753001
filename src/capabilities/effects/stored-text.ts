/** Stored values as text, every digit of a long integer kept. */

import { type Json, type JsonObject, unicodeEscape } from "../../json.ts";

/** Digits beyond which the language rounds what it prints, although the double holds the integer exactly. */
const LONG = /\d{17}/;

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

/** From 1e21 on numbers are printed with an exponent and read as they are. */
function isLong(part: unknown): part is number {
  return Number.isInteger(part) && Math.abs(part as number) >= 1e16 && Math.abs(part as number) < 1e21;
}

const NOT_PLAIN = /[\u007f-\uffff]/g;

/**
 * The line in ASCII, so that readers which split at other line separators, or assume another encoding, find what
 * was written.
 */
export function asciiLine(line: JsonObject): string {
  return toStoredText(line).replace(NOT_PLAIN, unicodeEscape);
}
