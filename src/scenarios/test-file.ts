/** One scenario file played, and how each of its steps came out: plain data, so that any thread may have played it. */

import { pointer } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import { reasonsOf } from "../plan/errors.ts";
import type { Catalogue } from "./catalogue.ts";
import { count, type Outcomes } from "./coverage.ts";
import type { ScenarioEnvironment } from "./environment.ts";
import type { ScenarioFault } from "./errors.ts";
import type { Difference } from "./expect/compare.ts";
import { authoredDifference, foundIn } from "./expect/expected.ts";
import { type AuthoredStep, authoredIn } from "./format/authored.ts";
import { type EvaluatedCriterion, evaluateCriteria } from "./format/criteria.ts";
import { folderOf, type ScenarioFile } from "./format/find.ts";
import { pathOf, type Stores } from "./format/stores.ts";
import { toScenario } from "./format/translate.ts";
import type { ScenarioHint } from "./hints.ts";
import { isUnprepared } from "./prepare-data.ts";
import { runScenario, type ScenarioResult } from "./runner.ts";
import type { StepLeftovers } from "./scenario.ts";

export interface TestedStep {
  readonly name: string;
  readonly workflow: string;
  readonly satisfies: readonly string[];
  /** At the places of the file; empty when the step came out as expected. */
  readonly differences: readonly Difference[];
  /** What refused the step before it ran, and every reason of it. */
  readonly refused: readonly string[];
  /** What to do about what the step says, or about an ending that was not expected. */
  readonly hints: readonly ScenarioHint[];
  /** All that its expectation may name, as it was found; null where that is not asked for. */
  readonly found: JsonObject | null;
  readonly seconds: number;
}

export interface Tested {
  readonly file: string;
  readonly name: string;
  readonly about: string;
  readonly steps: readonly TestedStep[];
  readonly criteria: readonly EvaluatedCriterion[];
  readonly outcomes: Outcomes;
}

export interface Testing {
  readonly workflows: Catalogue;
  readonly stores: Stores;
  readonly workspace: string;
  readonly around: ScenarioEnvironment;
  /** Steps without an expectation are played, too, and what was found is told. */
  readonly isRecorded: boolean;
}

/**
 * Where its data cannot be prepared, no step passes from there on.
 * @throws ScenarioFault when the file cannot be read as a scenario
 */
export async function testScenario({ path, source }: ScenarioFile, testing: Testing): Promise<Tested> {
  const { workflows, stores, workspace, around, isRecorded } = testing;
  const reading = { files: around.files, stores, folder: folderOf(path), workspace, isRecorded };
  const scenario = toScenario(source, reading);
  const authored = authoredIn(source);
  const outcomes: Outcomes = new Map();
  const steps: TestedStep[] = [];
  try {
    for await (const played of runScenario(scenario, workflows, around)) {
      count(outcomes, played.events, scenario.overlay);
      const stored = namesOf(authored.steps[steps.length]?.expect?.stored ?? {}, (name) =>
        pathOf(name, "", stores, source),
      );
      steps.push(toTested(played, steps.length, stored, isRecorded, authored.steps[steps.length]?.satisfies));
    }
  } catch (fault) {
    if (!isUnprepared(fault)) throw fault;
    const first = steps.length;
    for (const step of authored.steps.slice(first)) steps.push(unprepared(step, first, fault));
  }
  const isEqual = (step: string) => steps.find(({ name }) => name === step)?.differences.length === 0;
  const criteria = evaluateCriteria(authored, isEqual);
  const { file, name, about } = scenario;
  return { file, name, about, steps, criteria, outcomes };
}

/** The members have names of this program's; what is below them may have those of secrets. */
function redacted(found: JsonObject, { redact }: StepLeftovers): JsonObject {
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, redact(value)]));
}

/** The names by which the file speaks of data, each with its path. */
function namesOf(stored: JsonObject, pathOfName: (name: string) => string): ReadonlyMap<string, string> {
  return new Map(Object.keys(stored).map((name) => [name, pathOfName(name)]));
}

/** A step that did not run, because its data, or that of the step `failed`, could not be prepared. */
function unprepared(
  { name, workflow, satisfies = [] }: AuthoredStep,
  failed: number,
  fault: ScenarioFault,
): TestedStep {
  const { step = null, path, folder = path, errno = fault.code } = fault.facts;
  const at = pointer(step === null ? ["given", "data"] : ["steps", failed, "given", "data"]);
  const difference = { at, expected: "data that can be prepared", found: `${folder}: ${errno}` };
  const refused = reasonsOf(fault);
  const { hint: text } = fault.wording;
  const hints = text === undefined ? [] : [{ text, edit: null, isOfEnding: false }];
  return { name, workflow, satisfies, differences: [difference], refused, hints, found: null, seconds: 0 };
}

/** Where an expectation says how the run ends. */
const ENDING = /^\/steps\/\d+\/expect\/(?:status|outcome|exit_reason|exit_code|path)(?:\/|$)/;

function toTested(
  { step, differences, fault, hints, left, seconds }: ScenarioResult,
  index: number,
  names: ReadonlyMap<string, string>,
  isRecorded: boolean,
  satisfies: readonly string[] = [],
): TestedStep {
  const nameOfPath = (path: string) => [...names].find(([, one]) => one === path)?.[0] ?? path;
  const authored = differences.map((one) => authoredDifference(one, index, nameOfPath));
  const isOtherEnding = authored.some(({ at }) => ENDING.test(at));
  return {
    name: step.name,
    workflow: step.kind === "run" ? step.workflow : "",
    satisfies,
    differences: authored,
    refused: fault === null ? [] : reasonsOf(fault),
    hints: hints.filter(({ isOfEnding }) => isOtherEnding || !isOfEnding),
    found: isRecorded && left !== null ? redacted(foundIn(left, names), left) : null,
    seconds,
  };
}
