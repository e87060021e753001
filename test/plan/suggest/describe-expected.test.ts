/** What a field takes is said in words, with a value that it takes. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Json } from "../../../src/json/value.ts";
import { accepts, type FieldSpec, type ValueType } from "../../../src/plan/intent.ts";
import { describeExpected, sampleOf } from "../../../src/plan/suggest/describe-expected.ts";

const field = (spec: Partial<FieldSpec>): FieldSpec => ({
  types: [],
  required: true,
  emptyIsMissing: false,
  ...spec,
});

const wishes: readonly (readonly [wish: string, spec: Partial<FieldSpec>, given?: Json])[] = [
  ['a string, such as "text"', { types: ["string"] }],
  ['a string of one character or more, such as "text"', { types: ["string"], emptyIsMissing: true }],
  ["an integer of 3 or more, such as 3", { types: ["integer"], minimum: 2.5 + 0.5 }],
  ["a number of 0.5 or more, such as 0.5", { types: ["number"], minimum: 0.5 }],
  ["true or false, such as true", { types: ["boolean"] }],
  ['a string or null, such as "text"', { types: ["string", "null"] }],
  ["null, such as null", { types: ["null"] }],
  ['a value, such as "text"', {}],
  [
    'an e-mail address, such as "someone@example.org"',
    { types: ["string"], format: "email", emptyIsMissing: true },
  ],
  ['a date and time with zone, such as "2026-01-31T09:00:00Z"', { types: ["string"], format: "date-time" }],
  ['"0x" and hexadecimal digits, such as "0x00ff"', { format: "hex", prefix: "0x" }],
  [
    "a list of 2 or more, such as [1,1]",
    { types: ["array"], minItems: 2, items: field({ types: ["integer"] }) },
  ],
  [
    'an object, such as {"a":"text"}',
    {
      types: ["object"],
      fields: { a: field({ types: ["string"] }), b: field({ types: ["string"], required: false }) },
    },
  ],
  ['one of "low", "high"', { enum: ["low", "high"] }],
  ['"high"', { enum: ["low", "high"] }, "hihg"],
  ['one of "low", "high"', { enum: ["low", "high"] }, 1],
  ['"b"', { enum: [1, "b"], types: ["string"] }],
  ["an integer of 1 or more", { enum: ["none", "fits"], types: ["integer"], minimum: 1 }],
];

for (const [words, spec, given] of wishes) {
  const now = given === undefined ? "" : `, in place of ${JSON.stringify(given)}`;
  test(`${JSON.stringify(spec)}${now} wants ${words}`, () => {
    assert.equal(describeExpected(field(spec), given), words);
  });
}

const types = fc.uniqueArray(
  fc.constantFrom<ValueType>("string", "integer", "number", "boolean", "object", "array", "null"),
  { maxLength: 3 },
);

const specOf = (depth: number): fc.Arbitrary<FieldSpec> => {
  const below = depth === 0 ? fc.constant(field({})) : specOf(depth - 1);
  return fc.record({
    types,
    required: fc.boolean(),
    emptyIsMissing: fc.boolean(),
    minimum: fc.integer({ min: -5, max: 5 }),
    minItems: fc.nat({ max: 2 }),
    items: below,
    fields: fc.dictionary(fc.constantFrom("a", "b"), below, { maxKeys: 2, noNullPrototype: true }),
  });
};

test("a sample is accepted, whatever the rules", () => {
  fc.assert(fc.property(specOf(2), (one) => assert.ok(accepts({ one }, { one: sampleOf(one) }))));
});
