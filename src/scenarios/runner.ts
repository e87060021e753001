/** Plays a scenario: its steps one after the other on a data root of their own, each held to what it expects. */

import { newSecretsKey } from "../engine/run-secrets.ts";
import type { Fault } from "../errors/base.ts";
import type { Json } from "../json/value.ts";
import { openSnapshot } from "../snapshot/load.ts";
import type { TraceEvent } from "../trace/event.ts";
import { type Catalogue, catalogue } from "./catalogue.ts";
import type { ScenarioEnvironment } from "./environment.ts";
import { ScenarioFault } from "./errors.ts";
import { traceProblems } from "./expect/check-trace.ts";
import type { Difference } from "./expect/compare.ts";
import { compareData, readData } from "./expect/data.ts";
import { compareExpectation, type Observed, observedRefusal, observedRun } from "./expect/expectation.ts";
import { findLeaks, forbiddenIn, type Output } from "./expect/leaks.ts";
import { spelledOtherwise, unmistakable } from "./expect/number-spelling.ts";
import { hintsOfRefusal, hintsOfRun, hintsOfSession, type ScenarioHint } from "./hints.ts";
import { overlaid } from "./overlay.ts";
import { type Place, type PlayedRun, playRun } from "./play-run.ts";
import { DATA, prepare } from "./prepare-data.ts";
import { ScenarioRedactor } from "./redaction.ts";
import type { EarlierSteps, RunStep, Scenario, Step, StepLeftovers } from "./scenario.ts";
import { StubbedExecutor } from "./stubbed-executor.ts";

/** A step that was played. */
export interface ScenarioResult {
  readonly step: Step;
  /** Empty when everything is as the vector says. */
  readonly differences: readonly Difference[];
  /**
   * Whether it differs by the spelling of a number alone: with a number in its place whose value says what the
   * spelling said, everything is as the vector says. A reader of JSON values can do no better.
   */
  readonly isLexical: boolean;
  /** What refused the step before it ran. */
  readonly fault: Fault | null;
  /** Of the whole run; the first `recorded` of them were recorded in an earlier step. */
  readonly events: readonly TraceEvent[];
  readonly recorded: number;
  /** Of a step that differs: what to do about what it says, or about the way its run ended. */
  readonly hints: readonly ScenarioHint[];
  /** Null of a step that was not played. */
  readonly left: StepLeftovers | null;
  readonly seconds: number;
}

/**
 * Each step as it is over. Nothing is left of any of them.
 * @throws ScenarioFault `VECTOR_UNPLAYABLE`, `SCENARIO_DATA_LIMIT` when the data of a step cannot be prepared
 */
export async function* runScenario(
  scenario: Scenario,
  base: Catalogue,
  around: ScenarioEnvironment,
): AsyncGenerator<ScenarioResult> {
  const scratch = await around.openTempFolder();
  try {
    const workflows = await catalogueOf(scenario, base, around);
    const redactor = new ScenarioRedactor(workflows.snapshot, around.entropy);
    const kept = { secretsKey: newSecretsKey(), redactor, runs: new Map() };
    const place = { scenario, workflows, around, scratch, ...kept };
    const earlier = new Map<string, StepLeftovers>();
    prepare(scenario.before, null, place);
    for (const step of scenario.steps) {
      await around.pause();
      const begun = around.clock.micros();
      const played = step.kind === "run" ? await playBound(step, earlier, place) : NOT_PLAYED;
      if (played.left !== null) earlier.set(step.name, played.left);
      yield { step, ...played, seconds: (around.clock.micros() - begun) / 1e6 };
    }
  } finally {
    scratch.close();
  }
}

const NOT_PLAYED = {
  ...{ differences: [], isLexical: false, fault: null },
  ...{ events: [], recorded: 0, hints: [], left: null },
};

/** A step that says something of earlier ones is played as it is then. */
async function playBound(
  step: RunStep,
  earlier: EarlierSteps,
  place: Place,
): Promise<Omit<ScenarioResult, "step" | "seconds">> {
  let bound: RunStep;
  try {
    bound = step.authored?.bind(earlier) ?? step;
  } catch (fault) {
    if (!(fault instanceof ScenarioFault)) throw fault;
    const { pointer: at, reference } = fault.facts;
    return { ...NOT_PLAYED, differences: [{ at: String(at), expected: reference as string }], fault };
  }
  return playStep(bound, place);
}

