import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { CanonicalError, canonical } from "../../src/json/canonical.ts";
import { Template } from "../../src/json/template.ts";
import { isObject, type Json, type JsonObject, type MutableJson, setOwn } from "../../src/json/value.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws } from "../support/portion.ts";

/** Canonical JSON in the plainest way. */
function plain(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(plain).join()}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${plain(value[name] as Json)}`).join()}}`;
}

const json = fc.jsonValue({ stringUnit: anyCharacter, maxDepth: 2 }) as fc.Arbitrary<Json>;
const texts = fc.oneof(
  fc.string({ unit: anyCharacter }),
  fc.string({ unit: anyCharacter, minLength: 120, maxLength: 210 }),
);
const scalars: fc.Arbitrary<Json> = fc.oneof(
  texts,
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(null),
);
const names = fc.constantFrom("a", "b", "10", "9", "__proto__", "\u00e9", 'a"b', "");

/** Objects that are alike, and some that are not: members in any order, absent, of another type, and nested. */
const alike: fc.Arbitrary<JsonObject> = fc.letrec<{ object: JsonObject; value: Json }>((tie) => ({
  object: fc
    .uniqueArray(fc.tuple(names, tie("value")), { selector: ([name]) => name, maxLength: 5 })
    .map((members) => {
      const object: MutableJson = {};
      for (const [name, value] of members) setOwn(object, name, value);
      return object;
    }),
  value: fc.oneof(
    { depthSize: "small" },
    fc.constantFrom<Json>("same", 0, -0, true, null),
    scalars,
    tie("object"),
    json,
  ),
})).object;

test("a template writes the canonical form, whatever it wrote before", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(alike, fc.constant({ a: "same", b: { "9": 0 } }))), (objects) => {
      const template = new Template("<", ">");
      for (const object of [...objects, ...objects.toReversed()])
        assert.equal(template.write(object), `<${plain(object)}>`);
    }),
    { numRuns: draws(500) },
  );
});

test("objects that differ in their values alone are written as by themselves", () => {
  const template = new Template("<", ">");
  const values: readonly Json[] = [
    "x",
    "\u00e9",
    '"',
    "",
    1,
    -0,
    1e21,
    null,
    true,
    [1],
    [],
    {},
    { z: 1, a: 2 },
    "x".repeat(300),
  ];
  for (const value of [...values, ...values]) {
    const object = { text: "x", before: "x", inner: { value, none: {}, also: value } };
    assert.equal(template.write(object), `<${canonical(object)}>`);
  }
});

test("a template becomes that of other objects when these are all that come", () => {
  const template = new Template("", "");
  for (const name of ["a", "b", "c"])
    for (let i = 0; i < 20; i++) {
      const object = { [name]: i % 2 === 0 ? i : null, other: "x" };
      assert.equal(template.write(object), canonical(object));
    }
});

test("what has no canonical form is refused, and what follows is written", () => {
  const template = new Template("", "");
  const missing = undefined as unknown as Json;
  for (let i = 0; i < 5; i++) {
    assert.equal(template.write({ text: `${i}`, same: 1 }), `{"same":1,"text":"${i}"}`);
    for (const text of ["\ud800", "x\udc00", Number.NaN, missing])
      assert.throws(() => template.write({ text, same: 1 }), CanonicalError);
    assert.throws(() => template.write({ text: "", same: missing }), CanonicalError);
    assert.throws(() => template.write({ text: "", "\ud800": 1 }), CanonicalError);
  }
});

test("large, long and deep objects are written in full", () => {
  const template = new Template("", "");
  const wide = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`n${i}`, i]));
  let deep: Json = "x";
  for (let i = 0; i < 600; i++) deep = i % 2 === 0 ? { deep } : [deep];
  for (let i = 0; i < 4; i++) {
    const object: JsonObject = { wide, deep, long: `${i}`.repeat(1000) };
    assert.equal(template.write(object), plain(object));
  }
});
