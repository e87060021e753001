import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/json/value.ts";
import { compare } from "../../../src/scenarios/expect/compare.ts";
import { asAuthored, toExpected } from "../../../src/scenarios/expect/matchers.ts";

const differ = (expected: Json, found: Json) => compare(toExpected(expected), found, ["x"]);
const places = (expected: Json, found: Json) => differ(expected, found).map(({ at }) => at);

test("of an object only the listed members count, at any depth; a list counts as a whole", () => {
  const found = { a: { b: 1, c: 2 }, d: [{ e: 1, f: 2 }] };
  assert.deepEqual(places({ a: { b: 1 }, d: [{ e: 1 }] }, found), []);
  assert.deepEqual(places({ a: { b: 2 } }, found), ["/x/a/b"]);
  assert.deepEqual(places({ d: [] }, found), ["/x/d/0"]);
  assert.deepEqual(places({ d: [{ e: 1 }, { e: 1 }] }, found), ["/x/d/1"]);
});

const MARKED: readonly (readonly [marker: Json, matching: Json, other: Json])[] = [
  [{ $exact: { a: 1 } }, { a: 1 }, { a: 1, b: 2 }],
  [{ $exact: { $any: true } }, { $any: true }, 7],
  [{ $one_of: [1, { a: 1 }] }, { a: 1, b: 2 }, 2],
  [{ $contains: [{ a: 1 }, 7] }, [7, 8, { a: 1, b: 2 }], [{ a: 1 }]],
  [{ $count: 2 }, [1, 2], [1]],
  [{ $count: 1 }, { a: 1 }, "a"],
  [{ a: { $absent: true } }, { b: 1 }, { a: null }],
];

for (const [marker, matching, other] of MARKED) {
  test(`${JSON.stringify(marker)} holds of ${JSON.stringify(matching)} and not of ${JSON.stringify(other)}`, () => {
    assert.deepEqual(differ(marker, matching), []);
    assert.equal(differ(marker, other).length, 1);
  });
}

test("any value will do, but there has to be one", () => {
  for (const found of [null, "", {}, [1]]) assert.deepEqual(places({ a: { $any: true } }, { a: found }), []);
  assert.deepEqual(places({ a: { $any: true } }, {}), ["/x/a"]);
});

test("an object with a name that only looks like a marker's is an object", () => {
  assert.deepEqual(places({ $suppressed: "s" }, { $suppressed: "s" }), []);
  assert.deepEqual(places({ $any: true, b: 1 }, { $any: true }), ["/x/b"]);
});

test("an expectation is shown as it was written", () => {
  const authored: Json = {
    a: { $any: true },
    b: [{ $one_of: [1, { c: 2 }] }],
    d: { $contains: [{ $count: 1 }] },
  };
  assert.deepEqual(asAuthored(toExpected(authored)), authored);
});
