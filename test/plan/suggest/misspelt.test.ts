/** Texts that are no expressions are met with the next ones that are. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { ExpressionError } from "../../../src/plan/expression.ts";
import type { Names } from "../../../src/plan/suggest/declared.ts";
import { placeOfText, suggestCondition, suggestExpression } from "../../../src/plan/suggest/misspelt.ts";

const expressions: readonly (readonly [text: string, meant: string | null])[] = [
  ["$.payload.change-id", "$.payload['change-id']"],
  ["$.payload.change id.of", "$.payload['change id'].of"],
  ["$.payload.list.0", "$.payload.list['0']"],
  ["$.payload.", "$.payload"],
  ["$.payload[?(@.x)]", null],
  ["$.payload[(1)]", null],
  ["{{timestmp}}", "{{timestamp}}"],
  ["{{ timestamp }}", "{{timestamp}}"],
  ["{{uuid}}", null],
  ["{{$.inputs.n}}", "$.inputs.n"],
  ["{{inputs.n + 1}}", "{{$.inputs.n + 1}}"],
  ["{{amount + 1}}", null],
  ["$.amount.", null],
  ["{{inputs.n * 2}}", null],
];

const isKnown = ({ root }: { root: string }) => ["payload", "inputs"].includes(root);

for (const [text, meant] of expressions) {
  test(`${text} is taken for ${meant ?? "nothing"}`, () => {
    const to = meant === null ? "a path to a value, or a value" : JSON.stringify(meant);
    assert.deepEqual(suggestExpression(new ExpressionError("", text), isKnown), { do: "change", to });
  });
}

const conditions: readonly (readonly [text: string, meant: string | null])[] = [
  ["$.frozen = true", "$.frozen == true"],
  ["$.a === 1", "$.a == 1"],
  ["$.a <> null", "$.a != null"],
  ["$.a => 1", "$.a >= 1"],
  ["$.state == active", '$.state == "active"'],
  ["$.state == 'active'", '$.state == "active"'],
  ["$.a and $.b", null],
  ["$.a[?(@)] = 1", null],
  ["frozen = true", "$.frozen == true"],
  ["frozn = true", "$.frozen == true"],
  ["$.frozn = true", "$.frozen == true"],
  ["$.inputs.limt => 3", "$.inputs.limit >= 3"],
  ["$.b = $.frozn", "$.b == $.frozen"],
  ["yes == no", null],
  ["yes = $.frozen", null],
  ["state == frozen", null],
  ["'active' = 'active'", null],
  ["1 = 1", null],
  ["$.elsewhere = 1", null],
];

const names: Names = { a: null, b: null, state: null, frozen: null, inputs: { limit: null } };

for (const [text, meant] of conditions) {
  test(`the condition ${text} is taken for ${meant ?? "nothing"}`, () => {
    const to = meant === null ? "<path> <operator> <value>" : JSON.stringify(meant);
    assert.deepEqual(suggestCondition(text, names), { do: "change", to });
  });
}

test("a text is found where it stands in a value", () => {
  assert.deepEqual(placeOfText({ a: [1, { b: "x" }] }, "x"), ["a", 1, "b"]);
  assert.deepEqual(placeOfText("x", "x"), []);
});
