import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  asInteger,
  held,
  heldSum,
  isTruthy,
  pythonInt,
  pythonWords,
} from "../../src/capabilities/python-json.ts";
import { canonicalPython, pythonNumber } from "../../src/json/python-canonical.ts";
import { pythonEqual } from "../../src/json/python-equal.ts";
import type { Json } from "../../src/json/value.ts";

test("canonical text is ASCII: everything else is escaped by code unit", () => {
  assert.equal(canonicalPython("é\u007f😀\n\u0001\\"), '"\\u00e9\\u007f\\ud83d\\ude00\\n\\u0001\\\\"');
});

test("members are sorted by code point, so a key beyond U+FFFF stands last", () => {
  assert.equal(
    canonicalPython({ "😀": 1, "\uffff": 2, b: 3, B: 4 }),
    '{"B":4,"b":3,"\\uffff":2,"\\ud83d\\ude00":1}',
  );
  assert.equal(
    canonicalPython({ "😀b": 1, "😀": 2, "😀a": 3 }),
    '{"\\ud83d\\ude00":2,"\\ud83d\\ude00a":3,"\\ud83d\\ude00b":1}',
  );
});

test("an integer is written in full and by value, however it was spelled", () => {
  assert.equal(
    canonicalPython(JSON.parse("[1.0, -0.0, 1e22, -9007199254740994]") as Json),
    "[1,0,10000000000000000000000,-9007199254740994]",
  );
});

test("a fraction below 0.0001 is written with an exponent of two digits", () => {
  assert.deepEqual([0.1, 0.0001, 0.00001, -1.5e-7, 5e-324, 1234567.25].map(pythonNumber), [
    "0.1",
    "0.0001",
    "1e-05",
    "-1.5e-07",
    "5e-324",
    "1234567.25",
  ]);
});

test("canonical text says the same value and does not depend on member order", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalPython(value as Json);
      const reread = JSON.parse(text) as Json;
      assert.equal(canonicalPython(reread), text);
      assert.ok(pythonEqual(reread, value as Json));
    }),
  );
});

test("true equals 1 and false equals 0, at any depth, and nothing else crosses types", () => {
  assert.ok(pythonEqual([{ a: true }], [{ a: 1 }]));
  assert.ok(pythonEqual(0, false));
  assert.ok(!pythonEqual("1", 1));
  assert.ok(!pythonEqual(null, false));
  assert.ok(!pythonEqual([], {}));
  assert.ok(!pythonEqual({ a: null }, { b: null }));
  assert.ok(!pythonEqual({}, JSON.parse('{"__proto__":1}') as Json));
});

test("null, nothing and everything empty are false", () => {
  for (const value of [null, undefined, false, 0, "", [], {}]) assert.equal(isTruthy(value), false);
  for (const value of [true, -1, "0", [0], { a: null }]) assert.equal(isTruthy(value), true);
});

test("a boolean counts as an integer, a fraction does not", () => {
  assert.deepEqual([true, false, 2, 2.5, "2", null].map(asInteger), [1, 0, 2, undefined, undefined, undefined]);
});

test("an integer that a double would round is not held", () => {
  assert.equal(held(2n ** 53n), 2 ** 53);
  assert.equal(held(2n ** 53n + 1n), undefined);
  assert.equal(held(10n ** 400n), undefined);
  assert.equal(heldSum(2 ** 53, 2), 2 ** 53 + 2);
  assert.equal(heldSum(2 ** 53, 1), undefined);
  assert.equal(heldSum(0.1, 0.2), 0.1 + 0.2);
});

test("an integer is read as Python's int() reads it", () => {
  for (const [value, integer] of [
    ["1_000", 1000n],
    [" +7\n", 7n],
    ["\u00a07\u3000", 7n],
    ["\x857", 7n],
    ["-0", 0n],
    ["007", 7n],
    ["9".repeat(4300), BigInt("9".repeat(4300))],
    [true, 1n],
    [-1.9, -1n],
    [1e23, 99999999999999991611392n],
  ] as const) {
    assert.equal(pythonInt(value), integer, JSON.stringify(value));
  }
});

test("what int() refuses is no integer", () => {
  const refused = [
    "",
    " ",
    "x",
    "0x10",
    "1e3",
    "1.0",
    "_7",
    "7_",
    "1__0",
    "- 7",
    "\ufeff7",
    "1 2",
    "9".repeat(4301),
  ];
  for (const value of [...refused, null, [1], {}])
    assert.equal(pythonInt(value), undefined, JSON.stringify(value));
});

test("words are what stands between Python's white space", () => {
  assert.deepEqual(pythonWords(" a\tb\u3000c\x85d\ufeff \n"), ["a", "b", "c", "d\ufeff"]);
  assert.deepEqual(pythonWords(" \n"), []);
});
