/** Is a value what was expected of it? Where it is not, every place at which the two part. */

import { type ClassifyDifference, differing, isMatch, jsonDifferences, type Path } from "../../json/diff.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";

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

/** Stands in a subset for a member that must not be there. */
export const ABSENT = "«absent»";

const SUBSET = "«subset»";
const ONE_OF = "«oneof»";
const EXACT = "«exact»";
const CONTAINS = "«contains»";
const COUNT = "«count»";

const marking = (name: string) => (value: Json) => ({ [name]: value });

/** An object with at least these members. */
export const subset = marking(SUBSET);

/** One of these values. */
export const oneOf = marking(ONE_OF);

/** The value itself: what stands in it marks nothing. */
export const exactly = marking(EXACT);

/** A list in which each of these values stands somewhere. */
export const containing = marking(CONTAINS);

/** A list of so many items, or an object of so many members. */
export const counting = marking(COUNT);

/**
 * Where `found` is not what `wanted` allows; nothing where it is. `wanted` may hold the markers `"«any»"`,
 * `{"«oneof»":[…]}`, `{"«subset»":{…}}` and the others above; everything else goes by value, the order of members
 * aside.
 */
export function compare(wanted: Json, found: Json | undefined, at: Path): readonly Difference[] {
  return jsonDifferences(wanted, found, at, judge).map(({ at: place, a, b }) => ({
    at: place,
    ...(a === undefined ? {} : { expected: a }),
    ...(b === undefined ? {} : { found: b }),
  }));
}

type MarkerJudge = (asked: Json, found: Json, wanted: JsonObject, at: Path) => ReturnType<ClassifyDifference>;

const JUDGES: Readonly<Record<string, MarkerJudge>> = {
  [ONE_OF](asked, found, wanted, at) {
    const isChosen = Array.isArray(asked) && asked.some((one: Json) => isMatch(one, found, judge));
    return isChosen ? [] : [differing(wanted, found, at)];
  },
  [SUBSET](asked, found, wanted, at) {
    if (!isObject(asked) || !isObject(found)) return [differing(wanted, found, at)];
    const absent = Object.keys(asked).filter((name) => asked[name] === ABSENT);
    const wrong = absent.filter((name) => Object.hasOwn(found, name));
    const present = Object.keys(asked).filter((name) => asked[name] !== ABSENT);
    return [
      ...jsonDifferences(pick(asked, present), pick(found, present), at, judge),
      ...wrong.map((name) => differing(undefined, own(found, name), [...at, name])),
    ];
  },
  [EXACT]: (asked, found, _, at) => jsonDifferences(asked, found, at, () => undefined),
  [CONTAINS](asked, found, wanted, at) {
    if (!Array.isArray(asked) || !Array.isArray(found)) return [differing(wanted, found, at)];
    const missing = asked.filter((one: Json) => !found.some((item: Json) => isMatch(one, item, judge)));
    return missing.length === 0 ? [] : [differing({ [CONTAINS]: missing }, found, at)];
  },
  [COUNT](asked, found, wanted, at) {
    const isCounted = typeof found === "object" && found !== null;
    const count = isCounted ? Object.keys(found).length : undefined;
    if (count === asked) return [];
    return [differing(wanted, count === undefined ? found : { [COUNT]: count }, at)];
  },
};

/** Whether an object of an expectation stands for something else than an object of its members. */
export function isMatcherValue(wanted: JsonObject): boolean {
  return Object.keys(wanted).some((name) => Object.hasOwn(JUDGES, name));
}

const judge: ClassifyDifference = (wanted, found, at) => {
  if (wanted === ANY) return [];
  if (!isObject(wanted)) return undefined;
  for (const [name, given] of Object.entries(wanted)) {
    const judged = Object.hasOwn(JUDGES, name) ? JUDGES[name] : undefined;
    if (judged !== undefined) return judged(given, found, wanted, at);
  }
  return undefined;
};

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([name]) => names.includes(name)));
}
