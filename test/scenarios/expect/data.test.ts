import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../../src/json/value.ts";
import { nodeFiles } from "../../../src/platform/node-ports.ts";
import { openTempFolder } from "../../../src/platform/temp-folder.ts";
import { compareData, readData } from "../../../src/scenarios/expect/data.ts";
import type { RunStep } from "../../../src/scenarios/scenario.ts";
import { changed, scenario, vector } from "../playing.ts";

function stepWith(after: JsonObject): RunStep {
  const [step] = scenario(changed(vector("tool-grants", "a grant"), { "/steps/0/data_after": after })).steps;
  assert.ok(step?.kind === "run");
  return step;
}

function differences(after: JsonObject, before: Record<string, string>, found: Record<string, string>) {
  return compareData(stepWith(after), new Map(Object.entries(before)), new Map(Object.entries(found)));
}

test("files are compared by value, line by line, or as text", () => {
  const after = { j: { json: { a: 1, b: "«any»" } }, l: { jsonl: [{ n: 1 }, "x"] }, t: { text: "as it is\n" } };
  const found = { j: '{"b":[],\n"a":1.0}', l: '{"n":1}\n\n"x"\n', t: "as it is\n" };
  assert.deepEqual(differences(after, {}, found), []);
});

test("a difference in a file names file and place", () => {
  const after = { "a/j": { json: { a: [1] } }, l: { jsonl: [1, 2] }, t: { text: "x" } };
  assert.deepEqual(differences(after, {}, { "a/j": '{"a":[2]}', l: "1\n", t: "y" }), [
    { at: "/data_after/a~1j/json/a/0", expected: 1, found: 2 },
    { at: "/data_after/l/jsonl/1", expected: 2 },
    { at: "/data_after/t/text", expected: "x", found: "y" },
  ]);
});

test("a line that is no JSON stands as a line", () => {
  assert.deepEqual(differences({ l: { jsonl: [1, { "«line»": '{"to' }] } }, {}, { l: '1\n{"to' }), []);
  assert.deepEqual(differences({ j: { json: {} } }, {}, { j: "{]" }), [
    { at: "/data_after/j/json", expected: {}, found: "{]" },
  ]);
});

test("a file that should be there and is not, and one that should be gone and is there", () => {
  assert.deepEqual(differences({ a: { text: "x" }, b: null }, {}, { b: "y" }), [
    { at: "/data_after/a/text", expected: "x" },
    { at: "/data_after/b", found: "y" },
  ]);
});

test("a file that nobody expected to change is shown by the lines that did", () => {
  const before = { log: "one\ntwo\n", gone: "x", same: "s" };
  const found = { log: "one\ntwo\nthree\n", new: "n", same: "s" };
  assert.deepEqual(differences({}, before, found), [
    { at: "/data_after/gone/text/0", expected: "x" },
    { at: "/data_after/log/text/2", found: "three" },
    { at: "/data_after/new/text/0", found: "n" },
  ]);
});

test("an empty file and a registry without names count as none", () => {
  assert.deepEqual(differences({ gone: null }, { a: "" }, { b: "{}\n", c: "", gone: "{}" }), []);
});

test("what begins with a dot is the runner's own", (t) => {
  const scratch = openTempFolder();
  t.after(() => scratch.close());
  for (const path of [".lock", "a/.index/x", "a/b.json", "c"]) scratch.write(path, path);
  assert.deepEqual([...readData(scratch.folder, nodeFiles)] as unknown as Json, [
    ["a/b.json", "a/b.json"],
    ["c", "c"],
  ]);
  assert.equal(readData(`${scratch.folder}/nothing`, nodeFiles).size, 0);
});
