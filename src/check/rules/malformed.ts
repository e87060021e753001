import { isObject, type Json, objectAt, own } from "../../json/json.ts";
import { otherReasons } from "../analysis/compile-findings.ts";
import type { Entry } from "../analysis/entries.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const malformed = rule({
  id: "malformed",
  about: "Require that every field has the expected type; other values are refused or ignored",
  severity: "error",
  invariants: ["fb.topology::INVARIANT_SCHEMA_CONFORMANCE_V0"],
  hint: "correct the field",
  *check(subject) {
    yield* otherReasons(subject);
    for (const [word, sides] of DECLARING) {
      for (const entry of subject.ofWord(word)) for (const side of sides) yield* malformedIn(entry, side);
    }
  },
});

/** Where artifacts declare values that compiling does not look at, or not closely. */
const DECLARING: readonly (readonly [word: string, sides: readonly string[]])[] = [
  ["CC", ["inputs", "outputs"]],
  ["CT", ["inputs", "outputs"]],
  ["EV", ["schema"]],
  ["IN", ["inputs"]],
];

function* malformedIn(entry: Entry, side: string): Generator<Found> {
  const declared = own(objectAt(entry.frontmatter, "core"), side) ?? {};
  if (!isObject(declared)) {
    yield foundIn(entry, ["core", side], { side }, `core.${side} should be an object`);
    return;
  }
  for (const [name, spec] of Object.entries(declared)) {
    const path = ["core", side, name];
    if (!isObject(spec)) {
      yield foundIn(entry, path, { name }, `${path.join(".")} should be an object`);
      continue;
    }
    for (const [field, isRight, expected] of SPEC) {
      if (isRight(own(spec, field))) continue;
      const message = `${field} of ${path.join(".")} should be ${expected}`;
      yield foundIn(entry, [...path, field], { name, field }, message);
    }
  }
}

const isText = (value: Json | undefined) => typeof value === "string" && /^[a-z_]+$/.test(value);

const SPEC: readonly (readonly [
  field: string,
  isRight: (value: Json | undefined) => boolean,
  expected: string,
])[] = [
  ["required", (value) => value === undefined || typeof value === "boolean", "true or false"],
  [
    "type",
    (value) =>
      value === undefined || isText(value) || (Array.isArray(value) && value.length > 0 && value.every(isText)),
    "the name of a type, or a list of them",
  ],
];
