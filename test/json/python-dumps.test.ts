import assert from "node:assert/strict";
import { test } from "node:test";
import { pythonDumps } from "../../src/json/python-dumps.ts";

/** What CPython 3 prints for `json.dumps(json.loads(text))`. */
const cases: readonly (readonly [text: string, dumped: string])[] = [
  ['{"b":[1,2],"a":{}}', '{"b": [1, 2], "a": {}}'],
  ['{ "2" : true ,\n"1":null}', '{"2": true, "1": null}'],
  ['"a, b: \\"c\\" \\\\"', '"a, b: \\"c\\" \\\\"'],
  ['"\u00e9 \u007f \ud83d\ude00 \\/ \\u0041 \\u001F"', '"\\u00e9 \\u007f \\ud83d\\ude00 / A \\u001f"'],
  ["[0, -0, -0.0, 1.0, 1.50, 12345678901234567890]", "[0, 0, -0.0, 1.0, 1.5, 12345678901234567890]"],
  [
    "[1e2, 1e15, 1e16, 1.5e22, 1e-4, 1e-5, 2.5e-10]",
    "[100.0, 1000000000000000.0, 1e+16, 1.5e+22, 0.0001, 1e-05, 2.5e-10]",
  ],
  ["[1e400, -1e400, 123456789012345680.0]", "[Infinity, -Infinity, 1.2345678901234568e+17]"],
];

for (const [text, dumped] of cases) {
  test(`${text} is dumped as Python does`, () => {
    assert.equal(pythonDumps(text), dumped);
  });
}
