import { isObject, type Json, type JsonObject, own, typeOf } from "../../json/value.ts";
import { anything, string } from "../input-schema.ts";
import { transform } from "../transform.ts";

/** A boolean counts as a number and the other way round, as in the reference. */
const ACCEPTED: ReadonlyMap<string, readonly string[]> = new Map([
  ["string", ["string"]],
  ["number", ["number", "boolean"]],
  ["integer", ["number", "boolean"]],
  ["boolean", ["boolean", "number"]],
  ["array", ["array"]],
  ["object", ["object"]],
]);

export const ctExtract = transform({
  code: "capability_transforms::CT_PURE_EXTRACT_V0",
  about: "The value at a dotted path below an object, checked against a type; null when nothing is there.",
  input: { from: anything, path: string, type: anything },
  result: ["result"],
  violations: ["NOT_AN_OBJECT", "TYPE_UNKNOWN", "TYPE_DIFFERS"],
  run({ from, path, type }) {
    if (!isObject(from)) return { violation: "NOT_AN_OBJECT", facts: { actual: typeOf(from) } };
    const result = valueAt(from, path);
    if (type === null) return { result: { result } };
    const accepted = typeof type === "string" ? ACCEPTED.get(type) : undefined;
    if (accepted === undefined) return { violation: "TYPE_UNKNOWN", facts: { type } };
    if (result === null || accepted.includes(typeOf(result))) return { result: { result } };
    return { violation: "TYPE_DIFFERS", facts: { path, expected: type, actual: typeOf(result) } };
  },
  examples: [
    {
      about: "a nested text",
      input: { from: { owner: { name: "ann" } }, path: "owner.name", type: "string" },
      result: { result: "ann" },
    },
    {
      about: "the root may be written",
      input: { from: { owner: { age: 40 } }, path: "$.owner.age", type: "number" },
      result: { result: 40 },
    },
    {
      about: "nothing is there",
      input: { from: {}, path: "owner.name", type: "string" },
      result: { result: null },
    },
    {
      about: "no object to look into",
      input: { from: [1], path: "0", type: "number" },
      violation: "NOT_AN_OBJECT",
    },
    {
      about: "a type nobody knows",
      input: { from: { n: 1 }, path: "n", type: "decimal" },
      violation: "TYPE_UNKNOWN",
    },
    {
      about: "a text where a number is expected",
      input: { from: { n: "1" }, path: "n", type: "number" },
      violation: "TYPE_DIFFERS",
    },
  ],
});

function valueAt(from: JsonObject, path: string): Json {
  let value: Json = from;
  for (const name of path.replace(/^\$\./, "").split(".")) {
    value = (isObject(value) ? own(value, name) : undefined) ?? null;
  }
  return value;
}
