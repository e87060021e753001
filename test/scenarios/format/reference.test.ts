import assert from "node:assert/strict";
import { test } from "node:test";
import { valueAt } from "../../../src/json/text.ts";
import type { Json } from "../../../src/json/value.ts";
import { misspelt, referring, resolved } from "../../../src/scenarios/format/reference.ts";

const LEFT = { results: { MAKE: { id: "ID_1", list: [{ n: 7 }], "a b": true } } };

const fill = (value: Json) => resolved(value, [], ({ path }) => valueAt(LEFT, path) ?? null);

test("a text that is one reference becomes the value itself, of whatever type", () => {
  assert.deepEqual(fill({ a: "{{steps.s.results.MAKE.list}}", b: ["{{ steps.s.results.MAKE.list[0].n }}"] }), {
    a: [{ n: 7 }],
    b: [7],
  });
  assert.equal(fill('{{steps.s.results.MAKE["a b"]}}'), true);
});

test("inside a text a reference becomes text", () => {
  assert.equal(fill("{{steps.s.results.MAKE.id}} and {{steps.s.results.MAKE.list}}"), 'ID_1 and [{"n":7}]');
});

test("what is inserted is not looked through again", () => {
  const resolve = ({ path: [name] }: { path: readonly string[] }) => (name === "a" ? "$& {{steps.s.b}}" : "B");
  assert.equal(resolved("{{steps.s.a}} {{steps.s.b}}", [], resolve), "$& {{steps.s.b}} B");
});

test("braces of somebody else's are left as they are", () => {
  assert.equal(fill("{{timestamp}} {{x.steps.y}}"), "{{timestamp}} {{x.steps.y}}");
  assert.equal(misspelt({ a: ["{{timestamp}}", "{{steps.s.results}}"] }, []), undefined);
});

test("every reference is found with its place, and so is one that is written wrongly", () => {
  const found = referring({ a: ["x", "{{steps.s.outcome}}"] }, ["steps", 1]);
  assert.deepEqual(
    found.map(({ at, reference }) => [at, reference.step, reference.path]),
    [["/steps/1/a/1", "s", ["outcome"]]],
  );
  for (const wrong of ["{{steps}}", "{{steps.}}", "{{steps.a b.c}}", "{{steps.s.}}", "{{steps.s[x]}}"]) {
    assert.equal(misspelt({ a: wrong }, []), "/a", wrong);
  }
});
