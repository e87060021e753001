/** The format of a scenario vector is read strictly: what is misspelt would otherwise not be compared. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { ScenarioFault } from "../../src/scenarios/errors.ts";
import { EXPECTED, isScenario, parseScenario, type RunStep } from "../../src/scenarios/scenario.ts";
import { changed, scenario } from "./playing.ts";

const expect: JsonObject = Object.fromEntries(EXPECTED.map((member) => [member, "«any»"]));
const step: JsonObject = { name: "one", wf: "a::WF_A_V0", payload: { n: 1 }, expect, data_after: {} };
const whole: JsonObject = { scenario: "s", about: "small", data_before: { "a/b.json": "{}" }, steps: [step] };

function firstStep(value: Json): RunStep {
  const [first] = scenario(value).steps;
  assert.ok(first?.kind === "run");
  return first;
}

test("a whole vector is read, its defaults filled in", () => {
  const read = scenario(whole);
  assert.deepEqual(
    [read.name, read.about, read.hasUnorderedEffects, read.overlay.size],
    ["s", "small", false, 0],
  );
  assert.deepEqual(read.before, [{ do: "write", path: "a/b.json", text: "{}" }]);
  const { workflow, isOrderDependent, maxHops, environment, before, after } = firstStep(whole);
  assert.deepEqual(
    [workflow, isOrderDependent, maxHops, environment.size, before.length, after.size],
    ["a::WF_A_V0", false, undefined, 0, 0, 0],
  );
});

test("everything that may stand beside it is read too", () => {
  const { environment, maxHops, before, after, isOrderDependent } = firstStep(
    changed(whole, {
      "/steps/0/args": { env: { HOST: "h" }, max_hops: 3 },
      "/steps/0/fs_before": [
        { op: "write", path: "x", text: "y" },
        { op: "rm", path: "z" },
      ],
      "/steps/0/data_after": { a: null, b: { jsonl: [1] } },
      "/steps/0/order_dependent": true,
    }),
  );
  assert.deepEqual([[...environment], maxHops, isOrderDependent], [[["HOST", "h"]], 3, true]);
  assert.deepEqual(before, [
    { do: "write", path: "x", text: "y" },
    { do: "rm", path: "z" },
  ]);
  assert.deepEqual(
    [...after],
    [
      ["a", null],
      ["b", { form: "jsonl", content: [1] }],
    ],
  );
});

test("a step that does not apply is left out, and says why", () => {
  const left = changed(whole, { "/steps/0": { name: "one", not_applicable: "no such option" } });
  assert.deepEqual(scenario(left).steps, [{ kind: "left out", name: "one", why: "no such option" }]);
});

test("a payload reaches the runner as the vector spells it", () => {
  const spelled = `{"n": 9007199254740993, "f": 2.0, "s": "\\u00e9 «1»" }`;
  const text = JSON.stringify(whole).replace('"payload":{"n":1}', `"payload":${spelled}`);
  const read = parseScenario({ file: "v.json", text }, JSON.parse(text) as Json);
  const [first] = read.steps;
  assert.ok(first?.kind === "run");
  assert.equal(Buffer.from(first.payload).toString(), spelled);
});

test("a payload may also be given as text or as bytes, or not at all", () => {
  const payloadOf = (given: JsonObject) =>
    Buffer.from(
      firstStep(changed(whole, { "/steps/0": { ...step, payload: undefined, ...given } as never })).payload,
    );
  const without = changed(whole, { "/steps/0/payload": undefined });
  assert.equal(Buffer.from(firstStep(without).payload).toString(), "{}");
  const text = changed(without, { "/steps/0/payload_text": '{"a":1,"a":2' });
  assert.equal(Buffer.from(firstStep(text).payload).toString(), '{"a":1,"a":2');
  const bytes = changed(without, { "/steps/0/payload_b64": "/w==" });
  assert.deepEqual([...firstStep(bytes).payload], [0xff]);
  assert.throws(() => payloadOf({ payload: {}, payload_text: "{}" }), ScenarioFault);
});

test("a vector means to be one when it says scenario", () => {
  assert.deepEqual([isScenario(whole), isScenario({ steps: [] }), isScenario([whole])], [true, false, false]);
});

const malformed: readonly (readonly [about: string, at: string, value: Json | undefined, pointer?: string])[] =
  [
    ["an unknown member", "/step", []],
    ["no name", "/scenario", undefined],
    ["a flag that is a text", "/unordered_effects", "yes"],
    ["data before that leaves the data root", "/data_before/..~1x", ""],
    ["data before at an absolute path", "/data_before/~1x", ""],
    [
      "an overlay that is no artifact",
      "/snapshot_overlay",
      { "artifacts/x.json": 1 },
      "/snapshot_overlay/artifacts~1x.json",
    ],
    ["steps that are no list", "/steps", {}],
    ["a misspelt member of a step", "/steps/0/data_afte", {}],
    ["a step without a workflow", "/steps/0/wf", undefined],
    ["a step without expectations", "/steps/0/expect", undefined],
    ["a misspelt expectation", "/steps/0/expect/exit_cod", 0],
    ["an expectation that is left out", "/steps/0/expect/exit_code", undefined],
    [
      "a forbidden text that is none",
      "/steps/0/expect/must_not_appear",
      [1],
      "/steps/0/expect/must_not_appear/0",
    ],
    ["a stored form nobody knows", "/steps/0/data_after/f", { yaml: 1 }],
    ["two stored forms", "/steps/0/data_after/f", { json: 1, text: "1" }],
    ["a stored path that leaves the data root", "/steps/0/data_after/a~1..~1..", null],
    [
      "a preparation nobody knows",
      "/steps/0/fs_before",
      [{ op: "link", path: "x" }],
      "/steps/0/fs_before/0/op",
    ],
    ["a preparation outside", "/steps/0/fs_before", [{ op: "rm", path: "../x" }], "/steps/0/fs_before/0/path"],
    ["a write without text", "/steps/0/fs_before", [{ op: "write", path: "x" }], "/steps/0/fs_before/0/text"],
    ["an environment of numbers", "/steps/0/args", { env: { PORT: 1 } }, "/steps/0/args/env/PORT"],
    ["no hops at all", "/steps/0/args", { max_hops: 0 }, "/steps/0/args/max_hops"],
  ];
for (const [about, at, value, pointer = at] of malformed) {
  test(`refused: ${about}`, () => {
    assert.throws(
      () => scenario(changed(whole, { [at]: value })),
      (error) => {
        assert.ok(error instanceof ScenarioFault, String(error));
        assert.deepEqual([error.code, error.facts["pointer"]], ["VECTOR_MALFORMED", pointer]);
        return true;
      },
    );
  });
}

test("a refusal names the line of the place, or of what the place is missing from", () => {
  const lineOf = (at: string, value: Json | undefined) => {
    try {
      scenario(changed(whole, { [at]: value }));
    } catch (error) {
      return (error as ScenarioFault).facts["line"];
    }
    return undefined;
  };
  assert.equal(lineOf("/about", 7), 3);
  assert.equal(lineOf("/steps/0/wf", undefined), 8);
});
