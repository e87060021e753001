import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../src/json/value.ts";
import { ANY, compare, subset } from "../../../src/scenarios/expect/compare.ts";

const equal: readonly (readonly [about: string, wanted: Json, found: Json])[] = [
  ["members in another order", { a: 1, b: [2] }, { b: [2], a: 1 }],
  ["any value, null included", { a: ANY, b: ANY }, { a: null, b: { c: [] } }],
  ["one of some", { "«oneof»": ["x", { y: ANY }] }, { y: 7 }],
  ["at least these members", subset({ a: subset({}) }), { a: { b: 1 }, c: 2 }],
  ["a number by its value", 2, JSON.parse("2.0") as Json],
];
for (const [about, wanted, found] of equal) {
  test(`equal: ${about}`, () => assert.deepEqual(compare(wanted, found, []), []));
}

test("a difference names its place, what was expected and what was found", () => {
  assert.deepEqual(compare({ a: [{ "b/c": 1 }] }, { a: [{ "b/c": "1" }] }, ["x"]), [
    { at: "/x/a/0/b~1c", expected: 1, found: "1" },
  ]);
});

test("what is absent and what is too much are differences of their own", () => {
  assert.deepEqual(compare({ a: 1, b: null }, { b: null, c: 3 }, []), [
    { at: "/a", expected: 1 },
    { at: "/c", found: 3 },
  ]);
  assert.deepEqual(compare(ANY, undefined, ["a"]), [{ at: "/a", expected: ANY }]);
});

test("every place is listed, not the first alone", () => {
  const places = compare({ a: 1, b: { c: 2, d: 3 } }, { a: 0, b: { c: 0, d: 3 } }, []).map(({ at }) => at);
  assert.deepEqual(places, ["/a", "/b/c"]);
});

test("types are not confused, nor an empty object with an empty list", () => {
  for (const [wanted, found] of [
    ["1", 1],
    [{}, []],
    [[], {}],
    [null, false],
    [0, null],
  ] as const) {
    assert.equal(compare(wanted, found, []).length, 1, JSON.stringify([wanted, found]));
  }
});

test("markers refuse what they do not allow", () => {
  assert.deepEqual(compare({ "«oneof»": [1, 2] }, 3, []), [
    { at: "", expected: { "«oneof»": [1, 2] }, found: 3 },
  ]);
  assert.deepEqual(compare(subset({ a: 1 }), { b: 1 }, []), [{ at: "/a", expected: 1 }]);
  assert.equal(compare(subset({}), [], []).length, 1);
  assert.equal(compare({ a: "«all»" }, { a: 1 }, []).length, 1, "an unknown marker is a text like others");
});

test("one item too many or too few is shown as that, wherever it stands", () => {
  assert.deepEqual(compare([1, 2, 3], [1, 9, 2, 3], ["l"]), [{ at: "/l/1", found: 9 }]);
  assert.deepEqual(compare([1, 2, ANY], [1, 3], ["l"]), [{ at: "/l/1", expected: 2 }]);
  assert.deepEqual(compare([], ["x"], []), [{ at: "/0", found: "x" }]);
  assert.deepEqual(compare([1, 1], [1, 1, 1], []), [{ at: "/2", found: 1 }]);
  assert.deepEqual(compare([1, 2], [3, 4, 2], []), [
    { at: "/0", expected: 1, found: 3 },
    { at: "/1", found: 4 },
  ]);
});

test("lists of one length are compared item by item", () => {
  assert.deepEqual(compare([{ a: 1 }, { a: 2 }], [{ a: 1 }, { a: 3 }], []), [
    { at: "/1/a", expected: 2, found: 3 },
  ]);
});
