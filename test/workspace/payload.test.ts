import assert from "node:assert/strict";
import { test } from "node:test";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { DEPTH } from "../../src/json/limits.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { copyPayload, DEFAULT_LIMITS, parsePayload } from "../../src/workspace/payload.ts";
import type { PayloadFault } from "../../src/workspace/payload-errors.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws } from "../support/portion.ts";

const json = fc.jsonValue({ stringUnit: anyCharacter }) as fc.Arbitrary<Json>;
const members = fc.dictionary(fc.string({ unit: anyCharacter }), json);

/** The payload, or the code of its refusal. */
function outcomeOf(read: () => JsonObject): JsonObject | string {
  try {
    return read();
  } catch (error) {
    return (error as PayloadFault).code;
  }
}

test("a payload is copied, or refused, as its text is read, a small and a large one", () => {
  fc.assert(
    fc.property(members, fc.boolean(), (value, isLarge) => {
      const payload = { ...value, ...(isLarge ? { padding: "x".repeat(5000) } : {}) };
      const text = JSON.stringify(payload);
      const copy = outcomeOf(() => copyPayload(payload));
      assert.deepEqual(
        copy,
        outcomeOf(() => parsePayload(Buffer.from(text), DEFAULT_LIMITS, "text")),
      );
      if (typeof copy === "object") assert.equal(JSON.stringify(copy), text);
    }),
    { numRuns: draws(200) },
  );
});

test("a copy shares nothing with what it is a copy of", () => {
  const given = { list: [{ n: 1 }], object: { a: "b" } };
  const copy = copyPayload(given);
  given.list.push({ n: 2 });
  given.object.a = "c";
  assert.deepEqual(copy, { list: [{ n: 1 }], object: { a: "b" } });
});

test("names that every object has, and objects of another realm, are data", () => {
  const given = runInNewContext('JSON.parse(\'{"__proto__":{"toJSON":"x"},"constructor":[1]}\')') as JsonObject;
  assert.equal(JSON.stringify(copyPayload(given)), JSON.stringify(given));
  assert.equal(JSON.stringify(copyPayload({ zero: -0, large: 1e21 })), '{"zero":0,"large":1e+21}');
});

for (const [what, leaf] of [
  ["a value", 1],
  ["an empty object", {}],
] as const)
  test(`${what} may be as deep as a payload may be, and no deeper`, () => {
    const at = (depth: number) => {
      let value: Json = leaf;
      for (let i = 0; i < depth; i++) value = { n: value };
      return value;
    };
    assert.deepEqual(copyPayload(at(DEPTH.payload)), at(DEPTH.payload));
    assert.throws(() => copyPayload(at(DEPTH.payload + 1)), { code: "PAYLOAD_TOO_DEEP" });
  });
