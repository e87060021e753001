/** How a certification is told: as text, as JSON, as a part of a verdict. */

import { counted } from "../../../errors/counted.ts";
import { reasonsOf } from "../../../plan/errors.ts";
import type { Case, Notice, Part, Rule, Suite } from "../../../report/result.ts";
import type { Coverage } from "../../../scenarios/coverage.ts";
import { spelledOtherwise } from "../../../scenarios/expect/number-spelling.ts";
import type { Paint } from "../../colour.ts";
import type { Context } from "../../context.ts";
import type { EvaluatedScenario, EvaluatedStep, Verdict } from "../../evaluate.ts";
import { plain, table } from "../../print.ts";
import { reported } from "../../report-files.ts";
import type { Printed } from "../../report-view.ts";
import { edgeText } from "../../views/coverage.ts";
import { differsAt, type RefusedSteps, refusedText, refusedTogether, stepDetail } from "../../views/step.ts";

export interface Certified {
  readonly scenarios: readonly EvaluatedScenario[];
  readonly coverage: readonly Coverage[];
  /** JSON files among the vectors that are none. */
  readonly others: readonly string[];
}

export function certifyReport(listsUntaken: boolean): Printed<Certified> {
  const toText = (result: Certified, paint: Paint) => textOf(result, listsUntaken, paint);
  return { command: "pgs certify", toJson, toText, toParts };
}

function countsOf({ scenarios }: Certified): Readonly<Record<Verdict | "total", number>> {
  const counts = { total: 0, equal: 0, different: 0, informative: 0, left_out: 0 };
  for (const { verdict } of scenarios.flatMap(({ steps }) => steps)) {
    counts.total++;
    counts[verdict]++;
  }
  return counts;
}

function edgesOf(coverage: readonly Coverage[]): { readonly declared: number; readonly taken: number } {
  const sum = (of: (one: Coverage) => number) => coverage.reduce((total, one) => total + of(one), 0);
  return { declared: sum(({ declared }) => declared), taken: sum(({ taken }) => taken) };
}

// ---- JSON ----

function toJson(result: Certified): unknown {
  const steps = countsOf(result);
  return {
    ok: steps.different === 0,
    steps,
    scenarios: result.scenarios.map(scenarioJson),
    edges: { ...edgesOf(result.coverage), workflows: result.coverage.map(edgesJson) },
    other_files: result.others,
  };
}

function edgesJson({ workflow, declared, taken, untaken, refused }: Coverage): unknown {
  return { workflow, declared, taken, untaken, ...(refused === undefined ? {} : { refused }) };
}

function scenarioJson({ scenario, steps }: EvaluatedScenario): unknown {
  return {
    scenario: scenario.name,
    file: scenario.file,
    about: scenario.about,
    ok: steps.every(({ verdict }) => verdict !== "different"),
    steps: steps.map(stepJson),
  };
}

function stepJson({ step, verdict, differences, fault }: EvaluatedStep): unknown {
  return {
    step: step.name,
    workflow: step.kind === "run" ? step.workflow : null,
    verdict,
    ...(differences.length === 0 ? {} : { differences }),
    ...(differences.length === 0 || fault === null ? {} : { refused: reasonsOf(fault) }),
  };
}

// ---- text ----

function textOf(result: Certified, listsUntaken: boolean, paint: Paint): string {
  const played = result.scenarios.flatMap(({ scenario, steps }) => steps.map((step) => ({ scenario, step })));
  const differing = played.flatMap(({ step }) => (step.verdict === "different" ? [step] : []));
  const together = refusedTogether(differing, refusedOf);
  const said = new Set(together.flatMap(({ steps }) => steps));
  const told = [
    ...together.map((one) => refusalText(one, paint)),
    ...played.map(({ scenario, step }) => (said.has(step) ? "" : stepText(scenario.file, step, paint))),
  ];
  const { different } = countsOf(result);
  const counts = paint(different === 0 ? "good" : "bad", countsText(result));
  return `${told.join("")}${coverageText(result.coverage, listsUntaken)}\n${counts}\n`;
}

