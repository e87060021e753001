import assert from "node:assert/strict";
import { test } from "node:test";
import { findLeaks } from "../../../src/scenarios/expect/leaks.ts";

function placesOf(text: string, output: string): number {
  return findLeaks({ must_not_appear: [text] }, [{ name: "it", text: output }]).length;
}

test("a text is found as it is, and as JSON, Markdown and SVG write it", () => {
  assert.equal(placesOf("se cret", "a se cret b"), 1);
  assert.equal(placesOf('a"b\n', String.raw`{"x":"a\"b\n"}`), 1);
  assert.equal(placesOf("ines@example.org", "<code>ines&#64;example&#46;org</code>"), 1);
  assert.equal(placesOf("<b> & 'c'", "<text>&lt;b&gt; &amp; &apos;c&apos;</text>"), 1);
  assert.equal(placesOf("secret", "s e c r e t"), 0);
});

test("a leak names the forbidden text by its place, and never says it", () => {
  const outputs = [
    { name: "the trace", text: "" },
    { name: "the report", text: "417" },
  ];
  const found = findLeaks({ must_not_appear: ["other", "417"] }, outputs);
  assert.deepEqual(found, [{ at: "/expect/must_not_appear/1", found: "in the report" }]);
});

test("where nothing is forbidden nothing leaks", () => {
  assert.deepEqual(findLeaks({}, [{ name: "it", text: "" }]), []);
});
