/** JSON files of a workspace. */

import { unicodeEscape } from "../../json/text.ts";
import { isObject, type Json, type JsonObject, type MutableJson, setOwn } from "../../json/value.ts";
import type { TreeForm } from "./identity.ts";

/** As this project writes JSON: with a line feed at the end. */
export function print(value: JsonObject, isSorted = true): string {
  return `${JSON.stringify(isSorted ? withSortedKeys(value) : value, null, 2)}\n`;
}

export function withSortedKeys(value: JsonObject): JsonObject;
export function withSortedKeys(value: Json): Json;
export function withSortedKeys(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withSortedKeys(item));
  if (!isObject(value)) return value;
  const sorted: MutableJson = {};
  for (const key of Object.keys(value).sort()) setOwn(sorted, key, withSortedKeys(value[key] as Json));
  return sorted;
}

/** The graph of a workflow: its members have an order of their own, except in a tree of modules. */
export function printGraph(graph: JsonObject, form: TreeForm): string {
  if (form !== "assembled") return print(graph, form === "own");
  return JSON.stringify(graph, null, 2).replace(/[\u007f-\uffff]/g, unicodeEscape);
}
