import assert from "node:assert/strict";
import { test } from "node:test";
import { TextMemory } from "../../src/json/text-memory.ts";

test("what was made of a text is made once, also where it is nothing", () => {
  const memory = new TextMemory<string | null>();
  assert.deepEqual([memory.recall("a", () => "A"), memory.recall("b", () => null)], ["A", null]);
  assert.deepEqual([memory.recall("a", () => "other"), memory.recall("b", () => "other")], ["A", null]);
});

test("what could not be made is asked for again", () => {
  const memory = new TextMemory<string>();
  const fail = () => memory.recall("a", () => assert.fail("not readable"));
  assert.throws(fail, /not readable/);
  assert.equal(
    memory.recall("a", () => "A"),
    "A",
  );
});

test("texts that are too long together are forgotten, also where one is by itself", () => {
  const memory = new TextMemory<number>();
  const long = "x".repeat(2 ** 21);
  const made = ["a", `${long}1`, `${long}2`, "a"].map((text, i) => memory.recall(text, () => i));
  assert.deepEqual(made, [0, 1, 2, 3]);
  const longer = "x".repeat(2 ** 23);
  assert.equal(
    memory.recall(longer, () => 4),
    4,
  );
  assert.equal(
    memory.recall("a", () => 5),
    5,
  );
});
