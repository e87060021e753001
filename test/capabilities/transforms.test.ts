import assert from "node:assert/strict";
import { test } from "node:test";
import { builtInTransforms } from "../../src/capabilities/built-in.ts";
import { integer } from "../../src/capabilities/input-schema.ts";
import { registry } from "../../src/capabilities/registry.ts";
import { type Transform, transform } from "../../src/capabilities/transform.ts";
import { trialSources, tryTransform } from "../../src/capabilities/trial.ts";
import { deepFreeze, isObject, type Json, type JsonObject } from "../../src/json/value.ts";

const transforms = builtInTransforms();
await Promise.all(transforms.map((declared) => declared.prepare?.()));

const copy = <T extends Json>(value: T): T => structuredClone(value) as T;

for (const declared of transforms) {
  test(`${declared.code} keeps what it declares`, () => {
    assert.deepEqual(tryTransform(declared), []);
  });

  test(`${declared.code} answers a result of JSON values only`, () => {
    for (const { input } of declared.examples) {
      const answer = declared.answer(deepFreeze(copy(input)), trialSources(declared));
      if ("result" in answer) assert.deepEqual(JSON.parse(JSON.stringify(answer.result)), answer.result);
    }
  });
}

test("a transform reads own properties only", () => {
  const lookup = registry.transform("capability_transforms::CT_PURE_LOOKUP_V0") as Transform;
  const input: JsonObject = JSON.parse(
    '{"key":"__proto__","map":{"__proto__":{"polluted":true}}}',
  ) as JsonObject;
  const answer = lookup.answer(deepFreeze(input), trialSources(lookup));
  assert.deepEqual(answer, { result: { result: { polluted: true } } });
  assert.ok(isObject(answer) && !("polluted" in {}));
});

test("a transform answers only when what it uses is loaded", async () => {
  const declared = transform({
    code: "trial::CT_PURE_HALVE_V0",
    about: "Half of the number.",
    input: { value: integer },
    result: ["half"],
    violations: [],
    uses: async () => ({ halve: (value: number) => value / 2 }),
    run: ({ value }, _draw, { halve }) => ({ result: { half: halve(value) } }),
    examples: [],
  });
  const answer = () => declared.answer({ value: 6 }, trialSources(declared));
  assert.throws(answer, /trial::CT_PURE_HALVE_V0 is not prepared/);
  await declared.prepare?.();
  assert.deepEqual(answer(), { result: { half: 3 } });
});
