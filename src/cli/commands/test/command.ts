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
import { type CommonOptions, type Context, shortPath } from "../../context.ts";
import { EXIT } from "../../exit-codes.ts";
import { open, type SealOptions } from "../../load.ts";
import { checkReports, type ReportOptions } from "../../report-files.ts";
import { print } from "../../report-view.ts";
import { COVERAGE_FILES, type CoverageFiles, checkCoverageFiles, writeCoverage } from "../coverage/files.ts";
import { isBelow } from "../coverage/view.ts";
import { openScenarioPool, type ScenarioPool } from "./scenario-pool.ts";
import { isPassed, type TestResult, testReport } from "./view.ts";

export interface TestOptions extends CommonOptions, SealOptions, CoverageFiles, ReportOptions {
  readonly filter?: string;
  readonly update?: boolean;
  readonly watch?: boolean;
  readonly fromTrace?: string;
  readonly jobs?: number;
  readonly coverage?: boolean;
  readonly untaken?: boolean;
  readonly min?: number;
}

export async function testCommand(options: TestOptions, context: Context, given?: string): Promise<number> {
  const place = given ?? `${context.settings.workspace}/scenarios`;
  checkReports(options, context);
  checkCoverageFiles(options);
  if (options.fromTrace !== undefined) {
    const { testFromTrace } = await import("./from-trace.ts");
    const made = await testFromTrace(options.fromTrace, options, context, given);
    await print(made, testReport(false), options, context);
    return EXIT.SUCCESS;
  }
  if (options.watch !== true) return testOnce(options, context, place);
  const { watchScenarios } = await import("./watch.ts");
  return watchScenarios(context, place, () => testOnce(options, context, place));
}

async function testOnce(options: TestOptions, context: Context, place: string): Promise<number> {
  const result = await testScenarios(options, context, place);
  await print(result, testReport(options.untaken ?? false), options, context);
  return isPassed(result) && !isBelow(result.coverage ?? [], options.min) ? EXIT.SUCCESS : EXIT.FOUND;
}

/** How every chosen scenario came out, and what all of them exercised where that is asked for. */
export async function testScenarios(
  options: TestOptions,
  context: Context,
  place: string,
): Promise<TestResult> {
  const snapshot = await open(context, options);
  const stores = storesOf(snapshot);
  const read = () => readAll(options, context, place, stores);
  const files = read();
  const company = await openScenarioPool(files, options, context);
  try {
    const { tested, updated } = options.update
      ? await update(files, read, company, context)
      : { tested: await company.test(files), updated: 0 };
    const coverage = isCoverageAsked(options) ? await coverageIn(tested) : null;
    if (coverage !== null) await writeCoverage(options, coverage, snapshot, context);
    return { scenarios: tested, coverage, updated, min: options.min ?? null, snapshot };
  } finally {
    company.close();
  }

  async function coverageIn(tested: readonly Tested[]): Promise<readonly Coverage[]> {
    const outcomes: Outcomes = new Map();
    for (const one of tested) merge(outcomes, one.outcomes);
    return coverageOf(catalogue(snapshot), outcomes);
  }
}

function isCoverageAsked(options: TestOptions): boolean {
  const { coverage, untaken, min } = options;
  const isLeft = COVERAGE_FILES.some((kind) => options[kind] !== undefined);
  return coverage === true || untaken === true || min !== undefined || isLeft;
}

/** Every chosen file; one that is malformed refuses them all, before anything is played. @throws UsageFault */
function readAll(
  { filter, update: isRecorded = false }: TestOptions,
  { platform, path }: Context,
  place: string,
  stores: Stores,
): readonly ScenarioFile[] {
  const { files, cwd } = platform;
  const shown = (one: string) => shortPath(one, cwd);
  const found = findScenarios(path(place), files, shown(place)).map((one) =>
    readScenario(one, shown(one), files),
  );
  const read = found.map((file) => {
    const reading = { files, stores, folder: folderOf(file.path), isRecorded };
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
  company: ScenarioPool,
  context: Context,
): Promise<{ readonly tested: readonly Tested[]; readonly updated: number }> {
  const first = await company.test(files);
  const recorded = files.map(({ source }, i) => recordedChanges(source, first[i] as Tested));
  if (recorded.every((changes) => changes.length === 0)) return { tested: first, updated: 0 };
  for (const [i, file] of files.entries()) write(file, recorded[i] ?? [], context);
  const written = read();
  const again = await company.test(written);
  const drawn = again.map((one, i) => nondeterministicChanges(recorded[i] ?? [], one));
  const updated = recorded.flat().length;
  if (drawn.every((changes) => changes.length === 0)) return { tested: again, updated };
  for (const [i, file] of written.entries()) write(file, drawn[i] ?? [], context);
  return { tested: await company.test(read()), updated };
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
