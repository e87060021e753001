import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { registry } from "../../src/capabilities/registry.ts";
import type { Answer, Transform } from "../../src/capabilities/transform.ts";
import { deepFreeze, type JsonObject } from "../../src/json/value.ts";
import type { Sources } from "../../src/ports.ts";

const SHARED = join(import.meta.dirname, "../../../shared");
const absent = existsSync(SHARED) ? false : "the shared vectors are not beside the repository";

interface Vector {
  readonly ct: string;
  readonly inputs: JsonObject;
  readonly outcome: "SUCCESS" | "VIOLATION" | "CAPABILITY_FAULT";
  readonly outputs: JsonObject | null;
  readonly inputs_text?: string;
  /** Patterns or values of the result's fields, where chance decides. */
  readonly property?: JsonObject;
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
const REFUSE_BY_SPELLING =
  /::CT_PURE_(?:COLLATZ_STEP|CHECK_QUOTA_AVAILABLE|DERIVE_CHILD_KEY|GENERATE_ENTROPY)_V0$/;

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

const pure: Sources = {
  clock: () => assert.fail("a transform of the vectors reads no clock"),
  entropy: () => assert.fail("this vector draws no entropy"),
};
const chance: Sources = { ...pure, entropy: (count) => "c4".repeat(count) };

function outcomeOf(declared: Transform, { inputs }: Vector, sources: Sources): Answer | "CAPABILITY_FAULT" {
  try {
    return declared.answer(deepFreeze(inputs), sources);
  } catch (error) {
    if (error instanceof assert.AssertionError) throw error;
    assert.equal((error as Error).constructor, Error, `an unplanned ${error}`);
    return "CAPABILITY_FAULT";
  }
}

function check(declared: Transform, vector: Vector): void {
  const answer = outcomeOf(declared, vector, vector.property === undefined ? pure : chance);
  const facts = `${JSON.stringify(vector.inputs).slice(0, 300)} answered ${JSON.stringify(answer).slice(0, 300)}`;
  if (answer === "CAPABILITY_FAULT") {
    assert.equal(vector.outcome, "CAPABILITY_FAULT", facts);
  } else if ("violation" in answer) {
    const asGood = vector.outcome === "CAPABILITY_FAULT" && vector.declared_types_violated !== undefined;
    assert.ok(vector.outcome === "VIOLATION" || asGood, facts);
  } else {
    assert.equal(vector.outcome, "SUCCESS", facts);
    if (vector.property === undefined) assert.deepEqual(answer.result, vector.outputs, facts);
    else checkProperty(answer.result, vector.property);
  }
}

function checkProperty(result: JsonObject, { random, ...fields }: JsonObject): void {
  assert.equal(random, true);
  assert.deepEqual(Object.keys(result).sort(), Object.keys(fields).sort());
  for (const [name, expected] of Object.entries(fields)) {
    if (String(expected).startsWith("^"))
      assert.match(String(result[name]), new RegExp(String(expected)), name);
    else assert.equal(result[name], expected, name);
  }
}

/** What the reference said and what is answered here, for a vector that binds nobody. */
function compared(declared: Transform, { vector, source }: Sourced): string {
  const answer = outcomeOf(declared, vector, chance);
  const here = typeof answer === "object" && "result" in answer ? answer.result : answer;
  const there = vector.outputs ?? vector.outcome;
  return `${declared.code} of ${source}: there ${JSON.stringify(there)}, here ${JSON.stringify(here)}`;
}

test("every transform answers its vectors", { skip: absent }, async (t) => {
  const vectors = readVectors();
  const codes = [...new Set(vectors.map(({ vector }) => vector.ct))];
  const informative: string[] = [];
  for (const code of codes) {
    const declared = registry.transform(code) ?? assert.fail(`nothing implements ${code}`);
    await declared.prepare?.();
    const own = vectors.filter(({ vector }) => vector.ct === code);
    const binding = own.filter((one) => !isInformative(one));
    informative.push(...own.filter(isInformative).map((one) => compared(declared, one)));
    await t.test(`${code}: ${binding.length} of ${own.length} vectors bind`, () => {
      assert.ok(binding.length > 0);
      for (const { vector } of binding) check(declared, vector);
    });
  }
  for (const line of informative) t.diagnostic(line);
  t.diagnostic(`${vectors.length} vectors, ${informative.length} of them informative`);
  assert.ok(informative.length > 0 && informative.length < vectors.length / 10, "only a few are informative");
});

/** The module that the successor's artifacts name for a transform of no domain. */
function moduleOf(ct: string): string {
  return `capability_transforms.implementation.${ct.replace(/^.*::/, "").toLowerCase()}`;
}

const ASSEMBLED = join(SHARED, "assembled/ct-vectors.json");

test("every transform answers the vectors of the successor's domains, under both namespaces", {
  skip: existsSync(ASSEMBLED) ? false : "the shared vectors are not beside the repository",
}, async () => {
  const vectors = JSON.parse(readFileSync(ASSEMBLED, "utf8")) as readonly Vector[];
  assert.equal(vectors.length, 44);
  for (const vector of vectors) {
    for (const prefix of ["", "fb."]) {
      const declared = registry.transform(`${prefix}${vector.ct}`, moduleOf(vector.ct));
      assert.ok(declared, vector.ct);
      await declared.prepare?.();
      check(declared, vector);
    }
  }
});

test("a transform that means two things under one name is told apart by the module that the artifact names", () => {
  const code = "capability_transforms::CT_PURE_EXTRACT_V0";
  const inputs = { from: { a: 1 }, path: "$.a", type: "number" };
  const modules = [
    "pgs_transforms.implementation.transforms.atoms.ct_pure_extract_v0",
    undefined,
    moduleOf(code),
  ];
  const results = modules.map((module) => registry.transform(code, module)?.answer(inputs, pure));
  assert.deepEqual(results, [
    { result: { result: 1 } },
    { result: { result: 1 } },
    { result: { result: null } },
  ]);
});

/** The fields a published case asserts no value of. */
function propertyOf(assertions: JsonObject | undefined): Pick<Vector, "property"> {
  if (assertions === undefined) return {};
  const patterns = Object.entries(assertions).map(([name, assertion]) => {
    const { type, byte_length: bytes } = assertion as JsonObject;
    assert.equal(type, "hex_string");
    return [name, `^0x[0-9a-f]{${2 * Number(bytes)}}$`];
  });
  return { property: { random: true, ...Object.fromEntries(patterns) } };
}

test("the published conformance cases end as they must", { skip: absent }, async (t) => {
  const cases = JSON.parse(
    readFileSync(join(SHARED, "conformance-expected.json"), "utf8"),
  ) as readonly (Vector & { readonly fqdn: string; readonly assertions?: JsonObject })[];
  for (const one of cases) {
    const declared = registry.transform(one.ct) ?? assert.fail(`nothing implements ${one.ct}`);
    await declared.prepare?.();
    await t.test(one.fqdn, () => check(declared, { ...one, ...propertyOf(one.assertions) }));
  }
});
