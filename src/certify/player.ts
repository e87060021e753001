/** Plays a scenario: its steps one after the other on a data root of their own, each held to what it expects. */

import type { Ending } from "../engine/advance.ts";
import { type RunResult, run } from "../engine/run.ts";
import { emptySummary, gather, type Summary } from "../engine/summary.ts";
import { Fault, UsageFault } from "../faults.ts";
import type { JsonObject } from "../json.ts";
import type { Plan } from "../plan/plan.ts";
import type { TraceFolder } from "../ports.ts";
import { type Clock, type DataRoot, type Entropy, type Files, IoError, type Scratch } from "../ports.ts";
import { openSnapshot } from "../snapshot/load.ts";
import type { TraceEvent } from "../trace/event.ts";
import { type Catalogue, catalogue } from "./catalogue.ts";
import type { Difference } from "./compare.ts";
import { compareData, readData } from "./data.ts";
import { compareExpectation, observedRefusal, observedRun } from "./expectation.ts";
import { findLeaks, forbiddenIn, type Output } from "./leaks.ts";
import { overlaid } from "./overlay.ts";
import type { Preparation, RunStep, Scenario, Step } from "./scenario.ts";
import { unsound } from "./sound.ts";

/** The outside world, and what the command line adds to a run: it is held to the vectors as well. */
export interface Stage {
  readonly files: Files;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly tool: { readonly name: string; readonly version: string };
  openScratch(): Promise<Scratch>;
  openDataRoot(root: string): DataRoot;
  openTrace(traces: string, id: string): TraceFolder;
  readonly maxHops: number;
  /** @throws PayloadFault */
  parsePayload(bytes: Uint8Array): JsonObject;
  exitCodeOf(end: Ending | Fault): number;
  /** Everything that is said of a run, or left of it besides its trace. */
  outputsOf(ran: Ran): Promise<readonly Output[]>;
  outputsOfRefusal(fault: Fault): readonly Output[];
}

/** A run that is over. */
export interface Ran {
  readonly plan: Plan;
  readonly result: RunResult;
  readonly summary: Summary;
  readonly events: readonly TraceEvent[];
  /** The trace as it was left. */
  readonly trace: Uint8Array;
  readonly exitCode: number;
}

/** A step that was played. */
export interface Played {
  readonly step: Step;
  /** Empty when everything is as the vector says. */
  readonly differences: readonly Difference[];
  /** What refused the step before it ran. */
  readonly fault: Fault | null;
  readonly events: readonly TraceEvent[];
  readonly seconds: number;
}

/**
 * Each step as it is over. Nothing is left of any of them.
 * @throws UsageFault `VECTOR_UNPLAYABLE` when the data of a step cannot be prepared
 */
export async function* play(scenario: Scenario, base: Catalogue, stage: Stage): AsyncGenerator<Played> {
  const scratch = await stage.openScratch();
  try {
    const workflows = await catalogueOf(scenario, base, stage);
    const place = { scenario, workflows, stage, scratch };
    prepare(scenario.before, null, place);
    for (const step of scenario.steps) {
      const begun = stage.clock.micros();
      const played = step.kind === "run" ? await playStep(step, place) : NOT_PLAYED;
      yield { step, ...played, seconds: (stage.clock.micros() - begun) / 1e6 };
    }
  } finally {
    scratch.close();
  }
}

interface Place {
  readonly scenario: Scenario;
  readonly workflows: Catalogue;
  readonly stage: Stage;
  readonly scratch: Scratch;
}

const NOT_PLAYED = { differences: [], fault: null, events: [] };

async function catalogueOf({ overlay }: Scenario, base: Catalogue, { files }: Stage): Promise<Catalogue> {
  if (overlay.size === 0) return base;
  const { folder } = base.snapshot;
  return catalogue(await openSnapshot(folder, overlaid(folder, overlay, files)));
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
    } catch (error) {
      if (!(error instanceof IoError)) throw error;
      const facts = { file: scenario.file, step, path: one.path, errno: error.errno };
      throw new UsageFault("VECTOR_UNPLAYABLE", facts, { cause: error });
    }
  }
}

const DATA = "data";

async function playStep(step: RunStep, place: Place): Promise<Omit<Played, "step" | "seconds">> {
  const { stage, scratch } = place;
  prepare(step.before, step.name, place);
  const before = readData(`${scratch.folder}/${DATA}`, stage.files);
  const seen = await observe(step, place);
  const data = step.isOrderDependent
    ? []
    : compareData(step, before, readData(`${scratch.folder}/${DATA}`, stage.files));
  return { ...seen, differences: [...seen.differences, ...data] };
}

async function observe(step: RunStep, place: Place): Promise<Omit<Played, "step" | "seconds">> {
  const { scenario, stage } = place;
  const compared = (observed: Parameters<typeof compareExpectation>[0]) =>
    compareExpectation(observed, step, scenario.hasUnorderedEffects);
  try {
    const ran = await runStep(step, place);
    const { plan, result, summary, events, exitCode } = ran;
    const differences = [
      ...compared(observedRun(plan, result.ending, summary, exitCode)),
      ...findLeaks(step.expect, forbiddenIn(step.expect).length === 0 ? [] : await stage.outputsOf(ran)),
      ...(await unsound(ran)),
    ];
    return { differences, fault: null, events };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    const differences = [
      ...compared(observedRefusal(error, stage.exitCodeOf(error))),
      ...findLeaks(step.expect, stage.outputsOfRefusal(error)),
    ];
    return { differences, fault: error, events: [] };
  }
}

/** The one call of the engine. */
async function runStep(step: RunStep, { workflows, stage, scratch }: Place): Promise<Ran> {
  const plan = await workflows.plan(step.workflow);
  const payload = stage.parsePayload(step.payload);
  const summary = emptySummary();
  const events: TraceEvent[] = [];
  const result = await run({
    plan,
    payload,
    clock: stage.clock,
    entropy: stage.entropy,
    data: stage.openDataRoot(`${scratch.folder}/${DATA}`),
    openTrace: (id) => stage.openTrace(`${scratch.folder}/traces`, id),
    durability: "process",
    maxHops: step.maxHops ?? stage.maxHops,
    runtime: stage.tool,
    listen(event) {
      events.push(event);
      gather(summary, event);
    },
  });
  const trace = stage.files.read(`${result.folder}/${result.traceId}.jsonl`) ?? new Uint8Array();
  return { plan, result, summary, events, trace, exitCode: stage.exitCodeOf(result.ending) };
}
