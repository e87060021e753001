/** `pgs certify`: does this build do with the snapshot what the scenario vectors say? */

import { type Certification, certify, type PlayedStep } from "../certify/certify.ts";
import type { Scenario } from "../certify/scenario.ts";
import { readVectors } from "../certify/vectors.ts";
import { UsageFault } from "../faults.ts";
import { nearestName } from "../snapshot/require.ts";
import { certifyReport } from "./certify-report.ts";
import { type CommonOptions, type Context, shortPath } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { open } from "./load.ts";
import { surroundingsIn } from "./surroundings.ts";
import { checkOutputs, tell } from "./tell.ts";

export interface CertifyOptions extends CommonOptions {
  readonly expectSeal?: string;
  readonly junit?: string;
  readonly untaken?: boolean;
  readonly informative?: readonly string[];
}

/** How a step came out. An informative one differs, and that does not count. */
export type Verdict = "equal" | "different" | "informative" | "left out";

/** The certification, and what the command line says about judging it. */
export interface Judged extends Certification {
  /** JSON files among the vectors that are none. */
  readonly others: readonly string[];
  verdictOf(scenario: Scenario, step: PlayedStep): Verdict;
}

export async function certifyCommand(
  options: CertifyOptions,
  context: Context,
  folder: string,
): Promise<number> {
  const { world, path } = context;
  checkOutputs(options.junit, context);
  const { scenarios, others } = readVectors(path(folder), world.files, (one) => shortPath(one, world.cwd));
  const informative = namedSteps(options.informative ?? [], scenarios);
  const certified = await certify(scenarios, await open(context, options), surroundingsIn(world));
  const judged: Judged = {
    ...certified,
    others,
    verdictOf: (scenario, step) => verdictOf(step, informative.has(nameOf(scenario, step.step))),
  };
  await tell(judged, certifyReport(options.untaken ?? false), options.junit, context);
  const isEqual = judged.scenarios.every(({ scenario, steps }) =>
    steps.every((step) => judged.verdictOf(scenario, step) !== "different"),
  );
  return isEqual ? EXIT.SUCCESS : EXIT.FOUND;
}

function verdictOf({ step, differences }: PlayedStep, isInformative: boolean): Verdict {
  if (step.kind === "left out") return "left out";
  if (differences.length === 0) return "equal";
  return isInformative ? "informative" : "different";
}

/** By this name `--informative` knows a step. */
export function nameOf(scenario: Scenario, { name }: { readonly name: string }): string {
  return `${scenario.name}#${name}`;
}

/** @throws UsageFault when a name is that of no step: it would excuse nothing, and nobody would notice */
function namedSteps(given: readonly string[], scenarios: readonly Scenario[]): ReadonlySet<string> {
  const names = scenarios.flatMap((scenario) => scenario.steps.map((step) => nameOf(scenario, step)));
  const unknown = given.find((one) => !names.includes(one));
  if (unknown === undefined) return new Set(given);
  throw new UsageFault("NO_SUCH_STEP", { given: unknown, suggestion: nearestName(unknown, names) });
}
