/** No test file is left out of the suites. */

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
