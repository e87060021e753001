/** Traces to be tampered with, made by running the steps of vectors in memory. */

import { Fault } from "../../../src/errors/base.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { fixedClock, nodeFiles, seededEntropy } from "../../../src/platform/node-ports.ts";
import type { Clock } from "../../../src/ports.ts";
import { type Catalogue, catalogue } from "../../../src/scenarios/catalogue.ts";
import { readVectors } from "../../../src/scenarios/format/vectors.ts";
import { overlaid } from "../../../src/scenarios/overlay.ts";
import type { Preparation, RunStep, Scenario } from "../../../src/scenarios/scenario.ts";
import { openSnapshot } from "../../../src/snapshot/load.ts";
import { eventsOf, type TraceEvent } from "../../../src/trace/event.ts";
import { MADE } from "../../engine/sessions.ts";
import { type MemoryData, memoryData, runPlan, type Trial, type TrialOptions } from "../../engine/trial.ts";
import { surroundings } from "../../scenarios/playing.ts";
import { ownRegistry } from "../../support/own-registry.ts";
import { linesOf } from "../examination.ts";
import { below } from "./choice.ts";
import { type Chosen, choose } from "./chosen.ts";

export interface Specimen {
  /** Workflow and how the run ended. */
  readonly name: string;
  readonly workflow: string;
  /** What the run had to end as. */
  readonly ending: string;
  readonly plan: Plan;
  /** By run, those nested in it included. */
  readonly plans: ReadonlyMap<string, Plan>;
  readonly events: readonly TraceEvent[];
  /** Without their line breaks. */
  readonly lines: readonly string[];
  readonly head: string;
  readonly payload: JsonObject;
  /** The same step with another payload, or in another world, on the data that it was run on. */
  again(payload: JsonObject, options?: TrialOptions): Promise<Trial>;
  /** A copy of the data that the step was run on. */
  dataBefore(): MemoryData;
}

/** Whether anything of it is suppressed. */
export const hasSecrets = ({ plans }: Pick<Specimen, "plans">) =>
  [...plans.values()].some(({ secrets }) => secrets !== null);

const made = new Map<string, Promise<readonly Specimen[]>>();

/** The same ones, byte for byte, whenever they are made; once for all tests of a process. */
export function specimensOf(snapshot: string, vectors: string): Promise<readonly Specimen[]> {
  const specimens = made.get(vectors) ?? makeSpecimens(snapshot, vectors);
  made.set(vectors, specimens);
  return specimens;
}

