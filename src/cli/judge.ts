/** What the command line makes of scenarios that were played: which differences count. */

import type { Certification, PlayedStep } from "../certify/certify.ts";
import type { Scenario } from "../certify/scenario.ts";
import { UsageFault } from "../faults.ts";
import { nearestName } from "../snapshot/require.ts";

/** How a step came out. An informative one differs, and that does not count. */
export type Verdict = "equal" | "different" | "informative" | "left_out";

export interface JudgedStep extends PlayedStep {
  /** `<scenario>#<step>`, by which `--informative` knows it. */
  readonly name: string;
  readonly verdict: Verdict;
}

export interface JudgedScenario {
  readonly scenario: Scenario;
  readonly steps: readonly JudgedStep[];
}

/** Every step with its verdict; those that are named informative do not count where they differ. */
export function judge(
  { scenarios }: Pick<Certification, "scenarios">,
  informative: ReadonlySet<string>,
): readonly JudgedScenario[] {
  return scenarios.map(({ scenario, steps }) => ({
    scenario,
    steps: steps.map((played) => {
      const name = nameOf(scenario, played.step);
      return { ...played, name, verdict: verdictOf(played, informative.has(name)) };
    }),
  }));
}

function verdictOf({ step, differences }: PlayedStep, isInformative: boolean): Verdict {
  if (step.kind === "left out") return "left_out";
  if (differences.length === 0) return "equal";
  return isInformative ? "informative" : "different";
}

/** @throws UsageFault when a name is that of no step: it would excuse nothing, and nobody would notice */
export function namedSteps(given: readonly string[], scenarios: readonly Scenario[]): ReadonlySet<string> {
  const names = scenarios.flatMap((scenario) => scenario.steps.map((step) => nameOf(scenario, step)));
  const unknown = given.find((one) => !names.includes(one));
  if (unknown === undefined) return new Set(given);
  throw new UsageFault("NO_SUCH_STEP", { given: unknown, suggestion: nearestName(unknown, names) });
}

function nameOf(scenario: Scenario, step: { readonly name: string }): string {
  return `${scenario.name}#${step.name}`;
}
