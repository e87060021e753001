/** No test file is left out of the suites, and every failure of a test can be had again. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { testFiles } from "./suite.ts";

test("every test file belongs to exactly one suite", () => {
  const suites = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".test.ts"));
  const places = suites.flatMap((name) => {
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    const call = /^await loadSuite\(([^)]*)\)/m.exec(source)?.[1] ?? "";
    return [...call.matchAll(/"([^"]+)"/g)].map(([, place]) => place as string);
  });
  const listed = places.flatMap((place) => testFiles(place)).sort();
  const present = testFiles(".").filter((name) => !name.startsWith("suites/"));
  assert.deepEqual(listed, present);
});

test("no test measures time, or draws what it does not print the seed of", () => {
  const present = testFiles(".").filter((name) => !name.startsWith("suites/"));
  const unrepeatable =
    /\b(performance\.now|hrtime|Date\.now|Math\.random|random(Bytes|Int|UUID)|getRandomValues|fc\.(check|sample))\b/;
  const found = present.filter((name) =>
    unrepeatable.test(readFileSync(join(import.meta.dirname, "..", name), "utf8")),
  );
  assert.deepEqual(found, []);
});
