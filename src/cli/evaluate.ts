/** What the command line makes of scenarios that were played: which differences count. */

import type { Certification, StepOutcome } from "../scenarios/certify.ts";
import type { Scenario } from "../scenarios/scenario.ts";

/** How a step came out. An informative one differs by the spelling of a number alone, and that does not count. */
export type Verdict = "equal" | "different" | "informative" | "left_out";

export interface EvaluatedStep extends StepOutcome {
  /** `<scenario>#<step>` */
  readonly name: string;
  readonly verdict: Verdict;
}

export interface EvaluatedScenario {
  readonly scenario: Scenario;
  readonly steps: readonly EvaluatedStep[];
}

/** Every step with its verdict. */
export function evaluate({ scenarios }: Pick<Certification, "scenarios">): readonly EvaluatedScenario[] {
  return scenarios.map(({ scenario, steps }) => ({
    scenario,
    steps: steps.map((played) => ({
      ...played,
      name: nameOf(scenario, played.step),
      verdict: verdictOf(played),
    })),
  }));
}

function verdictOf({ step, differences, isLexical }: StepOutcome): Verdict {
  if (step.kind === "left out") return "left_out";
  if (differences.length === 0) return "equal";
  return isLexical ? "informative" : "different";
}

function nameOf(scenario: Scenario, step: { readonly name: string }): string {
  return `${scenario.name}#${step.name}`;
}
