import assert from "node:assert/strict";
import { test } from "node:test";
import { isChildIndex, isKeyPath, keyPathText } from "../../../src/capabilities/crypto/derivation-path.ts";

test("an index has 32 bits", () => {
  for (const index of [0, 2 ** 31, 2 ** 32 - 1]) assert.ok(isChildIndex(index), `${index}`);
  for (const index of [-1, 2 ** 32, 0.5, "0", true, null, undefined])
    assert.ok(!isChildIndex(index), `${index}`);
});

test("a path is as long as BIP-32 can write its depth", () => {
  assert.ok(isKeyPath([]));
  assert.ok(isKeyPath(Array<number>(255).fill(0)));
  assert.ok(!isKeyPath(Array<number>(256).fill(0)));
  assert.ok(!isKeyPath([0, "0"]));
});

test("hardened steps are marked, the root is m", () => {
  assert.equal(keyPathText([]), "m");
  assert.equal(keyPathText([2 ** 31 + 44, 2 ** 31 - 1, 2 ** 32 - 1]), "m/44'/2147483647/2147483647'");
});
