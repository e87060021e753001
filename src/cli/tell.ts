/** How a result with JUnit XML reaches the reader: beside the text or the JSON document, or on standard output instead. */

import { UsageFault } from "../faults.ts";
import type { Context } from "./context.ts";
import { type JunitSuite, junitText } from "./junit.ts";
import { type Paint, painter } from "./paint.ts";
import { printJson } from "./report.ts";
import { writeGiven } from "./write-given.ts";

export interface Told<R> {
  readonly command: string;
  toJson(result: R): unknown;
  toText(result: R, paint: Paint): string;
  toSuites(result: R): readonly JunitSuite[];
}

/** @throws UsageFault when the XML cannot be written */
export async function tell<R>(
  result: R,
  told: Told<R>,
  junit: string | undefined,
  context: Context,
): Promise<void> {
  const { world, settings } = context;
  if (junit !== undefined) leave(junit, junitText(told.command, told.toSuites(result)), context);
  if (settings.json) printJson(context, told.toJson(result));
  else if (!settings.quiet && junit !== "-") world.out(told.toText(result, await painter(settings)));
}

function leave(file: string, text: string, context: Context): void {
  writeGiven(file, text, context, (cause) => {
    return new UsageFault("REPORT_UNWRITABLE", { file, errno: cause.errno }, { cause });
  });
}