async function makeSpecimens(snapshot: string, vectors: string): Promise<readonly Specimen[]> {
  const workflows = catalogue(await openSnapshot(snapshot, nodeFiles), ownRegistry);
  const { scenarios } = readVectors(vectors, nodeFiles, (path) => path);
  const chosen = choose(scenarios, workflows.snapshot.names("WF"));
  const specimens: Specimen[] = [];
  for (const scenario of new Set(chosen.map((one) => one.scenario))) {
    const ofIt = chosen.filter((one) => one.scenario === scenario);
    specimens.push(...(await record(scenario, ofIt, workflows)));
  }
  return specimens.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Runs over several sessions, by what became of them. */
export async function sessionSpecimens(): Promise<readonly Specimen[]> {
  const specimens = Object.entries(MADE).map(async ([name, make]): Promise<Specimen> => {
    const { plan, trial, again } = await make();
    const { events, text, head } = trial;
    const last = events.at(-1);
    const ending = last?.event_type === "workflow_complete" ? last.payload.exit_reason_code : "WAITING";
    return {
      ...{ name, ending, plan, events, head },
      workflow: plan.workflow.fqdn,
      plans: await plansOf(events, plan),
      lines: linesOf(text),
      payload: {},
      again: (_, options = {}) => again(options),
      dataBefore: () => memoryData(),
    };
  });
  return Promise.all(specimens);
}

/** The chosen steps' traces, after those of the steps before them, all on one data root in memory. */
async function record(
  scenario: Scenario,
  chosen: readonly Chosen[],
  workflows: Catalogue,
): Promise<readonly Specimen[]> {
  const { plan } = await laidOver(workflows, scenario);
  const data = memoryData();
  const world = { data, clock: ticking(), entropy: seededEntropy(scenario.name) };
  const hasActor = below(3, "actor", scenario.name) > 0;
  const options = hasActor ? { ...world, actor: "trial::AC_ANN_V0" } : world;
  prepare(scenario.before, data);
  const specimens: Specimen[] = [];
  for (const step of scenario.steps.slice(0, Math.max(...chosen.map(({ at }) => at)) + 1)) {
    if (step.kind !== "run") continue;
    prepare(step.before, data);
    const repeat = repeating(step, await plan(step.workflow), { ...options, data: copyOf(data) });
    const trial = await attempt(step, plan, options);
    const one = chosen.find((other) => other.step === step);
    if (one !== undefined)
      specimens.push(await toSpecimen(one, trial as Trial, await plan(step.workflow), repeat));
  }
  return specimens;
}

async function laidOver(workflows: Catalogue, { overlay }: Scenario): Promise<Catalogue> {
  if (overlay.size === 0) return workflows;
  const { folder } = workflows.snapshot;
  return catalogue(await openSnapshot(folder, overlaid(folder, overlay, nodeFiles)), ownRegistry);
}

/** A folder is where a store cannot be. */
function prepare(preparations: readonly Preparation[], { files, broken }: MemoryData): void {
  for (const one of preparations) {
    files.delete(one.path);
    broken.delete(one.path);
    if (one.do === "write") files.set(one.path, Buffer.from(one.text));
    if (one.do === "mkdir") broken.add(one.path);
  }
}

/** Undefined where the step is refused before it runs. */
async function attempt(
  step: RunStep,
  plan: Catalogue["plan"],
  options: TrialOptions,
): Promise<Trial | undefined> {
  try {
    return await runPlan(await plan(step.workflow), surroundings.parsePayload(step.payload), {
      ...options,
      ...limitsOf(step),
    });
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}

const limitsOf = ({ environment, maxHops }: RunStep): TrialOptions => ({
  mail: surroundings.openMail(environment),
  ...(maxHops === undefined ? {} : { maxHops }),
});

function repeating(
  step: RunStep,
  plan: Plan,
  { data, ...options }: TrialOptions & { readonly data: MemoryData },
): Pick<Specimen, "again" | "dataBefore"> {
  return {
    dataBefore: () => copyOf(data),
    again: (payload, others) =>
      runPlan(plan, payload, { ...options, ...limitsOf(step), data: copyOf(data), ...others }),
  };
}

function copyOf({ files, broken }: MemoryData): MemoryData {
  const copy = memoryData();
  for (const [path, bytes] of files) copy.files.set(path, bytes);
  for (const path of broken) copy.broken.add(path);
  return copy;
}

async function toSpecimen(
  { step, ending }: Chosen,
  { events, text, head }: Trial,
  plan: Plan,
  repeat: Pick<Specimen, "again" | "dataBefore">,
): Promise<Specimen> {
  const name = `${plan.workflow.code}, ${ending}`;
  const plans = await plansOf(events, plan);
  const payload = surroundings.parsePayload(step.payload);
  const lines = linesOf(text);
  return { name, ending, workflow: step.workflow, plan, plans, events, lines, head, payload, ...repeat };
}

async function plansOf(events: readonly TraceEvent[], plan: Plan): Promise<ReadonlyMap<string, Plan>> {
  const plans = new Map<string, Plan>();
  for (const { run, payload } of eventsOf(events, "execution_start")) {
    plans.set(run, (await plan.called(payload.workflow_code)) as Plan);
  }
  return plans;
}

/** Every reading is another one, as in the world, but the same in every run. */
function ticking(): Clock {
  const { now } = fixedClock(Date.parse("2026-01-31T09:00:00.120Z"));
  let [readings, micros] = [0, 0];
  return { now: () => now() + 7 * readings++, micros: () => 130 * micros++ };
}
