import { readdirSync } from "node:fs";

/** The lock file that a living process keeps in a folder in which it has locked, for its next lock there. */
export const SPARE = /^\.pgs-lock-[0-9a-f]{16}$/;

/** What the folder holds, in sorted order, beside the spare locks of living processes, of which this one is. */
export function withoutSpares(folder: string): readonly string[] {
  return readdirSync(folder)
    .filter((name) => !SPARE.test(name))
    .sort();
}
