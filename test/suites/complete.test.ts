/** No test file is left out of the suites, and every failure of a test can be had again. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ROUND } from "../support/portion.ts";
import { testFiles, testProcesses } from "./suites.ts";

test("every test file belongs to exactly one process", () => {
  const listed = [...testProcesses().values()].flat().sort();
  const present = testFiles(".");
  assert.deepEqual(listed, present);
});

test("no test measures time, or draws what it does not print the seed of", () => {
  const present = testFiles(".").filter((name) => !name.startsWith("suites/"));
  const unrepeatable =
    /\b(performance\.now|hrtime|Date\.now|Math\.random|random(Bytes|Int|UUID)|getRandomValues|fc\.(check|sample))\b/;
  // What is quoted is code that a test gives to the program.
  const quoted = /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g;
  const found = present.filter((name) =>
    unrepeatable.test(readFileSync(join(import.meta.dirname, "..", name), "utf8").replace(quoted, "")),
  );
  assert.deepEqual(found, []);
});

/** One long test each; shorter tests of other files are of its kind. */
const LONG: readonly string[] = [
  ...["capabilities/effects/many-processes", "json/limits", "plan/sealed-run", "sessions/elsewhere"],
  ...["sessions/hints-snapshot", "sessions/key-material", "sessions/segments-processes"],
  "snapshot/build/published",
].map((name) => `${name}.test.ts`);

test("of every file some tests are played every day", () => {
  const silent = testFiles(".").filter((name) => {
    const text = readFileSync(join(import.meta.dirname, "..", name), "utf8");
    const turns = [...text.matchAll(/^ *it\(\s*(.)/gm)].map(([, quote]) => (quote === "`" ? ROUND : 1));
    const isEveryDay = /^(?: *test| {2}play)\(/m.test(text);
    return !isEveryDay && turns.reduce((sum, count) => sum + count, 0) < ROUND;
  });
  assert.deepEqual(silent, LONG);
});
