/** Tests again whenever a scenario, what it names or the snapshot changes, until it is interrupted. */

import { Fault, UsageFault } from "../faults.ts";
import type { Files } from "../ports.ts";
import { findScenarios, folderOf, readScenario } from "../scenarios/find.ts";
import { namedFiles } from "../scenarios/named.ts";
import type { Context } from "./context.ts";
import { plain, printError, reportRefusal } from "./report.ts";

/** Never ends by itself. @throws UsageFault when there is nothing at the place */
export async function watchScenarios(
  context: Context,
  place: string,
  test: () => Promise<number>,
): Promise<number> {
  const { world, settings, path } = context;
  if (world.files.realPath(path(place)) === null) throw new UsageFault("SCENARIOS_MISSING", { path: place });
  for (;;) {
    // Watching begins before the test does: what is saved while it runs counts.
    const change = world.awaitChange([path(place), settings.snapshot, ...namedAt(path(place), world.files)]);
    await testAnyway(test, context);
    if (!settings.quiet) printError(context, `watching ${plain(place)} and the snapshot; ^C ends it\n`);
    await change;
  }
}

/** A file that is just being written may be refused: the next change will tell. */
async function testAnyway(test: () => Promise<number>, context: Context): Promise<void> {
  try {
    await test();
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    reportRefusal(error, context);
  }
}

/** What the scenarios name that can be read: payload files and folders of data. */
function namedAt(place: string, files: Files): readonly string[] {
  try {
    const paths = findScenarios(place, files, place);
    return paths.flatMap((one) => namedFiles(readScenario(one, one, files).source, folderOf(one)));
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return [];
  }
}
