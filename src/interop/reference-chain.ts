/** The hash chain of the reference runtime v0.2: each event carries the hash of the one before, none its own. */

import { sha256 } from "../json/canonical.ts";
import { pythonDumps } from "../json/python-dumps.ts";

/** The `prev_hash` of the first event. */
export function referenceGenesis(executionId: string): string {
  return sha256(executionId).slice(0, 16);
}

/** What the next event's `prev_hash` is, by the text of this one. */
export function referenceHash(line: string): string {
  return sha256(pythonDumps(line)).slice(0, 16);
}
