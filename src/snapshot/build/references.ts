/** The names that a Machine block mentions. */

import { isObject, type Json, type JsonObject, objectAt, own } from "../../json/value.ts";
import { type Fqdn, isFqdn } from "../fqdn.ts";
import type { Path } from "../hint.ts";

/** A full name in a Machine block: a value, or the key of a member. */
export interface Mention {
  readonly name: Fqdn;
  readonly path: Path;
  readonly part: "key" | "value";
}

/** Every text of the block that is a full name. */
export function* mentionsIn(value: Json, path: Path = []): Generator<Mention> {
  if (typeof value === "string") {
    if (isFqdn(value)) yield { name: value, path, part: "value" };
  } else if (isObject(value)) {
    for (const [key, child] of Object.entries(value)) {
      if (isFqdn(key)) yield { name: key, path: [...path, key], part: "key" };
      yield* mentionsIn(child, [...path, key]);
    }
  } else if (Array.isArray(value)) {
    for (const [i, child] of value.entries()) yield* mentionsIn(child, [...path, i]);
  }
}

/** Members whose text, or list of texts, is a reference in the artifacts of a tree of modules. */
const SINGLE: ReadonlySet<string> = new Set([
  "vocabulary_id",
  "governed_by",
  "structure",
  "runtime_binding",
  "transform",
]);
const LISTS: ReadonlySet<string> = new Set(["transforms", "side_effects", "consults"]);

/** The references of an artifact in a tree of modules: those of some members alone, whether there is such an artifact or not. */
export function moduleReferences(block: JsonObject, self: string): readonly string[] {
  const found = new Set<string>([
    ...referencesIn(block),
    ...Object.keys(objectAt(objectAt(block, "core"), "bindings")),
  ]);
  return [...found].filter((name) => name.includes("::") && name !== self).sort();
}

function* referencesIn(value: Json): Generator<string> {
  if (Array.isArray(value)) for (const item of value) yield* referencesIn(item);
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const child = own(value, key) ?? null;
    if (typeof child === "string" && SINGLE.has(key)) yield child;
    if (Array.isArray(child) && (SINGLE.has(key) || LISTS.has(key)))
      for (const item of child as readonly Json[]) if (typeof item === "string") yield item;
    yield* referencesIn(child);
  }
}
