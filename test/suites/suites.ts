/** The suites. Each is one process, which runs its test files one after the other. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

const tests = join(import.meta.dirname, "..");

/** By name, the longest first: the folders (or files) below `test/`, each with all its test files. */
export const SUITES: Readonly<Record<string, readonly string[]>> = {
  sessions: ["sessions"],
  engine: ["engine", "trace", "render", "examine", "interop", "docs", "example.test.ts"],
  core: ["json", "errors", "sign", "snapshot", "plan", "check"],
  "command-line": ["package.test.ts", "cli", "report", "workspace", "ledger", "suites"],
  stores: ["storage", "platform", "capabilities", "vectors", "scenarios"],
  // Alone: what other tests leave to a process, such as a lock's spare link, would count as a write outside the workspace.
  fuzz: ["fuzz.test.ts"],
};

/** Test files at or below a place, sorted, as paths below `test/`. */
export function testFiles(place: string): readonly string[] {
  if (place.endsWith(".test.ts")) return [place];
  const names = readdirSync(join(tests, place), { recursive: true }).map((name) => join(place, String(name)));
  return names.filter((name) => name.endsWith(".test.ts")).sort();
}
