/** How a certification is told: as text, as JSON, as JUnit XML. */

import type { PlayedScenario, PlayedStep } from "../certify/certify.ts";
import type { Coverage } from "../certify/coverage.ts";
import { spelledOtherwise } from "../certify/lexical.ts";
import { CompileFault, type Fault } from "../faults.ts";
import type { GraphEdge } from "../trace/render/graph.ts";
import { type Judged, nameOf, type Verdict } from "./certify.ts";
import { differencesText } from "./differences.ts";
import type { JunitCase, JunitSuite } from "./junit.ts";
import type { Paint } from "./paint.ts";
import { plain, table } from "./report.ts";
import type { Told } from "./tell.ts";

export function certifyReport(listsUntaken: boolean): Told<Judged> {
  const toText = (judged: Judged, paint: Paint) => textOf(judged, listsUntaken, paint);
  return { command: "pgs certify", toJson, toText, toSuites };
}

type Counts = Readonly<Record<Verdict, number>>;

function countsOf(judged: Judged): Counts {
  const counts = { equal: 0, different: 0, informative: 0, "left out": 0 };
  for (const { scenario, steps } of judged.scenarios) {
    for (const step of steps) counts[judged.verdictOf(scenario, step)]++;
  }
  return counts;
}

function edgesOf(coverage: readonly Coverage[]): { readonly declared: number; readonly taken: number } {
  const sum = (of: (one: Coverage) => number) => coverage.reduce((total, one) => total + of(one), 0);
  return { declared: sum(({ declared }) => declared), taken: sum(({ taken }) => taken) };
}

// ---- JSON ----

function toJson(judged: Judged): unknown {
  const { "left out": left_out, ...counts } = countsOf(judged);
  return {
    ok: counts.different === 0,
    steps: { total: Object.values(counts).reduce((a, b) => a + b, left_out), ...counts, left_out },
    scenarios: judged.scenarios.map((one) => scenarioJson(one, judged)),
    edges: { ...edgesOf(judged.coverage), workflows: judged.coverage },
    other_files: judged.others,
  };
}

function scenarioJson({ scenario, steps }: PlayedScenario, judged: Judged): unknown {
  return {
    scenario: scenario.name,
    file: scenario.file,
    about: scenario.about,
    ok: steps.every((step) => judged.verdictOf(scenario, step) !== "different"),
    steps: steps.map((played) => ({
      step: played.step.name,
      workflow: played.step.kind === "run" ? played.step.workflow : null,
      verdict: judged.verdictOf(scenario, played).replace(" ", "_"),
      ...(played.differences.length === 0 ? {} : { differences: played.differences }),
      ...(played.differences.length === 0 || played.fault === null ? {} : { refused: refusedBy(played.fault) }),
    })),
  };
}

// ---- text ----

function textOf(judged: Judged, listsUntaken: boolean, paint: Paint): string {
  const told = judged.scenarios.flatMap((one) => one.steps.map((step) => stepText(one, step, judged, paint)));
  const { equal, different, informative, "left out": leftOut } = countsOf(judged);
  const counts = [
    `${judged.scenarios.length} scenarios, ${equal + different + informative + leftOut} steps`,
    `${equal} equal`,
    `${different} different`,
    ...(informative === 0 ? [] : [`${informative} informative`]),
    ...(leftOut === 0 ? [] : [`${leftOut} left out`]),
    ...(judged.others.length === 0 ? [] : [`${judged.others.length} other JSON files passed over`]),
  ];
  return [
    ...told,
    coverageText(judged.coverage, listsUntaken),
    `\n${paint(different === 0 ? "good" : "bad", counts.join(", "))}\n`,
  ].join("");
}

function stepText({ scenario }: PlayedScenario, played: PlayedStep, judged: Judged, paint: Paint): string {
  const verdict = judged.verdictOf(scenario, played);
  if (verdict !== "different" && verdict !== "informative") return "";
  const word = verdict === "different" ? paint("bad", "DIFFERENT") : paint("quiet", "INFORMATIVE");
  return `${word}  ${plain(nameOf(scenario, played.step))}\n${detailOf(scenario.file, played)}\n`;
}

function detailOf(file: string, { step, differences, fault }: PlayedStep): string {
  if (step.kind !== "run") return "";
  const refused = fault === null ? "" : `  refused: ${refusedBy(fault).map(plain).join("; ")}\n`;
  const spelled = spelledOtherwise(step).map(plain);
  const note = spelled.length === 0 ? "" : `  note: by value these are whole numbers: ${spelled.join(", ")}\n`;
  return `  ${plain(step.workflow)} in ${plain(file)}\n${refused}${note}${differencesText(differences)}`;
}

/** Its code and words; of a workflow that does not compile, those of every reason. */
function refusedBy(fault: Fault): readonly string[] {
  if (fault instanceof CompileFault) return fault.reasons.map(({ code, what }) => `${code} ${what}`);
  return [`${fault.code} ${fault.message}`];
}

function coverageText(coverage: readonly Coverage[], listsUntaken: boolean): string {
  const { declared, taken } = edgesOf(coverage);
  const rows = coverage.map((one) => [one.workflow, edgeCount(one)]);
  const untaken = coverage.flatMap(({ workflow, untaken: edges }) =>
    edges.length === 0 ? [] : [`\n${workflow}\n${edges.map(edgeText).join("")}`],
  );
  return [
    `edges taken\n${table([...rows, ["all", `${taken}/${declared}`]])}`,
    ...(listsUntaken && untaken.length > 0 ? [`\nedges not taken\n${untaken.join("")}`] : []),
  ].join("");
}

function edgeCount({ taken, declared, refused }: Coverage): string {
  return refused === undefined ? `${taken}/${declared}` : "not known: it does not compile";
}

function edgeText({ from, outcome, to }: GraphEdge): string {
  return `  ${from} --${outcome}--> ${to}\n`;
}

// ---- JUnit ----

/** A suite for each scenario. */
function toSuites(judged: Judged): readonly JunitSuite[] {
  return judged.scenarios.map(({ scenario, steps }) => ({
    name: scenario.name,
    cases: steps.map((played) => junitCase(scenario.file, played, judged.verdictOf(scenario, played))),
  }));
}

function junitCase(file: string, played: PlayedStep, verdict: Verdict): JunitCase {
  const { step, seconds, differences } = played;
  const subject = step.kind === "run" ? step.workflow : file;
  const message = differences.map(({ at }) => at).join(", ");
  const common = { name: step.name, subject, seconds };
  switch (verdict) {
    case "equal":
      return common;
    case "different":
      return { ...common, failed: { message: `differs at ${message}`, detail: detailOf(file, played) } };
    case "informative":
      return { ...common, skipped: `informative: differs at ${message}` };
    case "left out":
      return { ...common, skipped: step.kind === "run" ? "left out" : step.why };
  }
}
