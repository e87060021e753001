/** All scenarios of a set of vectors, played and counted. */

import type { Snapshot } from "../snapshot/load.ts";
import { catalogue } from "./catalogue.ts";
import { type Coverage, count, coverageOf, type Outcomes } from "./coverage.ts";
import type { Surroundings } from "./environment.ts";
import { type Played, play } from "./runner.ts";
import type { Scenario } from "./scenario.ts";

export interface Certification {
  readonly scenarios: readonly PlayedScenario[];
  readonly coverage: readonly Coverage[];
}

export interface PlayedScenario {
  readonly scenario: Scenario;
  readonly steps: readonly PlayedStep[];
}

export type PlayedStep = Omit<Played, "events">;

/** In the order given, one after the other: nothing a scenario leaves is there for the next. */
export async function certify(
  scenarios: readonly Scenario[],
  snapshot: Snapshot,
  around: Surroundings,
): Promise<Certification> {
  const workflows = catalogue(snapshot);
  const outcomes: Outcomes = new Map();
  const played: PlayedScenario[] = [];
  for (const scenario of scenarios) {
    const steps: PlayedStep[] = [];
    for await (const { events, ...step } of play(scenario, workflows, around)) {
      count(outcomes, events, scenario.overlay);
      steps.push(step);
    }
    played.push({ scenario, steps });
  }
  return { scenarios: played, coverage: await coverageOf(workflows, outcomes) };
}
