/** The outer edge of everything that is printed: whatever got into a text, no reader's machine obeys it. */

import { printableLines } from "../errors/printable.ts";

/** Build servers obey lines that begin with `::`, and these words wherever they are in a line. */
const COMMANDS = /^[^\S\n]*:(?=:)|#(?=#(?:\[|vso\[|teamcity\[))/gm;

/** The text without control characters, and without commands to the build server that it is printed on. */
export function guarded(text: string): string {
  return printableLines(text).replace(COMMANDS, (found) =>
    found.endsWith(":") ? `${found.slice(0, -1)}\\u003a` : "\\u0023",
  );
}
