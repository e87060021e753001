/**
 * JSON values as the Python reference treats them: its equality, its truth, its numbers and its words. Data that it has
 * written is found again only when these agree.
 */

import { canonicalPython } from "../json/python-canonical.ts";
import { isObject, type Json } from "../json/value.ts";

/** Equal for values that `pythonEqual` calls equal, and for no others. */
export function pythonKey(value: Json): string {
  return canonicalPython(withoutBooleans(value));
}

function withoutBooleans(value: Json): Json {
  if (typeof value === "boolean") return Number(value);
  if (Array.isArray(value)) return value.map(withoutBooleans);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutBooleans(member)]));
}

/** Whether a condition on the value alone would hold: null, false, 0, "", [] and {} are false. */
export function isTruthy(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length > 0;
  return isObject(value) ? Object.keys(value).length > 0 : Boolean(value);
}

/** The value as an integer, true counting as 1 and false as 0; undefined when it is none. */
export function asInteger(value: Json | undefined): number | undefined {
  if (typeof value === "boolean") return Number(value);
  return Number.isInteger(value) ? (value as number) : undefined;
}

/** The integer as a double, or undefined when a double would round it. */
export function held(value: bigint): number | undefined {
  const double = Number(value);
  return Number.isFinite(double) && BigInt(double) === value ? double : undefined;
}

/** The sum, exact for integers; undefined when it is an integer that a double would round. */
export function heldSum(a: number, b: number): number | undefined {
  const sum = a + b;
  if (!Number.isInteger(a) || !Number.isInteger(b) || Number.isSafeInteger(sum)) return sum;
  return held(BigInt(a) + BigInt(b));
}

/** As many digits as Python reads. */
const MAX_DIGITS = 4300;
/** White space that `int()` skips: all that Python has but for the ASCII separators. */
const SPACE = "(?:[^\\S\\ufeff]|\\x85)";
const PADDING = new RegExp(`^${SPACE}+|${SPACE}+$`, "g");
const INTEGER = /^[+-]?\d+(?:_\d+)*$/;
const DECIMAL = /^[+-]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const NOT_A_NUMBER = /^[+-]?nan$/i;
const SPACES = new RegExp(`(?:${SPACE}|[\\x1c-\\x1f])+`);
const STRIPPED = new RegExp(`^${SPACES.source}|${SPACES.source}$`, "g");

/** What `int()` makes of the value, cutting a fraction off; undefined when it refuses. */
export function pythonInt(value: Json): bigint | undefined {
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value === "number") return BigInt(Math.trunc(value));
  if (typeof value !== "string") return undefined;
  const text = numeral(value);
  const digits = text.replaceAll("_", "");
  return INTEGER.test(text) && digits.length <= MAX_DIGITS ? BigInt(digits) : undefined;
}

/** What `float()` makes of the text; undefined when it refuses. */
export function pythonFloat(value: string): number | undefined {
  const text = numeral(value);
  if (DECIMAL.test(text)) return Number(text.replaceAll("_", ""));
  const infinite = INFINITE.exec(text);
  if (infinite !== null) return infinite[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return NOT_A_NUMBER.test(text) ? Number.NaN : undefined;
}

/** The text without white space around it, its decimal digits of any script in ASCII. */
function numeral(text: string): string {
  return text.replace(PADDING, "").replace(/(?![0-9])\p{Nd}/gu, asciiDigit);
}

/** Digits of a script are ten neighbours, or several times ten, from zero on. */
function asciiDigit(digit: string): string {
  const point = digit.codePointAt(0) as number;
  let zero = point;
  while (/^\p{Nd}$/u.test(String.fromCodePoint(zero - 1))) zero--;
  return String((point - zero) % 10);
}

/** What `split()` makes of the text. */
export function pythonWords(text: string): readonly string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

/** What `strip()` makes of the text. */
export function pythonStrip(text: string): string {
  return text.replace(STRIPPED, "");
}

/** Whether the text is empty or white space alone. */
export function isBlank(text: string): boolean {
  return pythonWords(text).length === 0;
}
