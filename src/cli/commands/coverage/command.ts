/** `pgs coverage`: what of the declared workflows was never exercised by the runs of some traces? */

import type { Case, Notice, Part, Rule } from "../../../report/result.ts";
import { catalogue } from "../../../scenarios/catalogue.ts";
import { coverageOf, type Outcomes } from "../../../scenarios/coverage.ts";
import { countTrace, type LeftOut } from "../../../scenarios/recorded-traces.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { open, type SealOptions } from "../../load.ts";
import { plain } from "../../print.ts";
import { checkReports, type ReportOptions, reported } from "../../report-files.ts";
import { type Printed, print } from "../../report-view.ts";
import { tracesAt } from "../examine/traces-at.ts";
import { type CoverageFiles, checkCoverageFiles, writeCoverage } from "./files.ts";
import { type Counted, coveragePart } from "./result.ts";
import { coverageJson, coverageText, isBelow } from "./view.ts";

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
    const left = await countTrace(file, readFileArgument(file, "the trace", context), workflows, outcomes);
    if (left !== null) leftOut.push(left);
    if (left?.code === "FOREIGN" && places.includes(file)) {
      throw new UsageFault("TRACE_FOREIGN", { file, why: left.why });
    }
  }
  const coverage = await coverageOf(workflows, outcomes);
  await writeCoverage(options, coverage, snapshot, context);
  const counted = files.length - leftOut.length;
  const result = { coverage, snapshot, counted, leftOut, min: options.min ?? null };
  await print(result, report(options.untaken ?? false), options, context);
  const isFound = isBelow(coverage, options.min) || leftOut.some(({ code }) => code === "NOT_INTACT");
  return isFound ? EXIT.FOUND : EXIT.SUCCESS;
}

interface Result extends Counted {
  readonly counted: number;
  readonly leftOut: readonly LeftOut[];
}

function report(listsUntaken: boolean): Printed<Result> {
  return {
    command: "pgs coverage",
    toJson: ({ coverage, counted, leftOut }) => {
      return { traces: { counted, left_out: leftOut }, ...(coverageJson(coverage) as object) };
    },
    toText({ coverage, counted, leftOut, min }, paint) {
      const left = leftOut.map(
        ({ file, why }) => `${paint("bad", "NOT COUNTED")}  ${plain(file)}: ${plain(why)}\n`,
      );
      const ends = `${counted} ${counted === 1 ? "trace" : "traces"} counted`;
      return `${left.join("")}${coverageText(coverage, listsUntaken, min)}\n${ends}\n`;
    },
    toParts: (result, context) => [withLeftOut(coveragePart(result, context), result, context)],
  };
}

const INTACT: Rule = {
  id: "trace-not-counted",
  about: "Every trace is intact and was recorded on this snapshot.",
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
