/** Stored values as text that every reader takes. */

import { StoreFault } from "../../errors/ports.ts";
import { SIZE } from "../../json/limits.ts";
import { exactText } from "../../json/number.ts";
import { unicodeEscape } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";

const NOT_PLAIN = /[\u007f-\uffff]/g;

/**
 * The line in ASCII, so that readers which split at other line separators, or assume another encoding, find what
 * was written. @throws StoreFault for one that no reader would take
 */
export function asciiLine(line: JsonObject, file: string): string {
  return readable(file, () => exactText(line).replace(NOT_PLAIN, unicodeEscape));
}

/** Two-space indent and no newline at the end, as the Python runtimes write it. @throws StoreFault */
export function documentText(value: JsonObject, file: string): string {
  return readable(file, () => exactText(value, 2));
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
