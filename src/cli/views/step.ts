/** How a step that is not as expected is shown, of an authored scenario and of a vector. */

import type { Difference } from "../../scenarios/expect/compare.ts";
import { differencesText } from "../differences.ts";
import { plain } from "../print.ts";

interface DifferentStep {
  readonly workflow: string;
  readonly file: string;
  /** What refused the step, and why. */
  readonly refused: readonly string[];
  /** Lines that are already fit to print. */
  readonly notes: string;
  readonly differences: readonly Difference[];
}

/** The workflow and the file, the refusal, the notes, and each difference. */
export function stepDetail({ workflow, file, refused, notes, differences }: DifferentStep): string {
  const why = refused.length === 0 ? "" : `  refused: ${refused.map(plain).join("; ")}\n`;
  return `  ${plain(workflow)} in ${plain(file)}\n${why}${notes}${differencesText(differences)}`;
}

/** The places of the differences, on one line. */
export function differsAt(differences: readonly Difference[]): string {
  return `differs at ${differences.map(({ at }) => at).join(", ")}`;
}
