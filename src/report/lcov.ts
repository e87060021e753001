/** Coverage as an LCOV tracefile. */

import { printable } from "../errors/printable.ts";
import type { CoveredFile, CoveredLine } from "../scenarios/artifact-lines.ts";

/** The whole file; `shown` is how a reader finds an artifact. */
export function lcovText(files: readonly CoveredFile[], shown: (file: string) => string): string {
  return files.map(({ file, lines }) => recordText(shown(file), lines)).join("");
}

function recordText(file: string, lines: readonly CoveredLine[]): string {
  const branches = lines.flatMap((line) => line.branches);
  const told = [
    "TN:",
    `SF:${printable(file)}`,
    ...lines.flatMap(branchLines),
    `BRF:${branches.length}`,
    `BRH:${branches.filter((taken) => taken > 0).length}`,
    ...lines.map(({ line, hits }) => `DA:${line},${hits}`),
    `LF:${lines.length}`,
    `LH:${lines.filter(({ hits }) => hits > 0).length}`,
    "end_of_record",
  ];
  return `${told.join("\n")}\n`;
}

/** A dash where the node was never left: then no branch of it was ever decided. */
function branchLines({ line, hits, branches }: CoveredLine): readonly string[] {
  return branches.map((taken, i) => `BRDA:${line},0,${i},${hits === 0 ? "-" : taken}`);
}
