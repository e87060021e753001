/** How a step that is not as expected is shown, of an authored scenario and of a vector. */

import type { Difference } from "../../scenarios/expect/compare.ts";
import { differencesText } from "../differences.ts";
import { hintLines, plain } from "../print.ts";

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

/** Steps that one cause kept from running: what each of them lacks is no news. */
export interface RefusedSteps<S> {
  readonly refused: readonly string[];
  readonly steps: readonly S[];
}

/** The causes that refused several of the steps, and the steps that each refused. */
export function refusedTogether<S>(
  steps: readonly S[],
  refusedOf: (step: S) => readonly string[],
): readonly RefusedSteps<S>[] {
  const byCause = new Map<string, S[]>();
  for (const step of steps) {
    const cause = JSON.stringify(refusedOf(step));
    byCause.set(cause, [...(byCause.get(cause) ?? []), step]);
  }
  return [...byCause.values()].flatMap((together) => {
    const [first] = together;
    const refused = first === undefined ? [] : refusedOf(first);
    return refused.length === 0 || together.length === 1 ? [] : [{ refused, steps: together }];
  });
}

/** The cause once, what to do about it, and the first steps by name. */
export function refusedText(
  refused: readonly string[],
  hints: readonly string[],
  names: readonly string[],
): string {
  const notes = hintLines([...new Set(hints)]).replace(/^(?=.)/gm, "  ");
  const [shown, left] = [names.slice(0, NAMED), names.length - NAMED];
  const more = left > 0 ? `  … and ${left} more\n` : "";
  const steps = shown.map((name) => `  ${plain(name)}\n`).join("");
  return `  refused: ${refused.map(plain).join("; ")}\n${notes}${steps}${more}`;
}

const NAMED = 3;

/** The places of the differences, on one line. */
export function differsAt(differences: readonly Difference[]): string {
  return `differs at ${differences.map(({ at }) => at).join(", ")}`;
}
