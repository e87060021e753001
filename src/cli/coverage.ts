/** `pgs coverage`: what of the declared workflows was never exercised by the runs of some traces? */

import { catalogue } from "../certify/catalogue.ts";
import { coverageOf, type Outcomes } from "../certify/coverage.ts";
import { countTrace, type LeftOut } from "../certify/recorded.ts";
import { counted } from "../counted.ts";
import { UsageFault } from "../faults.ts";
import type { Case, Notice, Part, Rule } from "../gate/verdict.ts";
import type { CommonOptions, Context } from "./context.ts";
import { type CoverageFiles, checkCoverageFiles, leaveCoverage } from "./coverage-files.ts";
import { type Counted, coveragePart } from "./coverage-part.ts";
import { coverageJson, coverageText, isBelow } from "./coverage-report.ts";
import { EXIT } from "./exit-codes.ts";
import { open, type SealOptions } from "./load.ts";
import { readGiven } from "./read-given.ts";
import { plain } from "./report.ts";
import { checkReports, type ReportOptions, reported } from "./reports.ts";
import { type Told, tell } from "./tell.ts";
import { tracesAt } from "./traces-at.ts";

export interface CoverageOptions extends CommonOptions, SealOptions, CoverageFiles, ReportOptions {
  readonly min?: number;
  readonly untaken?: boolean;
}

/** A trace that is not intact is something found; one of another snapshot is only said. */
export async function coverageCommand(
  options: CoverageOptions,
  context: Context,
  ...places: readonly string[]
): Promise<number> {
  checkReports(options, context);
  checkCoverageFiles(options);
  const files = tracesAt(places, context);
  const snapshot = await open(context, options);
  const workflows = catalogue(snapshot);
  const outcomes: Outcomes = new Map();
  const leftOut: LeftOut[] = [];
  for (const file of files) {
    const left = await countTrace(file, readGiven(file, "the trace", context), workflows, outcomes);
    if (left !== null) leftOut.push(left);
    if (left?.code === "FOREIGN" && places.includes(file)) {
      throw new UsageFault("TRACE_FOREIGN", { file, why: left.why });
    }
  }
  const coverage = await coverageOf(workflows, outcomes);
  await leaveCoverage(options, coverage, snapshot, context);
  const counted = files.length - leftOut.length;
  const result = { coverage, snapshot, counted, leftOut, min: options.min ?? null };
  await tell(result, report(options.untaken ?? false), options, context);
  const isFound = isBelow(coverage, options.min) || leftOut.some(({ code }) => code === "NOT_INTACT");
  return isFound ? EXIT.FOUND : EXIT.SUCCESS;
}

interface Result extends Counted {
  readonly counted: number;
  readonly leftOut: readonly LeftOut[];
}

function report(listsUntaken: boolean): Told<Result> {
  return {
    command: "pgs coverage",
    toJson: ({ coverage, counted, leftOut }) => {
      return { traces: { counted, left_out: leftOut }, ...(coverageJson(coverage) as object) };
    },
    toText({ coverage, counted: traces, leftOut, min }, paint) {
      const left = leftOut.map(
        ({ file, why }) => `${paint("bad", "NOT COUNTED")}  ${plain(file)}: ${plain(why)}\n`,
      );
      const ends = `${counted(traces, "trace")} counted`;
      return `${left.join("")}${coverageText(coverage, listsUntaken, min)}\n${ends}\n`;
    },
    toParts: (result, context) => [withLeftOut(coveragePart(result, context), result, context)],
  };
}

const INTACT: Rule = {
  id: "trace-not-counted",
  about: "Every trace is an intact one of this snapshot.",
  level: "error",
};

/** A trace that is not intact fails the part; another one that is not counted is only said. */
function withLeftOut(part: Part, { leftOut }: Result, context: Context): Part {
  const notices = leftOut.map(({ file, code, why }): Notice => {
    const level = code === "NOT_INTACT" ? "error" : "note";
    return { rule: INTACT.id, level, message: why, file: reported(file, context), fingerprint: file };
  });
  const cases = leftOut.map(({ file, code, why }): Case => {
    const tried = { name: file, subject: "pgs coverage" };
    if (code !== "NOT_INTACT") return { ...tried, skipped: why };
    return { ...tried, failed: { message: why, detail: why } };
  });
  return {
    ...part,
    state: notices.some(({ level }) => level === "error") ? "failed" : part.state,
    rules: [...part.rules, INTACT],
    notices: [...part.notices, ...notices],
    suites: cases.length === 0 ? part.suites : [...part.suites, { name: "traces", cases }],
  };
}
