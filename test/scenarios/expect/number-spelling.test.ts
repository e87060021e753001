import assert from "node:assert/strict";
import { test } from "node:test";
import { spelledOtherwise, unmistakable } from "../../../src/scenarios/expect/number-spelling.ts";
import type { RunStep } from "../../../src/scenarios/scenario.ts";
import { changed, scenario, vector } from "../playing.ts";

function stepWith(payload: string): RunStep {
  const given = changed(vector("tool-grants", "a grant"), {
    "/steps/0/payload": undefined,
    "/steps/0/payload_text": payload,
  });
  const [step] = scenario(given).steps;
  assert.ok(step?.kind === "run");
  return step;
}

const spelledIn = (payload: string) => spelledOtherwise(stepWith(payload));

test("whole numbers with a fraction or an exponent are found, with their places", () => {
  assert.deepEqual(spelledIn('{"a":[2, 2.0],"b":{"c/d":-1e3},"e":"3.0"}'), ["/a/1 2.0", "/b/c~1d -1e3"]);
});

test("other numbers are not, and a text that is no JSON holds none", () => {
  assert.deepEqual(spelledIn('{"a":[2,2.5,-0.25,1e-3,9007199254740993]}'), []);
  assert.deepEqual(spelledIn('{"a":'), []);
  assert.deepEqual(spelledIn('["unfinished'), []);
});

test("a half is added to each of them, and to nothing else", () => {
  const { payload } = unmistakable(stepWith('{"a":[2, 2.0,2.5],"b":-1e3,"c":"3.0 \\" 4.0"}'));
  assert.equal(Buffer.from(payload).toString(), '{"a":[2, 2.5,2.5],"b":-999.5,"c":"3.0 \\" 4.0"}');
});
