import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBytes, parseHex, toHex } from "../../../src/capabilities/crypto/hex.ts";
import type { Json } from "../../../src/json/value.ts";

const read = (bytes: Uint8Array | undefined) => (bytes === undefined ? undefined : toHex(bytes));

test("white space may stand between pairs of digits, and nowhere else", () => {
  assert.equal(read(parseHex("0x ca\tFE\n")), "0xcafe");
  assert.equal(read(parseHex("")), "0x");
  for (const text of ["c a", "caf", " 0xca", "ca\u00a0fe", "0x0xca", "cg"]) {
    assert.equal(parseHex(text), undefined, JSON.stringify(text));
  }
});

test("the prefix is lower case unless both are asked for", () => {
  assert.equal(parseHex("0Xca"), undefined);
  assert.equal(read(parseHex("0Xca", "0x or 0X")), "0xca");
});

test("a list is bytes when each of its items is one, true counting as 1", () => {
  assert.equal(read(parseBytes([0, 255, true])), "0x00ff01");
  assert.equal(read(parseBytes("ca")), "0xca");
  const refused: readonly Json[] = [[256], [-1], [1.5], ["1"], [null], 5, null, {}];
  for (const value of refused) assert.equal(parseBytes(value), undefined, JSON.stringify(value));
});
