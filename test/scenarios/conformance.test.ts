import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, Transform } from "../../src/capabilities/transform.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { fixedClock, seededEntropy } from "../../src/platform/node-ports.ts";
import type { Sources } from "../../src/ports.ts";
import { checkCase } from "../../src/scenarios/conformance.ts";
import type { CaseOutcome, ConformanceCase, Property } from "../../src/snapshot/conformance.ts";
import type { Fqdn } from "../../src/snapshot/fqdn.ts";

const code = "trial::CT_TRIAL_V0" as Fqdn;
const drawn = { clock: fixedClock(0), entropy: seededEntropy("s") };

function declared(outcome: CaseOutcome, outputs: JsonObject, properties: Record<string, Property> = {}) {
  const one: ConformanceCase = {
    ...{ name: `${code}::one`, transform: code, file: "conformance/one.json", ir: null, inputs: { n: 1 } },
    ...{ outcome, outputs, properties: new Map(Object.entries(properties)) },
  };
  return one;
}

/** The case held to a transform that answers like this. */
function held(one: ConformanceCase, answer: (input: JsonObject, draw: Sources) => Answer) {
  const transform: Transform = {
    code,
    about: "",
    input: {},
    result: [],
    violations: [],
    secrets: [],
    examples: [],
    answer,
  };
  return checkCase(one, { transform: (name) => (name === code ? transform : undefined) }, drawn);
}

test("a case is passed when outcome and outputs are those it says", async () => {
  const success = await held(declared("SUCCESS", { twice: 2 }), ({ n }) => ({
    result: { twice: Number(n) * 2 },
  }));
  assert.deepEqual([success.outcome, success.differences, success.reason], ["SUCCESS", [], null]);
  const violation = await held(declared("VIOLATION", {}), () => ({ violation: "NO", facts: { why: 1 } }));
  assert.deepEqual([violation.outcome, violation.differences], ["VIOLATION", []]);
  assert.deepEqual(violation.reason, { code: "NO", why: 1 });
});

test("another outcome is a difference, and then outputs are not compared", async () => {
  const { differences } = await held(declared("SUCCESS", { a: 1 }), () => ({ violation: "NO" }));
  assert.deepEqual(differences, [{ at: "/outcome", expected: "SUCCESS", found: "VIOLATION" }]);
});

test("outputs that are other, missing or too many are differences", async () => {
  const { differences } = await held(declared("SUCCESS", { a: { b: 1 }, c: 2 }), () => ({
    result: { a: { b: "1" }, d: 3 },
  }));
  assert.deepEqual(differences, [
    { at: "/outputs/a/b", expected: 1, found: "1" },
    { at: "/outputs/c", expected: 2 },
    { at: "/outputs/d", found: 3 },
  ]);
});

test("a transform this build does not have fails its case", async () => {
  const one = { ...declared("SUCCESS", {}), transform: "trial::CT_OTHER_V0" as Fqdn };
  const { outcome, differences } = await held(one, () => ({ result: {} }));
  assert.deepEqual([outcome, differences.length], ["NO_IMPLEMENTATION", 1]);
});

test("a case of a composition is held to what its atoms make of it", async () => {
  const member = { atom: code, args: { n: "$.inputs.n" }, out: "last" };
  const ir = {
    atom_stream: [member, { ...member, args: { n: "$.last.n" } }],
    outputs: { n: { from: "last" } },
  };
  const one = { ...declared("SUCCESS", { n: 3 }), transform: "trial::CT_TWICE_V0" as Fqdn, ir };
  const { differences } = await held(one, (input) => ({ result: { n: Number(input["n"]) + 1 } }));
  assert.deepEqual(differences, []);
});

test("a transform that throws has no answer, whatever was expected of it", async () => {
  for (const expected of ["SUCCESS", "VIOLATION"] as const) {
    const { outcome, differences, reason } = await held(declared(expected, {}), () => {
      throw new Error("secret detail");
    });
    assert.deepEqual([outcome, differences.length], ["CAPABILITY_FAULT", 1]);
    assert.deepEqual(reason, { capability: code, reason: "it threw" });
  }
});

test("a transform gets inputs it cannot change", async () => {
  const { outcome } = await held(declared("SUCCESS", {}), (input) => {
    (input as { n: number }).n = 2;
    return { result: {} };
  });
  assert.equal(outcome, "CAPABILITY_FAULT");
});

test("a transform may draw", async () => {
  const properties: Record<string, Property> = { bytes: { type: "hex_string", byteLength: 4 } };
  const { differences } = await held(declared("SUCCESS", {}, properties), (_, draw) => ({
    result: { bytes: draw.entropy(4) },
  }));
  assert.deepEqual(differences, []);
});

const properties: readonly (readonly [Property, good: readonly unknown[], bad: readonly unknown[]])[] = [
  [{ type: "hex_string", byteLength: 2 }, ["00ff", "0x00FF"], ["00f", "0x00ff00", "00fg", 255, null]],
  [{ type: "hex_string" }, ["", "0x", "ab"], ["x", 1]],
  [{ type: "string" }, [""], [1, null]],
  [{ type: "integer" }, [0, -3], [0.5, "1"]],
  [{ type: "number" }, [0.5], ["1"]],
  [{ type: "boolean" }, [false], [0]],
  [{ type: "array" }, [[]], [{}]],
  [{ type: "object" }, [{}], [[], null]],
];
for (const [property, good, bad] of properties) {
  test(`an output may be any ${property.type}${property.byteLength === undefined ? "" : " of some bytes"}`, async () => {
    const differences = async (value: unknown) =>
      (await held(declared("SUCCESS", {}, { it: property }), () => ({ result: { it: value as never } })))
        .differences;
    for (const value of good) assert.deepEqual(await differences(value), [], JSON.stringify(value));
    for (const value of bad) {
      const [found, ...others] = await differences(value);
      assert.deepEqual([found?.at, others], ["/outputs/it", []], JSON.stringify(value));
      assert.match(String(found?.expected), new RegExp(property.type));
    }
  });
}
