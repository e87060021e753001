/** `pgs coverage`: what of the declared workflows was never exercised by the runs of some traces? */

import { counted } from "../../../errors/counted.ts";
import type { Case, Notice, Part, Rule } from "../../../report/result.ts";
import { catalogue } from "../../../scenarios/catalogue.ts";
import { coverageOf, type Outcomes } from "../../../scenarios/coverage.ts";
import { countTrace, type LeftOut } from "../../../scenarios/recorded-traces.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { open } from "../../load.ts";
import { argumentList } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain } from "../../print.ts";
import { reported } from "../../report-files.ts";
import { type Printed, print } from "../../report-view.ts";
import { COVERAGE_FILES, MIN, REPORTS, SEAL, UNTAKEN } from "../../shared-options.ts";
import { tracesAt } from "../../traces-at.ts";
import { trustOf } from "../../trust.ts";
import { checkCoverageFiles, writeCoverage } from "./files.ts";
import { type Counted, coveragePart } from "./result.ts";
import { coverageJson, coverageText, isBelow } from "./view.ts";

/** A trace that is not intact is a finding; one of another snapshot is only reported. */
export const coverage = defineCommand({
  details: "The runs are read from their traces, and are not repeated.",
  arguments: { traces: argumentList("traces (.jsonl files), and folders of them", { completes: "file" }) },
  options: { Coverage: { ...UNTAKEN, ...MIN, ...COVERAGE_FILES, ...SEAL }, Report: REPORTS },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs coverage traces --untaken", "measure every trace below a folder, and list what was not covered"],
    ["pgs coverage traces --min 80 --lcov coverage.info", "fail below 80 %, and write LCOV"],
  ],
  exitCodes: {
    SUCCESS: "measured",
    SNAPSHOT: true,
    FOUND: "a workflow is below --min, or a trace is not intact",
  },
  async action({ traces, min, untaken, ...request }, context) {
    checkCoverageFiles(request);
    const files = await tracesAt(traces, context);
    await checkOutputs(request, { "a trace": files }, context);
    const snapshot = await open(context, trustOf(request, context));
    const workflows = catalogue(snapshot);
    const outcomes: Outcomes = new Map();
    const leftOut: LeftOut[] = [];
    for (const file of files) {
      const left = await countTrace(file, readFileArgument(file, "the trace", context), workflows, outcomes);
      if (left !== null) leftOut.push(left);
      if (left?.code === "FOREIGN" && traces.includes(file)) {
        throw new UsageFault("TRACE_FOREIGN", { file, why: left.why });
      }
    }
    const measured = await coverageOf(workflows, outcomes);
    await writeCoverage(request, measured, snapshot, context);
    const counted = files.length - leftOut.length;
    const result = { coverage: measured, snapshot, counted, leftOut, min: min ?? null };
    await print(result, report(untaken), request, context);
    const isFound = isBelow(measured, min) || leftOut.some(({ code }) => code === "NOT_INTACT");
    return isFound ? EXIT.FOUND : EXIT.SUCCESS;
  },
});

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
