/** What may stand in an expectation in place of a plain value, and what an object stands for there. */

import { isObject, type Json, type JsonObject } from "../../json/value.ts";
import { isSuppressed, secretInName } from "../../trace/event.ts";
import { ABSENT, ANY, containing, counting, exactly, isMatcherValue, oneOf, subset } from "./compare.ts";

const MARKERS: Readonly<Record<string, (given: Json) => Json>> = {
  $any: () => ANY,
  $absent: () => ABSENT,
  $exact: (given) => exactly(given),
  $one_of: (given) => oneOf(listOf(given).map((one) => toExpected(one))),
  $contains: (given) => containing(listOf(given).map((one) => toExpected(one))),
  $count: (given) => counting(given),
};

/** Whether the value is `{"$any": true}` or another marker. */
export function isMatcher(value: Json | undefined): boolean {
  return isObject(value) && matcherIn(value) !== undefined;
}

/** Makes what the marker stands for; undefined where the object is no marker. */
function matcherIn(value: JsonObject): (() => Json) | undefined {
  const [[name, given] = ["", null], ...others] = Object.entries(value);
  const make = Object.hasOwn(MARKERS, name) ? MARKERS[name] : undefined;
  return make === undefined || others.length > 0 ? undefined : () => make(given);
}

/** As the comparison takes it: of an object only the listed members count, at any depth. */
export function toExpected(authored: Json): Json {
  if (Array.isArray(authored)) return authored.map((item: Json) => toExpected(item));
  if (authored === ANY || authored === ABSENT) return exactly(authored);
  if (!isObject(authored)) return authored;
  if (isMatcherValue(authored)) return exactly(authored);
  const matcher = matcherIn(authored);
  if (matcher !== undefined) return matcher();
  return subset(Object.fromEntries(Object.entries(authored).map(([name, value]) => [name, toExpected(value)])));
}

/**
 * The expectation that is met by the value found: where the value has the form of a marker, or a text that the
 * comparison reads as one, it is marked as exactly that. What is suppressed may be anything; a name that is, is left out.
 */
export function toAuthored(found: Json): Json {
  if (isSuppressed(found)) return { $any: true };
  if (Array.isArray(found)) return found.map((item: Json) => toAuthored(item));
  if (found === ANY || found === ABSENT) return { $exact: found };
  if (!isObject(found)) return found;
  if (isMatcher(found) || isMatcherValue(found)) return { $exact: found };
  const members = Object.entries(found).filter(([name]) => secretInName(name) === undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, toAuthored(member)]));
}

const SHOWN: Readonly<Record<string, string>> = {
  "«oneof»": "$one_of",
  "«contains»": "$contains",
  "«count»": "$count",
};

/** An expectation of the comparison as the author wrote it. */
export function asAuthored(expected: Json): Json {
  if (expected === ANY) return { $any: true };
  if (expected === ABSENT) return { $absent: true };
  if (Array.isArray(expected)) return expected.map((item: Json) => asAuthored(item));
  if (!isObject(expected)) return expected;
  const [[name, given] = ["", null]] = Object.entries(expected);
  if (!isMatcherValue(expected)) return mapped(expected);
  const shown = SHOWN[name];
  return shown === undefined ? asAuthored(given) : { [shown]: asAuthored(given) };
}

function mapped(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, asAuthored(member)]));
}

function listOf(given: Json): readonly Json[] {
  return Array.isArray(given) ? given : [given];
}
