/** Loads every test below some folders into one process: starting one for each file costs more than most of them run. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

const tests = join(import.meta.dirname, "..");

/** The folders (or files) below `test/`, each with all its test files. */
export async function loadSuite(...places: readonly string[]): Promise<void> {
  for (const place of places) {
    for (const file of testFiles(place)) await import(join(tests, file));
  }
}

/** Test files at or below a place, sorted, as paths below `test/`. */
export function testFiles(place: string): readonly string[] {
  if (place.endsWith(".test.ts")) return [place];
  const names = readdirSync(join(tests, place), { recursive: true }).map((name) => join(place, String(name)));
  return names.filter((name) => name.endsWith(".test.ts")).sort();
}
