/** Plays a scenario: its steps one after the other on a data root of their own, each held to what it expects. */

import { entropySeed, run } from "../engine/run.ts";
import { Fault } from "../errors/base.ts";
import { SCENARIO_DATA } from "../json/limits.ts";
import type { Json } from "../json/value.ts";
import { FileError, IoError, type TempFolder, TooLarge } from "../ports.ts";
import { openSnapshot } from "../snapshot/load.ts";
import type { TraceEvent } from "../trace/event.ts";
import { addEvent, createSummary } from "../trace/summary.ts";
import { type Catalogue, catalogue } from "./catalogue.ts";
import type { CommandRun, ScenarioEnvironment } from "./environment.ts";
import { ScenarioFault } from "./errors.ts";
import { traceProblems } from "./expect/check-trace.ts";
import type { Difference } from "./expect/compare.ts";
import { compareData, readData } from "./expect/data.ts";
import { compareExpectation, observedRefusal, observedRun } from "./expect/expectation.ts";
import { findLeaks, forbiddenIn, type Output } from "./expect/leaks.ts";
import { spelledOtherwise, unmistakable } from "./expect/number-spelling.ts";
import { hintsOfRefusal, hintsOfRun, type ScenarioHint } from "./hints.ts";
import { overlaid } from "./overlay.ts";
import { ScenarioRedactor } from "./redaction.ts";
import type { EarlierSteps, Preparation, RunStep, Scenario, Step, StepLeftovers } from "./scenario.ts";
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
  readonly events: readonly TraceEvent[];
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
    const place = { scenario, workflows, around, scratch, redactor };
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

interface Place {
  readonly scenario: Scenario;
  readonly workflows: Catalogue;
  readonly around: ScenarioEnvironment;
  readonly scratch: TempFolder;
  readonly redactor: ScenarioRedactor;
}

const NOT_PLAYED = { differences: [], isLexical: false, fault: null, events: [], hints: [], left: null };

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

function prepare(
  preparations: readonly Preparation[],
  step: string | null,
  { scenario, scratch }: Place,
): void {
  for (const one of preparations) {
    const path = `${DATA}/${one.path}`;
    try {
      if (one.do === "write") scratch.write(path, one.text);
      if (one.do === "mkdir") scratch.makeFolder(path);
      if (one.do === "rm") scratch.remove(path);
      if (one.do === "copy") scratch.copyFrom(one.from, DATA, SCENARIO_DATA);
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      throw unpreparable(one.path, step, error, scenario);
    }
  }
}

function unpreparable(path: string, step: string | null, cause: IoError, { file }: Scenario): ScenarioFault {
  if (cause instanceof TooLarge)
    return new ScenarioFault("SCENARIO_DATA_LIMIT", { file, folder: path, ...SCENARIO_DATA }, { cause });
  const whole = cause instanceof FileError && cause.path !== "" ? `${path}/${cause.path}` : path;
  return new ScenarioFault("VECTOR_UNPLAYABLE", { file, step, path: whole, errno: cause.errno }, { cause });
}

const DATA = "data";
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
  const { scenario, around } = place;
  const staging = new StubbedExecutor(step.authored?.answers ?? new Map());
  const ran = await runOrRefusal(step, staging, place);
  const isRefused = ran instanceof Fault;
  const observed = isRefused ? observedRefusal(ran, around.exitCodeOf(ran)) : observedRun(ran);
  const differences = [
    ...compareExpectation(observed, step, scenario.hasUnorderedEffects),
    ...findLeaks(step.expect, await outputsOf(ran, step, place)),
    ...(isRefused ? [] : await traceProblems(ran, staging.isComputed)),
    ...staging.unasked,
  ];
  if (isRefused) {
    const hints = differences.length === 0 ? [] : hintsOfRefusal(ran, step);
    return { differences, fault: ran, events: [], hints, observed };
  }
  const hints = differences.length === 0 ? [] : hintsOfRun(step, ran, place.workflows.snapshot);
  return { differences, fault: null, events: ran.events, hints, observed };
}

/** Nothing, where the step forbids no text: making the outputs takes longer than the run. */
async function outputsOf(
  ran: CommandRun | Fault,
  { expect }: RunStep,
  { around }: Place,
): Promise<readonly Output[]> {
  if (forbiddenIn(expect).length === 0) return [];
  return ran instanceof Fault ? around.outputsOfRefusal(ran) : around.outputsOf(ran);
}

async function runOrRefusal(
  step: RunStep,
  staging: StubbedExecutor,
  place: Place,
): Promise<CommandRun | Fault> {
  try {
    return await runStep(step, staging, place);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

/** The one call of the engine. */
async function runStep(
  step: RunStep,
  staging: StubbedExecutor,
  { workflows, around, scratch, redactor }: Place,
): Promise<CommandRun> {
  const { actor, clock, seed } = step.authored ?? {};
  const plan = await workflows.plan(step.workflow);
  const payload = around.parsePayload(step.payload);
  const summary = createSummary();
  const events: TraceEvent[] = [];
  const entropy = seed === undefined ? around.entropy : around.seededEntropy(entropySeed(seed, plan, payload));
  const result = await run({
    plan,
    payload,
    clock: clock === undefined ? around.clock : around.fixedClock(clock),
    entropy,
    redactor: redactor.ofRun(entropy),
    stores: around.openStores(`${scratch.folder}/${DATA}`),
    mail: around.openMail(step.environment),
    // Nothing changes while the scenario waits.
    sleep: async () => undefined,
    openTrace: (id) => around.openTrace(`${scratch.folder}/traces`, id),
    durability: "process",
    maxHops: step.maxHops ?? around.maxHops,
    runtime: around.tool,
    wrapExecutor: staging.stub,
    ...(around.remote === undefined ? {} : { remote: around.remote }),
    ...(actor === undefined ? {} : { actor }),
    listen(event) {
      events.push(event);
      addEvent(summary, event);
    },
  });
  const trace = around.files.read(`${result.folder}/${result.traceId}.jsonl`) ?? new Uint8Array();
  return { plan, result, summary, events, trace, exitCode: around.exitCodeOf(result.ending) };
}
