/** What paths may name, and which one a path that names something else may have meant. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { parseExpression, pathsIn } from "../../../src/plan/expression.ts";
import { type Names, suggestedPath } from "../../../src/plan/suggest/declared.ts";

const names: Names = {
  payload: { change: { author: null, risk: null }, list: null, "two words": null },
  results: { ASK: { result_status: null }, COUNT: { total: null, "change-id": null } },
};

const paths: readonly (readonly [text: string, meant: string | undefined])[] = [
  ["$.payload.change.author", undefined],
  ["$.payload.chnage.author", "$.payload.change.author"],
  ["$.payload.chnage.authro", "$.payload.change.author"],
  ["$.payload.author", "$.payload.change.author"],
  ["$.payload.lsit[0].x", "$.payload.list[0].x"],
  ["$.payload['two wrods']", "$.payload['two words']"],
  ["$.payload.whatever", undefined],
  ["$.payload.change.author.name", undefined],
  ["$.results.CONUT.total", "$.results.COUNT.total"],
  ["$.results.COUNT.change_id", "$.results.COUNT['change-id']"],
  ["$.payload.lsit[*].x", "$.payload.list[*].x"],
  ["$.payload.chnage..author[1:]", "$.payload.change..author[1:]"],
  ["$.payload['it\\'s']", undefined],
  ["{{$.results.COUNT.totla + 1}}", "{{$.results.COUNT.total + 1}}"],
];

for (const [text, meant] of paths) {
  test(`${text} is taken for ${meant ?? "nothing else"}`, () => {
    const [found] = pathsIn(parseExpression(text));
    assert.ok(found);
    assert.equal(suggestedPath(found, names), meant);
  });
}

test("a path inside a value knows where it stands", () => {
  const source = parseExpression({ a: ["x", { b: "{{$.payload.n + 1}}" }] });
  assert.deepEqual(
    pathsIn(source).map(({ at, text, whole }) => [at, text, whole]),
    [[["a", 1, "b"], "$.payload.n", "{{$.payload.n + 1}}"]],
  );
});
