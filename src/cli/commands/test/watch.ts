/** Tests again whenever a scenario, what it names or the snapshot changes, until it is interrupted. */

import { Fault } from "../../../errors/base.ts";
import { type Files, IoError } from "../../../ports.ts";
import { ScenarioFault } from "../../../scenarios/errors.ts";
import { findScenarios, folderOf, readScenario } from "../../../scenarios/format/find.ts";
import { namedFiles } from "../../../scenarios/format/named.ts";
import type { Context } from "../../context.ts";
import { plain, printError, printRefusal } from "../../print.ts";

/** Never ends by itself. @throws UsageFault when there is nothing at the place */
export async function watchScenarios(
  context: Context,
  place: string,
  test: () => Promise<number>,
): Promise<number> {
  const { platform, settings, path } = context;
  if (platform.files.realPath(path(place)) === null)
    throw new ScenarioFault("SCENARIOS_MISSING", { path: place });
  for (;;) {
    // Watching begins before the test does: what is saved while it runs counts.
    const change = platform.awaitChange([
      path(place),
      settings.snapshot,
      ...namedAt(path(place), settings.workspace, platform.files),
    ]);
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
    printRefusal(error, context);
  }
}

/** What the scenarios name that can be read: payload files and folders of data. */
function namedAt(place: string, workspace: string, files: Files): readonly string[] {
  try {
    const paths = findScenarios(place, files, place);
    return paths.flatMap((one) =>
      namedFiles(readScenario(one, one, files).source, { files, folder: folderOf(one), workspace }),
    );
  } catch (error) {
    if (!(error instanceof Fault || error instanceof IoError)) throw error;
    return [];
  }
}
