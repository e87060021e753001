/** Which steps of a snapshot's vectors are run: every workflow at its furthest, and every way in which a run may end. */

import { isObject, type Json } from "../../../src/json/value.ts";
import { ANY } from "../../../src/scenarios/expect/compare.ts";
import type { RunStep, Scenario } from "../../../src/scenarios/scenario.ts";

/** A step of a vector that may be run for its trace. */
export interface Chosen {
  readonly scenario: Scenario;
  /** Its place among the steps, all of which run before it. */
  readonly at: number;
  readonly step: RunStep;
  readonly ending: string;
  /** What makes it the better one, most weighty first. */
  readonly rank: readonly number[];
}

/** Runs through more nodes are left out: each edit of each of their lines is a whole trace to examine. */
const LONGEST_PATH = 12;

/** For each workflow the step that goes furthest, for each other ending of a run one that ends so, and one with retries. */
export function choose(scenarios: readonly Scenario[], workflows: readonly string[]): readonly Chosen[] {
  const all = scenarios.flatMap(candidatesIn);
  const known = all.filter(({ step }) => workflows.includes(step.workflow));
  const chosen = new Set<Chosen>();
  for (const workflow of workflows) {
    const own = known.filter(({ step }) => step.workflow === workflow);
    if (own.length > 0) chosen.add(best(own));
  }
  for (const { ending } of known) {
    const isThere = [...chosen].some((one) => one.ending === ending);
    if (!isThere) chosen.add(best(known.filter((one) => one.ending === ending)));
  }
  const retried = known.filter(isRetried);
  if (retried.length > 0) chosen.add(best(retried));
  return [...chosen];
}

/** Whether an effect is tried again: it is listed twice in a row. */
function isRetried({ step }: Chosen): boolean {
  const { effects } = step.expect;
  const placeOf = (effect: Json | undefined) =>
    isObject(effect) ? [effect["run"], effect["node"], effect["step"]].join() : "";
  const places = Array.isArray(effects) ? effects.map(placeOf) : [];
  return places.some((place, i) => i > 0 && place !== "" && place === places[i - 1]);
}

function candidatesIn(scenario: Scenario): readonly Chosen[] {
  return scenario.steps.flatMap((step, at) => {
    if (step.kind !== "run" || step.of !== undefined) return [];
    const { path, effects, exit_reason_code: ending, refusal, status } = step.expect;
    const isRun = Array.isArray(path) && Array.isArray(effects) && typeof ending === "string";
    if (!isRun || refusal === ANY || path.length > LONGEST_PATH) return [];
    const wins = [status === "SUCCESS", scenario.overlay.size === 0].map(Number);
    return [{ scenario, at, step, ending, rank: [...wins, path.length + effects.length, -at] }];
  });
}

/** The first of the best. */
function best(candidates: readonly Chosen[]): Chosen {
  return candidates.reduce((a, b) => (isBetter(b.rank, a.rank) ? b : a));
}

function isBetter(a: readonly number[], b: readonly number[]): boolean {
  const decisive = a.findIndex((one, i) => one !== b[i]);
  return decisive !== -1 && (a[decisive] as number) > (b[decisive] as number);
}
