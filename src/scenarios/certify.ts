/** All scenarios of a set of vectors, played and counted. */

import type { Registry } from "../capabilities/registry.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { catalogue } from "./catalogue.ts";
import { type Coverage, count, coverageOf, type Outcomes } from "./coverage.ts";
import type { ScenarioEnvironment } from "./environment.ts";
import { runScenario, type ScenarioResult } from "./runner.ts";
import type { Scenario } from "./scenario.ts";

export interface Certification {
  readonly scenarios: readonly ScenarioOutcome[];
  readonly coverage: readonly Coverage[];
}

export interface ScenarioOutcome {
  readonly scenario: Scenario;
  readonly steps: readonly StepOutcome[];
}

export type StepOutcome = Omit<ScenarioResult, "events" | "recorded">;

/** In the order given, one after the other: nothing a scenario leaves is there for the next. */
export async function certify(
  scenarios: readonly Scenario[],
  snapshot: Snapshot,
  registry: Registry,
  around: ScenarioEnvironment,
): Promise<Certification> {
  const workflows = catalogue(snapshot, registry);
  const outcomes: Outcomes = new Map();
  const played: ScenarioOutcome[] = [];
  for (const scenario of scenarios) {
    const steps: StepOutcome[] = [];
    for await (const { events, recorded, ...step } of runScenario(scenario, workflows, around)) {
      count(outcomes, events, scenario.overlay, recorded);
      steps.push(step);
    }
    played.push({ scenario, steps });
  }
  return { scenarios: played, coverage: await coverageOf(workflows, outcomes) };
}
