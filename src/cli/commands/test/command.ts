/** `pgs test`: do the workflows do what the authored scenarios say? */

import { IoError } from "../../../ports.ts";
import { catalogue } from "../../../scenarios/catalogue.ts";
import { type Coverage, coverageOf, merge, type Outcomes } from "../../../scenarios/coverage.ts";
import { ScenarioFault } from "../../../scenarios/errors.ts";
import { findScenarios, folderOf, readScenario, type ScenarioFile } from "../../../scenarios/format/find.ts";
import type { SourceChange } from "../../../scenarios/format/source.ts";
import { type Stores, storesOf } from "../../../scenarios/format/stores.ts";
import { toScenario } from "../../../scenarios/format/translate.ts";
import { nondeterministicChanges, recordedChanges } from "../../../scenarios/format/update.ts";
import type { Tested } from "../../../scenarios/test-file.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { open } from "../../load.ts";
import { file, flag, optionalArgument, text } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { print } from "../../report-view.ts";
import { COVERAGE_FILES, JOBS, MIN, REPORTS, SEAL, UNTAKEN } from "../../shared-options.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { COVERAGE_KINDS, type CoverageFiles, checkCoverageFiles, writeCoverage } from "../coverage/files.ts";
import { isBelow } from "../coverage/view.ts";
import { openScenarioPool, type ScenarioPool } from "./scenario-pool.ts";
import { isPassed, type TestResult, testReport } from "./view.ts";

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
      watch: flag("test again whenever a scenario or the snapshot changes"),
      "from-trace": file(
        "write a scenario from a recorded run: to the argument, or to scenarios/<trace id>.scenario.yaml",
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
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs test --filter denied", "run the scenarios with this text in their name"],
    ["pgs test --coverage --min 100", "run all of them, and fail if an edge is not covered"],
  ],
  exitCodes: {
    SUCCESS: "every step and every criterion is as expected",
    SNAPSHOT: true,
    FOUND: "a step or a criterion is not as expected, or a workflow is below --min",
  },
  async action({ scenarios, fromTrace, watch, untaken, min, coverage, ...request }, context) {
    const place = scenarios ?? `${context.settings.workspace}/scenarios`;
    await checkOutputs(request, { "the trace": fromTrace, "a scenario": place }, context);
    checkCoverageFiles(request);
    const trust = trustOf(request, context);
    if (fromTrace !== undefined) {
      const { testFromTrace } = await import("./from-trace.ts");
      const made = await testFromTrace(fromTrace, trust, context, scenarios);
      await print(made, testReport(false), request, context);
      return EXIT.SUCCESS;
    }
    const isCoverageAsked =
      coverage || untaken || min !== undefined || COVERAGE_KINDS.some((kind) => request[kind] !== undefined);
    const asked = { ...request, place, trust, min, coverage: isCoverageAsked ? request : null };
    const testOnce = async () => {
      const result = await testScenarios(asked, context);
      await print(result, testReport(untaken), request, context);
      return isPassed(result) && !isBelow(result.coverage ?? [], min) ? EXIT.SUCCESS : EXIT.FOUND;
    };
    if (!watch) return testOnce();
    return (await import("./watch.ts")).watchScenarios(context, place, testOnce);
  },
});

/** Which scenarios to test, and how. */
export interface AskedTests {
  readonly place: string;
  readonly trust: Trust;
  readonly filter: string | undefined;
  readonly update: boolean;
  readonly jobs: number | undefined;
  readonly min: number | undefined;
  /** The files to write coverage to; null where it is not measured. */
  readonly coverage: CoverageFiles | null;
}

/** How every chosen scenario came out, and what all of them exercised where that is asked for. */
export async function testScenarios(asked: AskedTests, context: Context): Promise<TestResult> {
  const snapshot = await open(context, asked.trust);
  const stores = storesOf(snapshot);
  const read = () => readAll(asked, context, stores);
  const files = read();
  const pool = await openScenarioPool(files, asked, context);
  try {
    const { tested, updated } = asked.update
      ? await update(files, read, pool, context)
      : { tested: await pool.test(files), updated: 0 };
    const result = { scenarios: tested, updated, min: asked.min ?? null, snapshot };
    if (asked.coverage === null) return { ...result, coverage: null };
    const coverage = await coverageIn(tested);
    await writeCoverage(asked.coverage, coverage, snapshot, context);
    return { ...result, coverage };
  } finally {
    pool.close();
  }

  async function coverageIn(tested: readonly Tested[]): Promise<readonly Coverage[]> {
    const outcomes: Outcomes = new Map();
    for (const one of tested) merge(outcomes, one.outcomes);
    return coverageOf(catalogue(snapshot), outcomes);
  }
}

/** Every chosen file; one that is malformed refuses them all, before anything is played. @throws UsageFault */
function readAll(
  { place, filter, update: isRecorded }: AskedTests,
  { platform, settings, path }: Context,
  stores: Stores,
): readonly ScenarioFile[] {
  const { files, cwd } = platform;
  const shown = (one: string) => shortPath(one, cwd);
  const found = findScenarios(path(place), files, shown(place)).map((one) =>
    readScenario(one, shown(one), files),
  );
  const read = found.map((file) => {
    const { workspace } = settings;
    const reading = { files, stores, folder: folderOf(file.path), workspace, isRecorded };
    return { file, name: toScenario(file.source, reading).name };
  });
  const chosen = read.filter(({ file, name }) => isChosen(filter, [name, file.source.file]));
  if (chosen.length > 0) return chosen.map(({ file }) => file);
  throw new ScenarioFault("NO_SUCH_SCENARIO", { text: filter ?? "", scenarios: read.length });
}

function isChosen(text: string | undefined, names: readonly string[]): boolean {
  return text === undefined || names.some((name) => name.includes(text));
}

/** Writes what came out into the files; plays them again to find out what every run draws anew. */
async function update(
  files: readonly ScenarioFile[],
  read: () => readonly ScenarioFile[],
  pool: ScenarioPool,
  context: Context,
): Promise<{ readonly tested: readonly Tested[]; readonly updated: number }> {
  const first = await pool.test(files);
  const recorded = files.map(({ source }, i) => recordedChanges(source, first[i] as Tested));
  if (recorded.every((changes) => changes.length === 0)) return { tested: first, updated: 0 };
  for (const [i, file] of files.entries()) write(file, recorded[i] ?? [], context);
  const written = read();
  const again = await pool.test(written);
  const drawn = again.map((one, i) => nondeterministicChanges(recorded[i] ?? [], one));
  const updated = recorded.flat().length;
  if (drawn.every((changes) => changes.length === 0)) return { tested: again, updated };
  for (const [i, file] of written.entries()) write(file, drawn[i] ?? [], context);
  return { tested: await pool.test(read()), updated };
}

/** @throws UsageFault `SCENARIO_UNWRITABLE` */
function write({ path, source }: ScenarioFile, changes: readonly SourceChange[], { platform }: Context): void {
  if (changes.length === 0) return;
  try {
    platform.writeFile(path, source.changed(changes));
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new ScenarioFault("SCENARIO_UNWRITABLE", { file: source.file, errno: error.errno }, { cause: error });
  }
}
