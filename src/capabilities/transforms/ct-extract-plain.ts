import { isObject, type Json, own, typeOf } from "../../json/value.ts";
import { anything, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

/** A boolean counts as a number, as Python has it. */
const ACCEPTED: ReadonlyMap<Json, readonly string[]> = new Map<Json, readonly string[]>([
  ["string", ["string"]],
  ["number", ["number", "boolean"]],
  ["object", ["object"]],
  ["array", ["array"]],
]);

/** The successor's: its path has no root, only null cannot be looked into, and other words for a type are not checked. */
export const ctExtractPlain = transform({
  code: "capability_transforms::CT_PURE_EXTRACT_V0",
  implementation: "capability_transforms.implementation.ct_pure_extract_v0",
  about: "The value at a dotted path, of the type that is asked for; null when nothing is there.",
  input: { from: anything, path: string, type: anything },
  result: ["result"],
  violations: ["FROM_NULL", "TYPE_DIFFERS"],
  run({ from, path, type }) {
    if (from === null) return { violation: "FROM_NULL" };
    const result = valueAt(from, path);
    const accepted = ACCEPTED.get(type);
    if (result === null || accepted === undefined || accepted.includes(typeOf(result)))
      return { result: { result } };
    return { violation: "TYPE_DIFFERS", facts: { path, expected: type, actual: typeOf(result) } };
  },
  examples: [
    {
      about: "a nested number",
      input: { from: { a: { b: 1 } }, path: "a.b", type: "number" },
      result: { result: 1 },
    },
    {
      about: "a step into what is no object",
      input: { from: { a: [1] }, path: "a.0", type: "number" },
      result: { result: null },
    },
    {
      about: "a root is a name like any other",
      input: { from: { a: 1 }, path: "$.a", type: "number" },
      result: { result: null },
    },
    {
      about: "another word for a type",
      input: { from: { n: 1 }, path: "n", type: "decimal" },
      result: { result: 1 },
    },
    { about: "nothing to look into", input: { from: null, path: "n", type: "number" }, violation: "FROM_NULL" },
    {
      about: "a number is no text",
      input: { from: { n: 1 }, path: "n", type: "string" },
      violation: "TYPE_DIFFERS",
    },
  ],
});

function valueAt(from: Json, path: string): Json {
  let value = from;
  for (const name of path.split(".")) value = (isObject(value) ? own(value, name) : undefined) ?? null;
  return value;
}