function countsText(result: Certified): string {
  const { total, equal, different, informative, left_out: leftOut } = countsOf(result);
  return [
    `${counted(result.scenarios.length, "scenario")}, ${counted(total, "step")}`,
    `${equal} equal`,
    `${different} different`,
    ...(informative === 0 ? [] : [`${informative} informative`]),
    ...(leftOut === 0 ? [] : [`${leftOut} left out`]),
    ...(result.others.length === 0 ? [] : [`${result.others.length} other JSON files ignored`]),
  ].join(", ");
}

function refusedOf({ fault }: EvaluatedStep): readonly string[] {
  return fault === null ? [] : reasonsOf(fault);
}

function refusalText({ refused, steps }: RefusedSteps<EvaluatedStep>, paint: Paint): string {
  const hints = steps.flatMap(({ fault }) => fault?.hint ?? []);
  const names = steps.map(({ name }) => name);
  return `${paint("bad", "DIFFERENT")}  ${counted(steps.length, "step")}\n${refusedText(refused, hints, names)}\n`;
}

function stepText(file: string, played: EvaluatedStep, paint: Paint): string {
  const { name, verdict } = played;
  if (verdict === "equal" || verdict === "left_out") return "";
  const word = verdict === "different" ? paint("bad", "DIFFERENT") : paint("quiet", "INFORMATIVE");
  return `${word}  ${plain(name)}\n${detailOf(file, played)}\n`;
}

function detailOf(file: string, played: EvaluatedStep): string {
  const { step, differences } = played;
  if (step.kind !== "run") return "";
  const refused = refusedOf(played);
  const spelled = spelledOtherwise(step).map(plain);
  const notes = spelled.length === 0 ? "" : `  note: by value these are whole numbers: ${spelled.join(", ")}\n`;
  return stepDetail({ workflow: step.workflow, file, refused, notes, differences });
}

function coverageText(coverage: readonly Coverage[], listsUntaken: boolean): string {
  const { declared, taken } = edgesOf(coverage);
  const rows = coverage.map((one) => [one.workflow, edgeCount(one)]);
  const untaken = coverage.flatMap(({ workflow, untaken: edges }) =>
    edges.length === 0
      ? []
      : [`\n${workflow}\n${edges.map((edge) => `  ${plain(edgeText(edge))}\n`).join("")}`],
  );
  return [
    `edges taken\n${table([...rows, ["all", `${taken}/${declared}`]])}`,
    ...(listsUntaken && untaken.length > 0 ? [`\nedges not taken\n${untaken.join("")}`] : []),
  ].join("");
}

function edgeCount({ taken, declared, refused }: Coverage): string {
  return refused === undefined ? `${taken}/${declared}` : "unknown: it does not compile";
}

// ---- reports ----

const RULE: Rule = {
  id: "step-differs",
  about: "Every step of a scenario gives the result that its vector expects.",
  level: "error",
};

function toParts(result: Certified, context: Context): readonly Part[] {
  const played = result.scenarios.flatMap(({ scenario, steps }) => steps.map((step) => ({ scenario, step })));
  const notices = played
    .filter(({ step }) => step.verdict === "different")
    .map(({ scenario, step }): Notice => {
      const message = `${step.name} ${differsAt(step.differences)}`;
      const file = reported(scenario.file, context);
      return { rule: RULE.id, level: "error", message, file, fingerprint: step.name };
    });
  const state = notices.length === 0 ? "passed" : "failed";
  const counted = countsText(result);
  return [{ name: "certify", state, counted, rules: [RULE], notices, suites: toSuites(result) }];
}

/** A suite for each scenario. */
function toSuites({ scenarios }: Certified): readonly Suite[] {
  return scenarios.map(({ scenario, steps }) => ({
    name: scenario.name,
    cases: steps.map((step) => caseOf(scenario.file, step)),
  }));
}

function caseOf(file: string, played: EvaluatedStep): Case {
  const { step, seconds, verdict } = played;
  if (step.kind === "left out") return { name: step.name, subject: file, seconds, skipped: step.why };
  const common = { name: step.name, subject: step.workflow, seconds };
  if (verdict === "equal") return common;
  const message = differsAt(played.differences);
  return verdict === "informative"
    ? { ...common, skipped: `informative: ${message}` }
    : { ...common, failed: { message, detail: detailOf(file, played) } };
}
