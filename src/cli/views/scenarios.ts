/** How tested scenarios are told: as text, as JSON, as a part of a verdict. */

import { counted } from "../../errors/counted.ts";
import type { Case, Notice, Part, Rule, Suite } from "../../report/result.ts";
import type { EvaluatedCriterion } from "../../scenarios/format/criteria.ts";
import { readScenario } from "../../scenarios/format/find.ts";
import { hintText } from "../../scenarios/hints.ts";
import type { Tested, TestedStep } from "../../scenarios/test-file.ts";
import type { TestResult } from "../../scenarios/test-scenarios.ts";
import type { Paint } from "../colour.ts";
import type { Context } from "../context.ts";
import { hintLines, plain } from "../print.ts";
import { reported } from "../report-files.ts";
import type { Printed } from "../report-view.ts";
import { type CoverageTerms, coverageJson, coverageText } from "./coverage.ts";
import { coveragePart } from "./coverage-part.ts";
import { differsAt, type RefusedSteps, refusedText, refusedTogether, stepDetail } from "./step.ts";

export function testReport(terms: CoverageTerms): Printed<TestResult> {
  return {
    command: "pgs test",
    toJson,
    toText: (result, paint) => textOf(result, terms, paint),
    toParts: (result, context) => toParts(result, terms, context),
  };
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
      ...(step.hints.length === 0 ? {} : { hints: step.hints.map(hintText) }),
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

function textOf(result: TestResult, terms: CoverageTerms, paint: Paint): string {
  const together = refusedIn(result);
  const isTold = (step: TestedStep) => together.some(({ steps }) => steps.some((one) => one.step === step));
  const refused = together.map((one) => refusalText(one, paint)).join("");
  const told = `${refused}${result.scenarios.map((one) => scenarioText(one, isTold, paint)).join("")}`;
  const coverage = result.coverage === null ? "" : `${coverageText(result.coverage, terms)}\n`;
  return `${told}${coverage}${paint(isPassed(result) ? "good" : "bad", countsText(result))}\n`;
}

function countsText(result: TestResult): string {
  const { scenarios, steps, equal, different } = countsOf(result);
  const { total, hold } = criteriaCounts(result);
  return [
    `${counted(scenarios, "scenario")}, ${counted(steps, "step")}`,
    `${equal} equal`,
    `${different} different`,
    ...(total === 0 ? [] : [`${hold} of ${counted(total, "criterion holds", "criteria hold")}`]),
    ...(result.updated === 0 ? [] : [`${counted(result.updated, "place")} updated`]),
  ].join(", ");
}

interface Played {
  readonly scenario: Tested;
  readonly step: TestedStep;
}

/** The steps that one cause kept from running. */
function refusedIn({ scenarios }: Pick<TestResult, "scenarios">): readonly RefusedSteps<Played>[] {
  const different = scenarios.flatMap((scenario) =>
    scenario.steps.filter((step) => !isEqual(step)).map((step) => ({ scenario, step })),
  );
  return refusedTogether(different, ({ step }) => step.refused);
}

function refusalText({ refused, steps }: RefusedSteps<Played>, paint: Paint): string {
  const hints = steps.flatMap(({ step }) => step.hints.map(hintText));
  const names = steps.map(({ scenario, step }) => `${scenario.name}#${step.name}`);
  return `${paint("bad", "DIFFERENT")}  ${counted(steps.length, "step")}\n${refusedText(refused, hints, names)}\n`;
}

function scenarioText(scenario: Tested, isTold: (step: TestedStep) => boolean, paint: Paint): string {
  const different = scenario.steps.filter((step) => !isEqual(step) && !isTold(step));
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

function detailOf({ file }: Tested, { workflow, refused, differences, hints }: TestedStep): string {
  const notes = hintLines(hints.map(hintText)).replace(/^(?=.)/gm, "  ");
  return stepDetail({ workflow, file, refused, notes, differences });
}

function criterionText({ name }: Tested, { id, statement, satisfiedBy, missedBy }: EvaluatedCriterion): string {
  const by = satisfiedBy.length === 0 ? "no step satisfies it" : `different: ${missedBy.join(", ")}`;
  return plain(`${name}: ${id} ${statement} (${by})`);
}

// ---- reports ----

const RULES = {
  step: { id: "step-differs", about: "Every step of a scenario gives the expected result.", level: "error" },
  criterion: {
    id: "criterion-not-met",
    about: "Every criterion is satisfied by a step that gives the expected result.",
    level: "error",
  },
} as const satisfies Readonly<Record<string, Rule>>;

/** The scenarios, and the coverage where it was asked for. */
function toParts(result: TestResult, terms: CoverageTerms, context: Context): readonly Part[] {
  const tested: Part = {
    name: "test",
    state: isPassed(result) ? "passed" : "failed",
    counted: countsText(result),
    rules: Object.values(RULES),
    notices: noticesOf(result, context),
    suites: toSuites(result),
  };
  if (result.coverage === null) return [tested];
  return [tested, coveragePart(result.coverage, terms, context)];
}

/** Steps that one cause refused have one notice, at the first of them. */
function noticesOf(result: TestResult, context: Context): readonly Notice[] {
  const together = new Map(
    refusedIn(result).flatMap(({ steps }) =>
      steps.map(({ step }, i) => [step, i === 0 ? steps.length : 0] as const),
    ),
  );
  return result.scenarios.flatMap((scenario) => noticesOfScenario(scenario, together, context));
}

/** `together`: by step, how many steps its notice is for; none for a step that has none of its own. */
function noticesOfScenario(
  scenario: Tested,
  together: ReadonlyMap<TestedStep, number>,
  context: Context,
): readonly Notice[] {
  if (isPassed({ scenarios: [scenario] })) return [];
  const { platform, path } = context;
  const { source } = readScenario(path(scenario.file), scenario.file, platform.files);
  const placed = (rule: Rule, message: string, pointer: string, fingerprint: string): Notice => {
    const file = reported(scenario.file, context);
    const line = source.lineOf(pointer);
    return { rule: rule.id, level: "error", message: plain(message), file, line, pointer, fingerprint };
  };
  const different = scenario.steps.filter((step) => !isEqual(step) && together.get(step) !== 0);
  const unmet = scenario.criteria.filter(({ holds }) => !holds);
  return [
    ...different.map((step) => {
      const others = (together.get(step) ?? 1) - 1;
      const name = `${scenario.name}#${step.name}`;
      const head = others === 0 ? name : `${name}, like ${counted(others, "other step")},`;
      const at = step.differences[0]?.at ?? "";
      return placed(RULES.step, `${head} ${messageOf(step)}`, at, name);
    }),
    ...unmet.map((one) => {
      return placed(RULES.criterion, criterionText(scenario, one), "/criteria", `${scenario.name}#${one.id}`);
    }),
  ];
}

/** Of a step that was refused, why: that it has left nothing is no news. */
function messageOf({ refused, differences }: TestedStep): string {
  if (refused.length > 0) return `was refused: ${refused.join("; ")}`;
  return differsAt(differences);
}

/** A suite for each scenario, a case for each step and for each criterion. */
function toSuites({ scenarios }: TestResult): readonly Suite[] {
  return scenarios.map((scenario) => ({
    name: scenario.name,
    cases: [
      ...scenario.steps.map((step) => stepCase(scenario, step)),
      ...scenario.criteria.map((criterion) => criterionCase(scenario, criterion)),
    ],
  }));
}

function stepCase(scenario: Tested, step: TestedStep): Case {
  const { name, workflow: subject, seconds } = step;
  if (isEqual(step)) return { name, subject, seconds };
  return { name, subject, seconds, failed: { message: messageOf(step), detail: detailOf(scenario, step) } };
}

function criterionCase(scenario: Tested, criterion: EvaluatedCriterion): Case {
  const { id, statement, holds } = criterion;
  const common = { name: `${id} ${statement}`, subject: `${scenario.file} criteria` };
  const message = criterionText(scenario, criterion);
  return holds ? common : { ...common, failed: { message, detail: message } };
}
