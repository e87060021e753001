import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalPython, prettyPython } from "../../src/json/python-canonical.ts";
import type { Json } from "../../src/json/value.ts";

/** What CPython 3 prints for `json.dumps(value, sort_keys=True)`, with those separators or that indentation. */
const CASES: readonly (readonly [value: Json, canonical: string, pretty: string])[] = [
  [{ b: [1, "x"], a: {} }, '{"a":{},"b":[1,"x"]}', '{\n  "a": {},\n  "b": [\n    1,\n    "x"\n  ]\n}'],
  [{ "9": 1, "10": 2 }, '{"10":2,"9":1}', '{\n  "10": 2,\n  "9": 1\n}'],
  [
    { "\ufffd": 1, "\u{1f600}": 2, "\u00e9\u007f": 3 },
    '{"\\u00e9\\u007f":3,"\\ufffd":1,"\\ud83d\\ude00":2}',
    '{\n  "\\u00e9\\u007f": 3,\n  "\\ufffd": 1,\n  "\\ud83d\\ude00": 2\n}',
  ],
  [[], "[]", "[]"],
  [[null, true, 0.5], "[null,true,0.5]", "[\n  null,\n  true,\n  0.5\n]"],
];

for (const [value, canonical, pretty] of CASES) {
  test(`${canonical} is written as Python does`, () => {
    assert.equal(canonicalPython(value), canonical);
    assert.equal(prettyPython(value), pretty);
  });
}
