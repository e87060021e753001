/** Is a value what was expected of it? Where it is not, every place at which the two part. */

import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { differing, isMatch, type Judge, jsonDifferences, type Path } from "../json-differences.ts";

/** One place where what was found is not what was expected. */
export interface Difference {
  /** JSON Pointer. */
  readonly at: string;
  /** Absent where nothing should be. */
  readonly expected?: Json;
  /** Absent where nothing is. */
  readonly found?: Json;
}

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
  return jsonDifferences(wanted, found, at, judge).map(({ at: place, a, b }) => ({
    at: place,
    ...(a === undefined ? {} : { expected: a }),
    ...(b === undefined ? {} : { found: b }),
  }));
}

const judge: Judge = (wanted, found, at) => {
  if (wanted === ANY) return [];
  if (!isObject(wanted)) return undefined;
  const choices = own(wanted, ONE_OF);
  if (choices !== undefined) {
    const isChosen = Array.isArray(choices) && choices.some((one: Json) => isMatch(one, found, judge));
    return isChosen ? [] : [differing(wanted, found, at)];
  }
  const part = own(wanted, SUBSET);
  if (part === undefined) return undefined;
  if (!isObject(part) || !isObject(found)) return [differing(wanted, found, at)];
  return jsonDifferences(part, pick(found, Object.keys(part)), at, judge);
};

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
