import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import type { Answer, Transform } from "../../src/capabilities/transform.ts";
import { deepFreeze, type Json, type JsonObject } from "../../src/json.ts";
import type { Draw } from "../../src/ports.ts";

const SHARED = join(import.meta.dirname, "../../../shared");
const absent = existsSync(SHARED) ? false : "the shared vectors are not beside the repository";

interface Vector {
  readonly ct: string;
  readonly inputs: JsonObject;
  readonly outcome: "SUCCESS" | "VIOLATION" | "CAPABILITY_FAULT";
  readonly outputs: JsonObject | null;
  readonly inputs_text?: string;
  readonly property?: Json;
  readonly declared_types_violated?: readonly string[];
}

/** A vector with the source text of its inputs: the parsed value no longer says how a number was written. */
interface Sourced {
  readonly vector: Vector;
  readonly source: string;
}

/** One vector stands on each line of the file. */
function readVectors(): readonly Sourced[] {
  const lines = readFileSync(join(SHARED, "ct-vectors.json"), "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith("{"))
    .map((line) => {
      const vector = JSON.parse(line.replace(/,$/, "")) as Vector;
      const source = vector.inputs_text ?? line.slice(line.indexOf('"inputs":'), line.indexOf('"outcome":'));
      const inputs =
        vector.inputs_text === undefined ? vector.inputs : (JSON.parse(vector.inputs_text) as JsonObject);
      return { vector: { ...vector, inputs }, source };
    });
}

/** In Python these refuse an integral float that does not come with its source text beside it. */
const REFUSE_BY_SPELLING = /::CT_PURE_(?:COLLATZ_STEP|CHECK_QUOTA_AVAILABLE)_V0$/;

/** Only the number's spelling decided in Python: an integral float, or an integer that a double rounds. */
function isInformative({ vector, source }: Sourced): boolean {
  const numbers = numbersIn(source);
  if (numbers.some((number) => /^-?\d+$/.test(number) && BigInt(number) !== BigInt(Number(number))))
    return true;
  if (vector.inputs_text === undefined && !REFUSE_BY_SPELLING.test(vector.ct)) return false;
  return numbers.some((number) => /[.eE]/.test(number) && Number.isInteger(Number(number)));
}

function numbersIn(json: string): readonly string[] {
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d[\d.eE+-]*/g) ?? [];
}

const pure: Draw = {
  clock: () => assert.fail("a transform of the vectors reads no clock"),
  entropy: () => assert.fail("a transform of the vectors draws no entropy"),
};

function outcomeOf(declared: Transform, inputs: JsonObject): Answer | "CAPABILITY_FAULT" {
  try {
    return declared.answer(deepFreeze(inputs), pure);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.equal((error as Error).constructor, Error, `an unplanned ${error}`);
    return "CAPABILITY_FAULT";
  }
}

function check(declared: Transform, vector: Vector): void {
  const answer = outcomeOf(declared, vector.inputs);
  const facts = `${JSON.stringify(vector.inputs).slice(0, 300)} answered ${JSON.stringify(answer).slice(0, 300)}`;
  if (answer === "CAPABILITY_FAULT") {
    assert.equal(vector.outcome, "CAPABILITY_FAULT", facts);
  } else if ("violation" in answer) {
    const asGood = vector.outcome === "CAPABILITY_FAULT" && vector.declared_types_violated !== undefined;
    assert.ok(vector.outcome === "VIOLATION" || asGood, facts);
  } else {
    assert.equal(vector.outcome, "SUCCESS", facts);
    assert.deepEqual(answer.result, vector.outputs, facts);
  }
}

test("every implemented transform answers its vectors", { skip: absent }, async (t) => {
  const vectors = readVectors();
  const codes = [...new Set(vectors.map(({ vector }) => vector.ct))];
  let informative = 0;
  let checked = 0;
  for (const code of codes) {
    const declared = registry.transform(code);
    if (declared === undefined || declared.draws !== undefined) continue;
    const own = vectors.filter(({ vector }) => vector.ct === code);
    const binding = own.filter((one) => !isInformative(one) && one.vector.property === undefined);
    informative += own.length - binding.length;
    checked += binding.length;
    await t.test(`${code}: ${binding.length} of ${own.length} vectors bind`, () => {
      assert.ok(binding.length > 0);
      for (const { vector } of binding) check(declared, vector);
    });
  }
  t.diagnostic(`${checked} vectors checked, ${informative} informative ones left out`);
  assert.ok(informative > 0 && informative < checked / 10, "only a few vectors are informative");
});

test("the published conformance cases end as they must", { skip: absent }, async (t) => {
  const cases = JSON.parse(
    readFileSync(join(SHARED, "conformance-expected.json"), "utf8"),
  ) as readonly (Vector & {
    readonly fqdn: string;
    readonly assertions?: Json;
  })[];
  for (const one of cases) {
    const declared = registry.transform(one.ct);
    if (declared === undefined || one.assertions !== undefined) continue;
    await t.test(one.fqdn, () => check(declared, one));
  }
});