async function catalogueOf(
  { overlay }: Scenario,
  base: Catalogue,
  { files }: ScenarioEnvironment,
): Promise<Catalogue> {
  if (overlay.size === 0) return base;
  const { folder } = base.snapshot;
  return catalogue(await openSnapshot(folder, overlaid(folder, overlay, files)), base.registry);
}

const KEPT = "data-before";

type Outcome = Omit<ScenarioResult, "step" | "seconds" | "isLexical">;

async function playStep(step: RunStep, place: Place): Promise<Outcome & Pick<ScenarioResult, "isLexical">> {
  const { scratch } = place;
  prepare(step.before, step.name, place);
  if (spelledOtherwise(step).length === 0) return { ...(await tryStep(step, place)), isLexical: false };
  scratch.copy(DATA, KEPT);
  const first = await tryStep(step, place);
  if (first.differences.length === 0) return { ...first, isLexical: false };
  scratch.copy(KEPT, DATA);
  const plain = await tryStep(unmistakable(step), place);
  if (plain.differences.length === 0) return { ...first, isLexical: true };
  scratch.copy(KEPT, DATA);
  return { ...(await tryStep(step, place)), isLexical: false };
}

async function tryStep(step: RunStep, place: Place): Promise<Outcome> {
  const { around, scratch, redactor } = place;
  // An authored scenario says nothing of what a step leaves as it was.
  const before =
    step.authored === undefined
      ? readData(`${scratch.folder}/${DATA}`, around.files)
      : new Map<string, string>();
  const { observed, ...seen } = await observe(step, place);
  const after = readData(`${scratch.folder}/${DATA}`, around.files);
  const data = step.isOrderDependent ? [] : compareData(step, before, after);
  const differences = [...seen.differences, ...data];
  if (differences.length > 0) redactor.learn(before, after);
  const redact = (found: Json) => {
    redactor.learn(after);
    return redactor.redact(found);
  };
  const left = { payload: step.payload, observed, data: after, redact };
  return { ...seen, left, differences: differences.map((one) => redactor.difference(one)) };
}

type Seen = Omit<Outcome, "left"> & Pick<StepLeftovers, "observed">;

async function observe(step: RunStep, place: Place): Promise<Seen> {
  const { scenario, around, runs } = place;
  const staging = new StubbedExecutor(step.authored?.answers ?? new Map());
  const recorded = (step.of === undefined ? undefined : runs.get(step.of))?.events.length ?? 0;
  const played = await playRun(step, staging, place);
  const { run, refused } = played;
  if (run !== null) runs.set(step.of ?? step.name, run);
  const observed = observedOf(played, around);
  const differences = [
    ...compareExpectation(observed, step, scenario.hasUnorderedEffects),
    ...findLeaks(step.expect, await outputsOf(played, step, place)),
    ...(run === null ? [] : await traceProblems(run, staging.isComputed)),
    ...played.differences,
    ...staging.unasked,
  ];
  const hints = differences.length === 0 ? [] : hintsOf(played, step, place);
  return { differences, fault: refused?.fault ?? null, events: run?.events ?? [], recorded, hints, observed };
}

function observedOf({ run, refused }: PlayedRun, { exitCodeOf }: ScenarioEnvironment): Observed {
  const observed = run === null ? {} : observedRun(run);
  if (refused === null) return observed;
  const { fault } = refused;
  if (run === null) return observedRefusal(fault, exitCodeOf(fault));
  return { ...observed, refusal: fault.code, exit_code: exitCodeOf(fault) };
}

function hintsOf({ run, refused }: PlayedRun, step: RunStep, place: Place): readonly ScenarioHint[] {
  if (run === null) return refused === null ? [] : hintsOfRefusal(refused.fault, step);
  if (refused !== null) return hintsOfSession(refused, step, run.plan);
  return hintsOfRun(step, run, place.workflows.snapshot);
}

/** Nothing, where the step forbids no text: making the outputs takes longer than the run. */
async function outputsOf(
  { run, refused }: PlayedRun,
  { expect }: RunStep,
  { around }: Place,
): Promise<readonly Output[]> {
  if (forbiddenIn(expect).length === 0) return [];
  return [
    ...(run === null ? [] : around.outputsOf(run)),
    ...(refused === null ? [] : around.outputsOfRefusal(refused.fault)),
  ];
}
