/**
 * Compiles again whenever a source, a scenario or a capability package changes, checks the snapshot, and tests what the
 * change is about.
 */

import { LOCK_FILE } from "../../../capabilities/packages/locked-provider.ts";
import { namedPackage } from "../../../capabilities/packages/source.ts";
import { affectedWorkflows } from "../../../check/authored/affected.ts";
import { checkSnapshot } from "../../../check/check-snapshot.ts";
import { Fault } from "../../../errors/base.ts";
import { ScenarioFault } from "../../../scenarios/errors.ts";
import { testScenarios } from "../../../scenarios/test-scenarios.ts";
import { openSnapshot } from "../../../snapshot/load.ts";
import { placeFindings, placeHints } from "../../authored-places.ts";
import { readCheckTerms } from "../../check-terms.ts";
import { painter } from "../../colour.ts";
import {
  type CompiledSources,
  compileSources,
  type Sources,
  withoutWarnings,
  writeSnapshot,
} from "../../compile-authored.ts";
import { type Context, shortPath, withCapabilities } from "../../context.ts";
import { testPorts } from "../../environment.ts";
import { plain, printError, printRefusal, printText } from "../../print.ts";
import { say } from "../../report-view.ts";
import { checkSum, checkText } from "../../views/check.ts";
import { compileReport } from "../../views/compile.ts";
import { testReport } from "../../views/scenarios.ts";

/** Never ends by itself. */
export async function watchSources(request: Sources, context: Context): Promise<number> {
  const { platform, settings, path } = context;
  const authored = request.authored === undefined ? settings.authored : path(request.authored);
  const packages = settings.capabilities.map((named) => namedPackage(named, settings.workspace).folder);
  const places = [...(authored === null ? [] : [authored]), settings.scenarios, ...packages];
  const shown = places.map((place) => plain(shortPath(place, platform.cwd))).join(", ");
  for (let isFirst = true; ; isFirst = false) {
    // Watching begins before the work does: what is saved meanwhile counts.
    const change = platform.awaitChange(places);
    await attempt(() => round(request, isFirst, withCapabilities(context)), context);
    if (!settings.quiet) printError(context, `watching ${shown}; ^C ends it\n`);
    await change;
  }
}

/** A file that is just being written may be refused: the next change will tell. */
async function attempt(work: () => Promise<void>, context: Context): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    printRefusal(error, context);
  }
}

async function round(request: Sources, isFirst: boolean, context: Context): Promise<void> {
  const sources = await compileSources(request, context);
  const compiled = { ...sources, isCheck: false, ...(await writeSnapshot(sources, context)) };
  const isChecked = sources.errors.length === 0 && !context.settings.json && !context.settings.quiet;
  await say(isChecked ? withoutWarnings(compiled) : compiled, compileReport(context), context);
  if (!isChecked) return;
  await checkAgain(context);
  await testAgain(sources, isFirst, context);
}

/** The findings; where there are at most notes, a line. */
async function checkAgain(context: Context): Promise<void> {
  const { platform, settings } = context;
  const terms = readCheckTerms({ config: undefined, baseline: undefined, failOn: undefined }, context);
  const registry = await context.registry();
  const asked = { snapshot: settings.snapshot, files: platform.files, registry, sources: null };
  const result = await placeFindings(await checkSnapshot({ ...asked, terms }), context);
  const paint = await painter(settings);
  const isClean = result.findings.every(({ severity }) => severity === "note");
  printText(
    context,
    result.failed || !isClean ? checkText(result, paint) : `${paint("good", checkSum(result))}\n`,
  );
}

/** Those of the workflows that the change is about; all at first, and when a capability package or no source changed. */
async function testAgain(
  { compilation, differences }: CompiledSources,
  isFirst: boolean,
  context: Context,
): Promise<void> {
  const { platform, settings } = context;
  if (!platform.files.isFolder(settings.scenarios)) return;
  const changed = differences.map(({ path }) => path);
  const isAll = isFirst || changed.length === 0 || changed.includes(LOCK_FILE);
  const about = isAll ? {} : { workflows: affectedWorkflows(compilation.files, changed) };
  const snapshot = await openSnapshot(settings.snapshot, platform.files, { from: settings });
  const asked = {
    ...about,
    snapshot,
    registry: await context.registry(),
    place: settings.scenarios,
    shown: (file: string) => shortPath(file, platform.cwd),
    workspace: settings.workspace,
    capabilities: settings.capabilities,
    expectSeal: undefined,
    filter: undefined,
    update: false,
    remote: false,
    coverage: false,
    jobs: undefined,
  };
  try {
    const tested = await testScenarios(asked, testPorts(platform));
    await say(
      await placeHints(tested, context),
      testReport({ snapshot, min: undefined, listsUntaken: false }),
      context,
    );
  } catch (error) {
    // No scenario is about what changed.
    if (!(error instanceof ScenarioFault) || !NOTHING.has(error.code)) throw error;
    printText(context, "no scenario is about the change\n");
  }
}

const NOTHING: ReadonlySet<string> = new Set(["NO_SUCH_SCENARIO", "NO_SCENARIOS"]);
