/** How tested scenarios are told: as text, as JSON, as JUnit XML. */

import type { Coverage } from "../certify/coverage.ts";
import type { JudgedCriterion } from "../scenarios/criteria.ts";
import type { Tested, TestedStep } from "../scenarios/tested.ts";
import { coverageJson, coverageText } from "./coverage-report.ts";
import { differencesText } from "./differences.ts";
import type { JunitCase, JunitSuite } from "./junit.ts";
import type { Paint } from "./paint.ts";
import { plain } from "./report.ts";
import type { Told } from "./tell.ts";

export interface TestResult {
  readonly scenarios: readonly Tested[];
  /** Null where it was not asked for. */
  readonly coverage: readonly Coverage[] | null;
  /** Places that were written anew. */
  readonly updated: number;
  /** The share of edges, in per cent, that each workflow should have taken. */
  readonly min: number | null;
}

export function testReport(listsUntaken: boolean): Told<TestResult> {
  const toText = (result: TestResult, paint: Paint) => textOf(result, listsUntaken, paint);
  return { command: "pgs test", toJson, toText, toSuites };
}

/** Whether every step came out and every criterion holds. */
export function isPassed({ scenarios }: Pick<TestResult, "scenarios">): boolean {
  return scenarios.every(isScenarioPassed);
}

function isScenarioPassed({ steps, criteria }: Pick<Tested, "steps" | "criteria">): boolean {
  return steps.every(isEqual) && criteria.every(({ holds }) => holds);
}

function isEqual({ differences }: TestedStep): boolean {
  return differences.length === 0;
}

interface Counts {
  readonly scenarios: number;
  readonly steps: number;
  readonly equal: number;
  readonly different: number;
}

function countsOf({ scenarios }: TestResult): Counts {
  const steps = scenarios.flatMap((one) => one.steps);
  const equal = steps.filter(isEqual).length;
  return { scenarios: scenarios.length, steps: steps.length, equal, different: steps.length - equal };
}

// ---- JSON ----

function toJson(result: TestResult): unknown {
  const { steps, equal, different } = countsOf(result);
  return {
    ok: isPassed(result),
    steps: { total: steps, equal, different },
    updated: result.updated,
    criteria: criteriaCounts(result),
    scenarios: result.scenarios.map(scenarioJson),
    ...(result.coverage === null ? {} : { coverage: coverageJson(result.coverage) }),
  };
}

function scenarioJson({ name, file, about, steps, criteria }: Tested): unknown {
  return {
    scenario: name,
    file,
    about,
    ok: isScenarioPassed({ steps, criteria }),
    steps: steps.map((step) => ({
      step: step.name,
      workflow: step.workflow,
      ok: isEqual(step),
      satisfies: step.satisfies,
      ...(isEqual(step) ? {} : { differences: step.differences }),
      ...(isEqual(step) || step.refused.length === 0 ? {} : { refused: step.refused }),
    })),
    criteria: criteria.map(({ id, statement, satisfiedBy, holds }) => {
      return { id, statement, satisfied_by: satisfiedBy, holds };
    }),
  };
}

function criteriaCounts({ scenarios }: TestResult): { readonly total: number; readonly hold: number } {
  const criteria = scenarios.flatMap((one) => one.criteria);
  return { total: criteria.length, hold: criteria.filter(({ holds }) => holds).length };
}

// ---- text ----

function textOf(result: TestResult, listsUntaken: boolean, paint: Paint): string {
  const told = result.scenarios.map((scenario) => scenarioText(scenario, paint)).join("");
  const coverage =
    result.coverage === null ? "" : `${coverageText(result.coverage, listsUntaken, result.min)}\n`;
  const { scenarios, steps, equal, different } = countsOf(result);
  const { total, hold } = criteriaCounts(result);
  const words = [
    `${scenarios} scenarios, ${steps} steps`,
    `${equal} equal`,
    `${different} different`,
    ...(total === 0 ? [] : [`${hold} of ${total} criteria hold`]),
    ...(result.updated === 0 ? [] : [`${result.updated} places updated`]),
  ];
  return `${told}${coverage}${paint(isPassed(result) ? "good" : "bad", words.join(", "))}\n`;
}

function scenarioText(scenario: Tested, paint: Paint): string {
  const different = scenario.steps.filter((step) => !isEqual(step));
  const unmet = scenario.criteria.filter(({ holds }) => !holds);
  return [
    ...different.map(
      (step) => `${paint("bad", "DIFFERENT")}  ${headOf(scenario, step)}\n${detailOf(scenario, step)}\n`,
    ),
    ...unmet.map((one) => `${paint("bad", "NOT MET")}  ${criterionText(scenario, one)}\n\n`),
  ].join("");
}

function headOf({ name }: Tested, step: TestedStep): string {
  return plain(`${name}#${step.name}`);
}

function detailOf({ file }: Tested, { workflow, refused, differences }: TestedStep): string {
  const why = refused.length === 0 ? "" : `  refused: ${refused.map(plain).join("; ")}\n`;
  return `  ${plain(workflow)} in ${plain(file)}\n${why}${differencesText(differences)}`;
}

function criterionText({ name }: Tested, { id, statement, satisfiedBy, missedBy }: JudgedCriterion): string {
  const by = satisfiedBy.length === 0 ? "no step satisfies it" : `different: ${missedBy.join(", ")}`;
  return plain(`${name}: ${id} ${statement} (${by})`);
}

// ---- JUnit ----

/** A suite for each scenario, a case for each step and for each criterion. */
function toSuites({ scenarios }: TestResult): readonly JunitSuite[] {
  return scenarios.map((scenario) => ({
    name: scenario.name,
    cases: [
      ...scenario.steps.map((step) => stepCase(scenario, step)),
      ...scenario.criteria.map((criterion) => criterionCase(scenario, criterion)),
    ],
  }));
}

function stepCase(scenario: Tested, step: TestedStep): JunitCase {
  const { name, workflow: subject, seconds, differences } = step;
  if (isEqual(step)) return { name, subject, seconds };
  const message = `differs at ${differences.map(({ at }) => at).join(", ")}`;
  return { name, subject, seconds, failed: { message, detail: detailOf(scenario, step) } };
}

function criterionCase(scenario: Tested, criterion: JudgedCriterion): JunitCase {
  const { id, statement, holds } = criterion;
  const common = { name: `${id} ${statement}`, subject: `${scenario.file} criteria` };
  const message = criterionText(scenario, criterion);
  return holds ? common : { ...common, failed: { message, detail: message } };
}
