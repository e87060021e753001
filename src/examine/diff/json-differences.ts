/** Every place at which two JSON values differ, lists aligned by what their items are called. */

import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import type { Path } from "../../snapshot/hint.ts";

export interface JsonDifference {
  readonly change: "added" | "removed" | "changed";
  /** The deepest place that still differs as a whole: in the first value where it is removed, else in the second. */
  readonly path: Path;
  /** The same place by name: an item of a list under what it is called instead of its index. */
  readonly names: readonly string[];
  readonly a?: Json;
  readonly b?: Json;
}

interface Place {
  readonly path: Path;
  readonly names: readonly string[];
}

export function* jsonDifferences(
  a: Json,
  b: Json,
  at: Place = { path: [], names: [] },
): Generator<JsonDifference> {
  if (jsonEqual(a, b)) return;
  if (isObject(a) && isObject(b)) yield* ofObjects(a, b, at);
  else if (Array.isArray(a) && Array.isArray(b)) yield* ofLists(a, b, at);
  else yield { change: "changed", ...at, a, b };
}

const below = ({ path, names }: Place, part: string | number, name = String(part)): Place => ({
  path: [...path, part],
  names: [...names, name],
});

function* ofObjects(a: JsonObject, b: JsonObject, at: Place): Generator<JsonDifference> {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    yield* ofItems(own(a, key), own(b, key), below(at, key));
  }
}

function* ofItems(a: Json | undefined, b: Json | undefined, at: Place): Generator<JsonDifference> {
  if (a !== undefined && b !== undefined) yield* jsonDifferences(a, b, at);
  else if (a !== undefined) yield { change: "removed", ...at, a };
  else if (b !== undefined) yield { change: "added", ...at, b };
}

/** By name where each item has one of its own, and then their order is compared too; else by position. */
function* ofLists(a: readonly Json[], b: readonly Json[], at: Place): Generator<JsonDifference> {
  const [before, after] = [namesOf(a), namesOf(b)];
  if (before === null || after === null) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) yield* ofItems(a[i], b[i], below(at, i));
    return;
  }
  const [places, known] = [placesOf(before), placesOf(after)];
  const kept = before.filter((name) => known.has(name));
  const keptAfter = after.filter((name) => places.has(name));
  if (kept.some((name, i) => name !== keptAfter[i])) yield { change: "changed", ...at, a, b };
  /** One that was renamed where it is. */
  const isRenamed = (i: number) =>
    isObject(a[i]) && isObject(b[i]) && !known.has(before[i] ?? "") && !places.has(after[i] ?? "");
  for (const [i, name] of before.entries()) {
    if (!known.has(name) && !isRenamed(i)) yield* ofItems(a[i], undefined, below(at, i, name));
  }
  for (const [i, name] of after.entries()) {
    yield* ofItems(a[isRenamed(i) ? i : (places.get(name) ?? -1)], b[i], below(at, i, name));
  }
}

const placesOf = (names: readonly string[]) => new Map(names.map((name, i) => [name, i]));

/** What the items are called, a step by its name and a plain value by itself; null where that is not unique. */
function namesOf(items: readonly Json[]): readonly string[] | null {
  const names = items.map((item) => {
    const name = isObject(item) ? own(item, "step") : item;
    return typeof name === "object" || name === undefined ? null : String(name);
  });
  const isNamed = names.every((name) => name !== null) && new Set(names).size === names.length;
  return isNamed ? names : null;
}
