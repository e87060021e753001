/** `pgs test`: do the workflows do what the authored scenarios say? */

import { isBelow } from "../../../scenarios/coverage.ts";
import { testScenarios } from "../../../scenarios/test-scenarios.ts";
import { placeHints } from "../../authored-places.ts";
import { shortPath } from "../../context.ts";
import { areCoverageFilesNamed, checkCoverageFiles, writeCoverage } from "../../coverage-files.ts";
import { defineCommand } from "../../define-command.ts";
import { testPorts } from "../../environment.ts";
import { EXIT } from "../../exit-codes.ts";
import { traceFile } from "../../find-run.ts";
import { open } from "../../load.ts";
import { file, flag, optionalArgument, text } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain } from "../../print.ts";
import { print } from "../../report-view.ts";
import { COVERAGE_FILES, JOBS, MIN, REPORTS, SEAL, UNTAKEN } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { isPassed, testReport } from "../../views/scenarios.ts";

export const test = defineCommand({
  details: "Each scenario runs on a data root of its own, so the data of the workspace is not changed.",
  arguments: {
    scenarios: optionalArgument("a scenario file, or a folder of them (default: <workspace>/scenarios)", {
      completes: "file",
    }),
  },
  options: {
    Test: {
      filter: text("TEXT", "only scenarios with this text in their name or file name"),
      update: flag("update differing expectations with the actual values"),
      remote: flag(
        "perform http and host effects whose answers no scenario gives; without it, they are refused",
      ),
      watch: flag("test again whenever a scenario or the snapshot changes"),
      "from-trace": file(
        "write a scenario from a recorded run, named by its trace or its id: to the argument, or to scenarios/<trace id>.scenario.yaml",
      ),
      ...JOBS,
      ...SEAL,
    },
    Coverage: {
      coverage: flag("also measure which edges, outcomes and admissions the scenarios cover"),
      ...UNTAKEN,
      ...MIN,
      ...COVERAGE_FILES,
    },
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs test --filter denied", "run the scenarios with this text in their name"],
    ["pgs test --coverage --min 100", "run all of them, and fail if an edge is not covered"],
  ],
  exitCodes: {
    SUCCESS: "every step and every criterion is as expected",
    SNAPSHOT: true,
    FOUND: "a step or a criterion is not as expected, or a workflow is below --min",
  },
  async action({ scenarios, fromTrace: given, watch, untaken, min, ...request }, context) {
    const { platform, settings, path } = context;
    const fromTrace = given === undefined ? undefined : await traceFile(given, context);
    const place = scenarios ?? settings.scenarios;
    await checkOutputs(request, { "the trace": fromTrace, "a scenario": place }, context);
    checkCoverageFiles(request);
    const trust = trustOf(request, context);
    const terms = { min, listsUntaken: untaken };
    if (fromTrace !== undefined) {
      const { testFromTrace } = await import("./from-trace.ts");
      const { snapshot, result, file: made } = await testFromTrace(fromTrace, trust, context, scenarios);
      const report = testReport({ ...terms, snapshot });
      const toText: typeof report.toText = (tested, paint) =>
        `${report.toText(tested, paint)}written to ${plain(made)}\n`;
      await print(result, { ...report, toText }, request, context);
      return EXIT.SUCCESS;
    }
    const { filter, update, remote, jobs } = request;
    const coverage = request.coverage || untaken || min !== undefined || areCoverageFilesNamed(request);
    const asked = {
      place: path(place),
      filter,
      update,
      remote,
      jobs,
      coverage,
      workspace: settings.workspace,
      capabilities: settings.capabilities,
      expectSeal: trust.root,
    };
    const shown = (file: string) => shortPath(file, platform.cwd);
    const testOnce = async () => {
      const snapshot = await open(context, trust);
      const registry = await context.registry();
      const tested = await testScenarios({ ...asked, snapshot, registry, shown }, testPorts(platform));
      const result = await placeHints(tested, context);
      if (result.coverage !== null) await writeCoverage(request, result.coverage, snapshot, context);
      await print(result, testReport({ ...terms, snapshot }), request, context);
      return isPassed(result) && !isBelow(result.coverage ?? [], min) ? EXIT.SUCCESS : EXIT.FOUND;
    };
    if (!watch) return testOnce();
    return (await import("./watch.ts")).watchScenarios(context, place, testOnce);
  },
});
