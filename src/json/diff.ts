/** Every difference between two JSON values. */

import { pointer } from "./pointer.ts";
import { isObject, type Json, type JsonObject, own } from "./value.ts";

/** One difference. */
export interface JsonDifference {
  /** JSON Pointer. */
  readonly at: string;
  /** Absent where the first has nothing. */
  readonly a?: Json;
  /** Absent where the second has nothing. */
  readonly b?: Json;
  /** Why the two need not be the same here: they count as a match. */
  readonly because?: "drawn" | "suppressed";
}

export type Path = readonly (string | number)[];

/** Classifies two unequal values; undefined: compare their members, or report a difference. */
export type ClassifyDifference = (a: Json, b: Json, at: Path) => readonly JsonDifference[] | undefined;

/**
 * The differences of `a` and `b`, as the comparison classifies them, else by value; the order of members does not
 * count.
 */
export function jsonDifferences(
  a: Json | undefined,
  b: Json | undefined,
  at: Path,
  classify: ClassifyDifference,
): readonly JsonDifference[] {
  if (a === b) return [];
  if (a === undefined || b === undefined) return [differing(a, b, at)];
  const classified = classify(a, b, at);
  if (classified !== undefined) return classified;
  if (Array.isArray(a) && Array.isArray(b)) return inLists(a, b, at, classify);
  if (isObject(a) && isObject(b)) return inMembers(a, b, at, classify);
  return [differing(a, b, at)];
}

/** The two as a difference at their place. */
export function differing(a: Json | undefined, b: Json | undefined, at: Path): JsonDifference {
  return { at: pointer(at), ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
}

export function isMatch(a: Json, b: Json, classify: ClassifyDifference): boolean {
  return jsonDifferences(a, b, [], classify).every(({ because }) => because !== undefined);
}

function inMembers(
  a: JsonObject,
  b: JsonObject,
  at: Path,
  classify: ClassifyDifference,
): readonly JsonDifference[] {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.flatMap((name) => jsonDifferences(own(a, name), own(b, name), [...at, name], classify));
}

/** Items in order. For lists of different length, a common beginning and end is not a difference. */
function inLists(
  a: readonly Json[],
  b: readonly Json[],
  at: Path,
  classify: ClassifyDifference,
): readonly JsonDifference[] {
  const isUneven = a.length !== b.length;
  const start = isUneven ? commonStart(a, b, classify) : 0;
  const end = isUneven ? commonStart(a.slice(start).reverse(), b.slice(start).reverse(), classify) : 0;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, i) =>
    jsonDifferences(left[i], right[i], [...at, start + i], classify),
  ).flat();
}

function commonStart(a: readonly Json[], b: readonly Json[], classify: ClassifyDifference): number {
  const parting = a.findIndex((one, i) => i >= b.length || !isMatch(one, b[i] as Json, classify));
  return parting === -1 ? a.length : parting;
}
