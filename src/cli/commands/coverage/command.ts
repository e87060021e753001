/** `pgs coverage`: what of the declared workflows was never exercised by the runs of some traces? */

import { counted } from "../../../errors/counted.ts";
import type { Case, Notice, Part, Rule } from "../../../report/result.ts";
import { isBelow } from "../../../scenarios/coverage.ts";
import { type CoverageResult, measureCoverage } from "../../../scenarios/measure-coverage.ts";
import type { Context } from "../../context.ts";
import { checkCoverageFiles, writeCoverage } from "../../coverage-files.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { open } from "../../load.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain } from "../../print.ts";
import { reported } from "../../report-files.ts";
import { type Printed, print } from "../../report-view.ts";
import { COVERAGE_FILES, LAST, MIN, REPORTS, SEAL, TRACES_ARGUMENT, UNTAKEN } from "../../shared-options.ts";
import { namedTraces } from "../../traces-at.ts";
import { trustOf } from "../../trust.ts";
import { type CoverageTerms, coverageJson, coverageText } from "../../views/coverage.ts";
import { coveragePart } from "../../views/coverage-part.ts";

/** A trace that is not intact is a finding; one of another snapshot is only reported. */
export const coverage = defineCommand({
  details: "The runs are read from their traces, and are not repeated.",
  arguments: TRACES_ARGUMENT,
  options: { Coverage: { ...LAST, ...UNTAKEN, ...MIN, ...COVERAGE_FILES, ...SEAL }, Report: REPORTS },
  shared: ["workspace", "snapshot", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs coverage traces --untaken", "measure every trace below a folder, and list what was not covered"],
    ["pgs coverage traces --min 80 --lcov coverage.info", "fail below 80 %, and write LCOV"],
  ],
  exitCodes: {
    SUCCESS: "measured",
    SNAPSHOT: true,
    FOUND: "a workflow is below --min, or a trace is not intact",
  },
  async action({ traces, last, min, untaken, ...request }, context) {
    checkCoverageFiles(request);
    const files = await namedTraces({ traces, last }, context);
    await checkOutputs(request, { "a trace": files }, context);
    const snapshot = await open(context, trustOf(request, context));
    const named = new Set(traces);
    const result = await measureCoverage({
      snapshot,
      registry: await context.registry(),
      traces: files.map((file) => ({
        file,
        isNamed: named.has(file),
        read: () => readFileArgument(file, "the trace", context),
      })),
    });
    await writeCoverage(request, result.coverage, snapshot, context);
    await print(result, coverageReport({ min, listsUntaken: untaken, snapshot }), request, context);
    const isFound = isBelow(result.coverage, min) || result.leftOut.some(({ code }) => code === "NOT_INTACT");
    return isFound ? EXIT.FOUND : EXIT.SUCCESS;
  },
});

function coverageReport(terms: CoverageTerms): Printed<CoverageResult> {
  return {
    command: "pgs coverage",
    toJson: ({ coverage, counted, interrupted, leftOut }) => {
      return { traces: { counted, interrupted, left_out: leftOut }, ...coverageJson(coverage) };
    },
    toText({ coverage, counted: traces, interrupted, leftOut }, paint) {
      const notes = [
        ...leftOut.map(({ file, why }) => `${paint("bad", "NOT COUNTED")}  ${plain(file)}: ${plain(why)}\n`),
        ...interrupted.map((file) => `${paint("strong", "INTERRUPTED")}  ${plain(file)}: ${UP_TO_THERE}\n`),
      ];
      const ends = `${counted(traces, "trace")} counted`;
      return `${notes.join("")}${coverageText(coverage, terms)}\n${ends}\n`;
    },
    toParts(result, context) {
      return [withLeftOut(coveragePart(result.coverage, terms, context), result, context)];
    },
  };
}

const UP_TO_THERE = "the run has no end; it is counted up to where it got";

const INTACT: Rule = {
  id: "trace-not-counted",
  about: "Every trace is whole and was recorded on this snapshot.",
  level: "error",
};

/** A trace that is not intact fails the part; another one that is not counted, or not whole, is only said. */
function withLeftOut(part: Part, { leftOut, interrupted }: CoverageResult, context: Context): Part {
  const notice = (file: string, level: Notice["level"], message: string): Notice => {
    return { rule: INTACT.id, level, message, file: reported(file, context), fingerprint: file };
  };
  const notices = [
    ...leftOut.map(({ file, code, why }) => notice(file, code === "NOT_INTACT" ? "error" : "note", why)),
    ...interrupted.map((file) => notice(file, "note", UP_TO_THERE)),
  ];
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
