/** What `--update` writes for a value is met by that value, and by no other. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../src/json/value.ts";
import { compare } from "../../../src/scenarios/expect/compare.ts";
import { toExpected } from "../../../src/scenarios/expect/matchers.ts";
import { readSource } from "../../../src/scenarios/format/source.ts";
import { nondeterministicChanges, recordedChanges } from "../../../src/scenarios/format/update.ts";
import type { Tested } from "../../../src/scenarios/test-file.ts";

/** A scenario that expects the values of a node, and a test of it that found others. */
function tested(expected: Json, found: Json, differing: readonly string[]) {
  const expect: JsonObject = { results: { A: { x: expected } } };
  const text = JSON.stringify({ scenario: "S", steps: [{ name: "s", workflow: "a::WF_B_V0", expect }] });
  const result = {
    steps: [
      {
        differences: differing.map((at) => ({ at: `/steps/0/expect/results/A/x${at}` })),
        found: { results: { A: { x: found } } },
      },
    ],
  };
  return { source: readSource("s.json", Buffer.from(text)), result: result as unknown as Tested };
}

/** What is written in the place of 0. */
function written(found: Json): Json {
  const { source, result } = tested(0, found, [""]);
  const [change, ...others] = recordedChanges(source, result);
  assert.deepEqual([change?.at, others], ["/steps/0/expect/results/A/x", []]);
  return change?.value as Json;
}

/** Values that have the form of something that stands for other values, each with another one. */
const MARKED: readonly (readonly [found: Json, other: Json])[] = [
  [{ $one_of: [1] }, 1],
  [{ $any: true }, 7],
  [{ $absent: true }, { $absent: false }],
  [{ $contains: [] }, [1]],
  [{ $count: 1 }, [1]],
  [{ $exact: { a: 1 } }, { a: 1 }],
  [{ a: [{ b: { $any: true } }] }, { a: [{ b: 1 }] }],
  ["«any»", "another"],
  [{ a: "«absent»" }, {}],
  [{ "«oneof»": [1, 2] }, 1],
  [{ a: { "«exact»": 5 } }, { a: 5 }],
  [{ "«count»": 0 }, []],
];

for (const [found, other] of MARKED) {
  test(`${JSON.stringify(found)} is written as itself, not as what its form stands for`, () => {
    const expected = toExpected(written(found));
    assert.deepEqual(compare(expected, found, []), []);
    assert.notDeepEqual(compare(expected, other, []), []);
  });
}

test("a value that stands for nothing else is written as it is", () => {
  for (const found of [1, "a", null, [], {}, { a: [1, { $any: true, b: 1 }] }])
    assert.deepEqual(written(found), found);
});

test("what is not there is written as absent, not left out of the expectation", () => {
  const { source, result } = tested({ a: 1 }, {}, ["/a"]);
  const [change] = recordedChanges(source, result);
  assert.deepEqual(change, { at: "/steps/0/expect/results/A/x/a", value: { $absent: true } });
});

test("a text that would be read as a reference is not written, and its step stays different", () => {
  for (const found of ["{{steps.a.outcome}}", { a: ["x {{ steps.b.payload.c }}"] }, "{{steps"]) {
    const { source, result } = tested(0, found, [""]);
    assert.deepEqual(recordedChanges(source, result), []);
  }
});

test("what every run draws anew within a marked value is any value from the marker on", () => {
  const found = { a: { $one_of: [1] }, b: 2 };
  const { source, result } = tested(0, found, [""]);
  const recorded = recordedChanges(source, result);
  const again = tested(0, found, ["/a/$one_of/0", "/b"]).result;
  assert.deepEqual(nondeterministicChanges(recorded, again), [
    { at: "/steps/0/expect/results/A/x/a", value: { $any: true } },
    { at: "/steps/0/expect/results/A/x/b", value: { $any: true } },
  ]);
});
