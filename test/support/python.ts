/** Asks the Python of this machine, where there is one: what it makes of values that are sent as JSON. */

import { execFileSync, spawnSync } from "node:child_process";
import type { Json } from "../../src/json/value.ts";

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
