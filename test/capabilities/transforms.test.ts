import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { integer } from "../../src/capabilities/input-schema.ts";
import { registry } from "../../src/capabilities/registry.ts";
import {
  type DrawnSources,
  type Example,
  type Transform,
  transform,
} from "../../src/capabilities/transform.ts";
import { deepFreeze, isObject, type Json, type JsonObject } from "../../src/json/value.ts";
import type { Sources } from "../../src/ports.ts";

const FOLDER = join(import.meta.dirname, "../../src/capabilities/transforms");
const DOOR = ["INPUT_MISSING", "INPUT_TYPE"];

const files = readdirSync(FOLDER).filter((file) => file.startsWith("ct-"));
const transforms = await Promise.all(files.map(declaredIn));

async function declaredIn(file: string): Promise<Transform> {
  const [, code] = /^ {2}code: "([^"]+)",$/m.exec(readFileSync(join(FOLDER, file), "utf8")) ?? [];
  const declared = registry.transform(String(code)) ?? assert.fail(`${file} is not registered`);
  await declared.prepare?.();
  return declared;
}

/** A fixed draw for those that declare one; for the others drawing anything is an error. */
function drawOf({ draws }: Transform): Sources {
  const only = <T>(kinds: readonly DrawnSources[], value: T): T => {
    assert.ok(draws !== undefined && kinds.includes(draws), `drew ${kinds[0]} without declaring it`);
    return value;
  };
  return {
    clock: () => only(["clock"], "2026-01-31T09:00:00.000Z"),
    entropy: (count) => only(["entropy", "secret"], "5a".repeat(count)),
  };
}

const copy = <T extends Json>(value: T): T => structuredClone(value) as T;

function play(declared: Transform, example: Example): void {
  const input = deepFreeze(copy(example.input));
  const answer = declared.answer(input, drawOf(declared));
  assert.deepEqual(declared.answer(input, drawOf(declared)), answer, "a second call answers the same");
  assert.deepEqual(input, example.input, "the input is unchanged");
  if ("violation" in example) {
    assert.equal("violation" in answer ? answer.violation : answer, example.violation);
  } else {
    assert.deepEqual("result" in answer ? answer.result : answer, example.result);
    assert.deepEqual(Object.keys(example.result).sort(), [...declared.result].sort());
  }
}

for (const declared of transforms) {
  test(`${declared.code} does what its examples say`, async (t) => {
    for (const example of declared.examples) await t.test(example.about, () => play(declared, example));
  });

  test(`${declared.code} has an example of success and one of every declared violation, and no other`, () => {
    const shown = declared.examples.flatMap((example) => ("violation" in example ? [example.violation] : []));
    assert.ok(declared.examples.some((example) => "result" in example));
    assert.deepEqual(
      [...new Set(shown)].filter((reason) => !DOOR.includes(reason)).sort(),
      [...declared.violations].sort(),
    );
  });

  test(`${declared.code} answers a result of JSON values only`, () => {
    for (const { input } of declared.examples) {
      const answer = declared.answer(deepFreeze(copy(input)), drawOf(declared));
      if ("result" in answer) assert.deepEqual(JSON.parse(JSON.stringify(answer.result)), answer.result);
    }
  });

  test(`${declared.code} never makes up an answer without input`, () => {
    const answer = declared.answer({}, drawOf(declared));
    assert.ok("violation" in answer && DOOR.includes(answer.violation), JSON.stringify(answer));
  });
}

test("a transform reads own properties only", () => {
  const lookup = registry.transform("capability_transforms::CT_PURE_LOOKUP_V0") as Transform;
  const input: JsonObject = JSON.parse(
    '{"key":"__proto__","map":{"__proto__":{"polluted":true}}}',
  ) as JsonObject;
  const answer = lookup.answer(deepFreeze(input), drawOf(lookup));
  assert.deepEqual(answer, { result: { result: { polluted: true } } });
  assert.ok(isObject(answer) && !("polluted" in {}));
});

test("a transform answers only when what it uses is loaded", async () => {
  const declared = transform({
    code: "trial::CT_PURE_HALVE_V0",
    about: "Half of the number.",
    input: { value: integer },
    result: ["half"],
    violations: [],
    uses: async () => ({ halve: (value: number) => value / 2 }),
    run: ({ value }, _draw, { halve }) => ({ result: { half: halve(value) } }),
    examples: [],
  });
  const answer = () => declared.answer({ value: 6 }, drawOf(declared));
  assert.throws(answer, /trial::CT_PURE_HALVE_V0 is not prepared/);
  await declared.prepare?.();
  assert.deepEqual(answer(), { result: { half: 3 } });
});
