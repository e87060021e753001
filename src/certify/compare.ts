/** Is a value what was expected of it? Where it is not, every place at which the two part. */

import { isObject, type Json, type JsonObject, own, pointer } from "../json.ts";

/** One place where what was found is not what was expected. */
export interface Difference {
  /** JSON Pointer. */
  readonly at: string;
  /** Absent where nothing should be. */
  readonly expected?: Json;
  /** Absent where nothing is. */
  readonly found?: Json;
}

export type Path = readonly (string | number)[];

/** Stands in an expectation for any value. */
export const ANY = "«any»";

/** An object with at least these members. */
export function subset(members: JsonObject): JsonObject {
  return { [SUBSET]: members };
}

const SUBSET = "«subset»";
const ONE_OF = "«oneof»";

/**
 * Where `found` is not what `wanted` allows; nothing where it is. `wanted` may hold the markers `"«any»"`,
 * `{"«oneof»":[…]}` and `{"«subset»":{…}}`; everything else goes by value, the order of members aside.
 */
export function compare(wanted: Json, found: Json | undefined, at: Path): readonly Difference[] {
  if (found === undefined) return [{ at: pointer(at), expected: wanted }];
  if (wanted === ANY || wanted === found) return [];
  const choices = isObject(wanted) ? own(wanted, ONE_OF) : undefined;
  if (Array.isArray(choices) && choices.some((one: Json) => isMatch(one, found))) return [];
  const part = isObject(wanted) ? own(wanted, SUBSET) : undefined;
  if (isObject(part) && isObject(found)) return compareMembers(Object.keys(part), part, found, at);
  if (Array.isArray(wanted) && Array.isArray(found)) return compareLists(wanted, found, at);
  if (isObject(wanted) && isObject(found) && choices === undefined && part === undefined) {
    return compareMembers([...new Set([...Object.keys(wanted), ...Object.keys(found)])], wanted, found, at);
  }
  return [{ at: pointer(at), expected: wanted, found }];
}

function isMatch(wanted: Json, found: Json): boolean {
  return compare(wanted, found, []).length === 0;
}

function compareMembers(
  names: readonly string[],
  wanted: JsonObject,
  found: JsonObject,
  at: Path,
): readonly Difference[] {
  return names.flatMap((name) => compareOne(own(wanted, name), own(found, name), [...at, name]));
}

function compareOne(wanted: Json | undefined, found: Json | undefined, at: Path): readonly Difference[] {
  if (wanted !== undefined) return compare(wanted, found, at);
  return found === undefined ? [] : [{ at: pointer(at), found }];
}

/** Items in order. Where the lists are of different length, what both begin and end with is no difference. */
function compareLists(wanted: readonly Json[], found: readonly Json[], at: Path): readonly Difference[] {
  const isUneven = wanted.length !== found.length;
  const start = isUneven ? commonStart(wanted, found) : 0;
  const end = isUneven ? commonStart(wanted.slice(start).reverse(), found.slice(start).reverse()) : 0;
  const [left, right] = [wanted.slice(start, wanted.length - end), found.slice(start, found.length - end)];
  const length = Math.max(left.length, right.length);
  return Array.from({ length }, (_, i) => compareOne(left[i], right[i], [...at, start + i])).flat();
}

function commonStart(wanted: readonly Json[], found: readonly Json[]): number {
  const parting = wanted.findIndex((one, i) => i >= found.length || !isMatch(one, found[i] as Json));
  return parting === -1 ? wanted.length : parting;
}
