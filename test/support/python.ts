/** Asks the Python of this machine, where there is one: what it makes of values that are sent as JSON. */

import { execFileSync, spawnSync } from "node:child_process";
import fc from "fast-check";
import type { Json } from "../../src/json/value.ts";
import { seedNumber } from "./portion.ts";

/** `false`, or the reason to skip. */
export const skipWithoutPython: string | false =
  spawnSync("python3", ["--version"]).status === 0 ? false : "python3 is not there";

/** What `expression` is of each value, which it calls `v`; null where it raises. */
export function askPython(expression: string, values: readonly Json[], imports = "re, unicodedata"): Json[] {
  const program = `
import json, sys, ${imports}
def answer(v):
    try:
        return ${expression}
    except Exception:
        return None
print(json.dumps([answer(v) for v in json.load(sys.stdin)]))`;
  const input = JSON.stringify(values);
  return JSON.parse(
    execFileSync("python3", ["-W", "ignore", "-c", program], { input, encoding: "utf8", maxBuffer: 2 ** 28 }),
  ) as Json[];
}

/** Values as JSON carries them, which are drawn by the seed of the tests: the same in every run with it. */
export function samples<T extends Json>(of: fc.Arbitrary<T>, count = 400): T[] {
  return JSON.parse(JSON.stringify(fc.sample(of, { numRuns: count, seed: seedNumber() }))) as T[];
}
