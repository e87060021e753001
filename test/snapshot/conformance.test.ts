/** The conformance cases of a snapshot are read as strictly as its artifacts, and only as sealed. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../src/errors/base.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { wantedOutcome } from "../../src/scenarios/conformance.ts";
import { readCases } from "../../src/snapshot/conformance.ts";
import { openSnapshot } from "../../src/snapshot/load.ts";
import { changed } from "../scenarios/playing.ts";
import { takingTurns } from "../support/portion.ts";
import { type Contents, contentsOf, FOLDER, memoryFiles, OWN_SNAPSHOT, sealed } from "./memory-files.ts";

const it = takingTurns(import.meta.url);

const NAME = "trial::CT_TRIAL_V0::one";
const FILE = "conformance/trial__CT_TRIAL_V0__one.json";
const declared: JsonObject = {
  artifact_type: "CT_CONFORMANCE",
  ct_fqdn: "trial::CT_TRIAL_V0",
  ct_ir: { inputs: { n: 1 } },
  expected: { twice: 2 },
  expected_outcome: "SUCCESS",
  fqdn: NAME,
};
const WORKFLOW = ["artifacts/workflows/x.json", Buffer.from("{}")] as const;

async function casesIn(contents: Contents) {
  return readCases(await openSnapshot(FOLDER, memoryFiles(contents)));
}

function withCase(text: string, file = FILE): Contents {
  return new Map([WORKFLOW, [file, Buffer.from(text)]]);
}

async function refusal(contents: Contents): Promise<Fault> {
  try {
    await casesIn(contents);
  } catch (error) {
    assert.ok(error instanceof Fault, String(error));
    return error;
  }
  return assert.fail("not refused");
}

it("a case says its transform, inputs, outcome and outputs", async () => {
  const [one] = await casesIn(withCase(JSON.stringify(declared)));
  assert.deepEqual(one, {
    ...{ name: NAME, transform: "trial::CT_TRIAL_V0", file: FILE, inputs: { n: 1 }, outcome: "SUCCESS" },
    ...{ outputs: { twice: 2 }, properties: new Map(), ir: null },
  });
});

test("a property stands for an output that is not known beforehand", async () => {
  const assertions = {
    a: { mode: "property", type: "hex_string", byte_length: 4 },
    b: { mode: "property", type: "array" },
  };
  const [one] = await casesIn(withCase(JSON.stringify({ ...declared, assertions })));
  assert.deepEqual(
    [...(one?.properties ?? [])],
    [
      ["a", { type: "hex_string", byteLength: 4 }],
      ["b", { type: "array" }],
    ],
  );
});

test("a case may leave the outcome to its outputs", async () => {
  const { expected_outcome: _, ...silent } = declared;
  const [one] = await casesIn(withCase(JSON.stringify(silent)));
  assert.ok(one);
  assert.equal(one.outcome, null);
  assert.deepEqual(
    [wantedOutcome(one, "VIOLATION"), wantedOutcome({ ...one, outputs: {} }, "VIOLATION")],
    ["VIOLATION", "SUCCESS"],
  );
});

const malformed: readonly (readonly [about: string, at: string, value: Json | undefined])[] = [
  ["another kind of file", "/artifact_type", "CT"],
  ["a transform that is none", "/ct_fqdn", "trial::CS_TRIAL_V0"],
  ["a case of another transform", "/fqdn", "trial::CT_OTHER_V0::one"],
  ["no inputs", "/ct_ir/inputs", undefined],
  ["outputs that are no object", "/expected", [2]],
  ["an outcome nobody knows", "/expected_outcome", "FAILURE"],
  ["assertions that are no object", "/assertions", []],
  ["an assertion that cannot be checked", "/assertions", { a: { mode: "regex", type: "string" } }],
  ["a property nobody knows", "/assertions", { a: { mode: "property", type: "uuid" } }],
  ["a length of something without", "/assertions", { a: { mode: "property", type: "array", byte_length: 2 } }],
  ["a property that asks for more", "/assertions", { a: { mode: "property", type: "string", pattern: "x" } }],
];
for (const [about, at, value] of malformed) {
  test(`refused: ${about}`, async () => {
    const { code, facts } = await refusal(
      withCase(JSON.stringify(changed(declared, { [at]: value }), null, 1)),
    );
    assert.equal(code, "MALFORMED_ARTIFACT");
    assert.ok(String(facts["pointer"]).startsWith(at), String(facts["pointer"]));
  });
}

test("a file that calls itself otherwise, or is no strict JSON, is refused", async () => {
  const text = JSON.stringify(declared);
  assert.equal((await refusal(withCase(text, "conformance/other.json"))).code, "FQDN_MISMATCH");
  assert.equal((await refusal(withCase(text.replace("{", '{"fqdn":1,')))).code, "DUPLICATE_KEY");
  assert.equal((await refusal(withCase(text.replace(":1}", ":9007199254740993}")))).code, "NUMBER_NOT_HELD");
});

test("a snapshot without cases is refused", async () => {
  assert.equal((await refusal(new Map([WORKFLOW]))).code, "NO_CONFORMANCE_CASES");
});

test("in a sealed snapshot a case is read only as sealed", async () => {
  const whole = sealed(contentsOf(OWN_SNAPSHOT));
  const path = [...whole.keys()].find((name) => name.startsWith("conformance/")) as string;
  assert.equal(
    (await casesIn(whole)).length,
    [...whole.keys()].filter((one) => one.startsWith("conformance/")).length,
  );

  const text = Buffer.from(whole.get(path) as Uint8Array).toString();
  const edited = new Map([...whole, [path, Buffer.from(`${text} `)] as const]);
  assert.equal((await refusal(edited)).code, "SEALED_FILE_CHANGED");
  const added = new Map([...whole, [FILE, Buffer.from(JSON.stringify(declared))] as const]);
  assert.equal((await refusal(added)).code, "FILE_NOT_SEALED");
  const removed = new Map(whole);
  removed.delete(path);
  assert.equal((await refusal(removed)).code, "SEALED_FILE_MISSING");
});
