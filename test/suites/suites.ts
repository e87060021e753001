/** The suites: test files that share a process, which runs them one after the other, or are dealt out to several. */

import { readdirSync } from "node:fs";
import { join } from "node:path";

const tests = join(import.meta.dirname, "..");

export interface Suite {
  /** The folders (or files) below `test/`, each with all its test files. */
  readonly places: readonly string[];
  /** How many processes share the files. Each loads the program anew; the more there are, the more evenly they end. */
  readonly processes: number;
}

/** By name, the longest first. */
export const SUITES: Readonly<Record<string, Suite>> = {
  sessions: { places: ["sessions"], processes: 2 },
  engine: { places: ["engine", "render", "interop", "docs", "example.test.ts"], processes: 1 },
  core: { places: ["json", "errors", "sign", "snapshot", "plan", "query", "check"], processes: 1 },
  // Together: the traces that are tampered with are made once.
  examine: { places: ["examine", "trace"], processes: 1 },
  "command-line": {
    places: ["package.test.ts", "cli", "report", "workspace", "ledger", "suites"],
    processes: 1,
  },
  stores: { places: ["storage", "platform", "capabilities", "vectors", "scenarios"], processes: 1 },
  // Alone: what other tests leave to a process, such as a lock's spare link, would count as a write outside the workspace.
  fuzz: { places: ["fuzz.test.ts"], processes: 1 },
};

/** The test files of each process, by its name, as paths below `test/`. */
export function testProcesses(): ReadonlyMap<string, readonly string[]> {
  const dealt = Object.entries(SUITES).flatMap(([name, { places, processes }]) => {
    const files = places.flatMap(testFiles);
    return Array.from({ length: processes }, (_, i) => {
      const part = files.filter((_, at) => at % processes === i);
      return [processes === 1 ? name : `${name}-${i + 1}`, part] as const;
    });
  });
  return new Map(dealt);
}

/** Test files at or below a place, sorted, as paths below `test/`. */
export function testFiles(place: string): readonly string[] {
  if (place.endsWith(".test.ts")) return [place];
  const names = readdirSync(join(tests, place), { recursive: true }).map((name) => join(place, String(name)));
  return names.filter((name) => name.endsWith(".test.ts")).sort();
}
