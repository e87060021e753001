import type { TraceFinding } from "../../../examine/finding.ts";
import { EXIT } from "../../exit-codes.ts";

export interface Verdict {
  readonly exitCode: number;
  /** The codes of what was found, each once. */
  readonly found: readonly string[];
}

export function verdictOf(isSound: boolean, findings: readonly TraceFinding[]): Verdict {
  return {
    exitCode: isSound ? EXIT.SUCCESS : EXIT.FOUND,
    found: [...new Set(findings.map(({ code }) => code))],
  };
}
