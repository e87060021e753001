/** Spellings of numbers: whether a number fits a double, and how to write it without changing it. */

import type { Json, JsonObject } from "./value.ts";

/** A number in decimal: `digits` without zeros at either end, times ten to the `scale`. */
interface Decimal {
  readonly digits: string;
  readonly scale: number;
}

/**
 * A whole number exactly, whatever its spelling; another as the double next to it, unless that is zero (SPEC 4.1,
 * 4.3).
 */
export function isExactNumber(literal: string): boolean {
  // Up to 15 digits every number of this form is.
  if (literal.length < 16 && !/[eE]/.test(literal)) return true;
  const value = Number(literal);
  if (!Number.isFinite(value)) return false;
  const { digits, scale } = decimalOf(literal);
  if (digits === "") return true;
  if (scale < 0) return value !== 0;
  return BigInt(Math.abs(value)) === BigInt(digits) * 10n ** BigInt(scale);
}

/**
 * Whether the text is also the printed form of a double: with an exponent, in the fewest digits that distinguish it
 * from every other double. Such a number is accepted, although its exact value differs.
 */
export function isPrintedNumber(literal: string): boolean {
  if (isExactNumber(literal)) return true;
  const value = Number(literal);
  if (!/[eE]/.test(literal) || !Number.isFinite(value)) return false;
  const [given, printed] = [decimalOf(literal), decimalOf(String(value))];
  return given.digits === printed.digits && given.scale === printed.scale;
}

/** Whether it is how canonical JSON writes a double: 2^60 is 1152921504606847000 there. */
export function isCanonicalNumber(literal: string): boolean {
  return isExactNumber(literal) || String(Number(literal)) === literal;
}

const LITERAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

function decimalOf(literal: string): Decimal {
  const [, whole = "", fraction = "", exponent = "0"] = LITERAL.exec(literal) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  let end = all.length;
  while (all[end - 1] === "0") end--;
  const scale = Number(exponent) - fraction.length + (all.length - end);
  return { digits: all.slice(0, end), scale };
}

/**
 * JSON text in which every integer has all its digits: a rounded one would be another number to the Python
 * runtimes, and is refused when it is read.
 */
export function exactText(value: Json, indent?: number): string {
  const text = JSON.stringify(value, null, indent);
  if (!hasLong(value)) return text;
  let mark = "#";
  while (text.includes(mark)) mark += "#";
  const marked = JSON.stringify(value, (_, part) => (isLong(part) ? mark + BigInt(part) : part), indent);
  return marked.replaceAll(new RegExp(`"${mark}(-?\\d+)"`, "g"), "$1");
}

function hasLong(value: Json): boolean {
  if (typeof value !== "object" || value === null) return isLong(value);
  for (const key in value) if (hasLong((value as JsonObject)[key] as Json)) return true;
  return false;
}

/** JavaScript prints it rounded or with an exponent, although the double is exact. */
function isLong(part: unknown): part is number {
  return Number.isInteger(part) && Math.abs(part as number) >= 1e16;
}
