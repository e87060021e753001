/**
 * JSON values as the Python reference treats them: its equality, its truth and its integers. Data that it has written is
 * found again only when these agree.
 */

import { isObject, type Json, type JsonObject, own } from "../json/value.ts";

export { canonicalPython, pythonNumber } from "../json/python-canonical.ts";

/** Equality in which true is 1 and false is 0; otherwise type and value, member order aside. */
export function pythonEqual(a: Json, b: Json): boolean {
  const left = typeof a === "boolean" ? Number(a) : a;
  const right = typeof b === "boolean" ? Number(b) : b;
  if (left === right) return true;
  if (Array.isArray(left)) {
    return (
      Array.isArray(right) &&
      left.length === right.length &&
      left.every((item, i) => pythonEqual(item, right[i] as Json))
    );
  }
  return isObject(left) && isObject(right) && sameMembers(left, right);
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
/** White space as Python has it, but for the ASCII separators, which `int()` does not skip either. */
const SPACE = "(?:[^\\S\\ufeff]|\\x85)";
const INTEGER = new RegExp(`^${SPACE}*([+-]?\\d+(?:_\\d+)*)${SPACE}*$`);
const SPACES = new RegExp(`${SPACE}+`);

/** What `int()` makes of the value, cutting a fraction off; undefined when it refuses. */
export function pythonInt(value: Json): bigint | undefined {
  if (typeof value === "boolean") return BigInt(value);
  if (typeof value === "number") return BigInt(Math.trunc(value));
  if (typeof value !== "string") return undefined;
  const digits = INTEGER.exec(value)?.[1]?.replaceAll("_", "");
  return digits === undefined || digits.length > MAX_DIGITS ? undefined : BigInt(digits);
}

/** What `split()` makes of the text. */
export function pythonWords(text: string): readonly string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

function sameMembers(a: JsonObject, b: JsonObject): boolean {
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => {
      const other = own(b, key);
      return other !== undefined && pythonEqual(a[key] as Json, other);
    })
  );
}
