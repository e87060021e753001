/** How a result reaches the reader: as text or one JSON document, and as the reports that other programs read. */

import type { Part } from "../gate/verdict.ts";
import type { Context } from "./context.ts";
import { type Paint, painter } from "./paint.ts";
import { printJson } from "./report.ts";
import { isPrinted, leaveReports, type ReportOptions } from "./reports.ts";

export interface Told<R> {
  readonly command: string;
  toJson(result: R): unknown;
  toText(result: R, paint: Paint): string;
  toParts(result: R, context: Context): readonly Part[];
}

/** @throws UsageFault when a report cannot be written */
export async function tell<R>(
  result: R,
  told: Told<R>,
  reports: ReportOptions,
  context: Context,
): Promise<void> {
  const { world, settings } = context;
  leaveReports({ command: told.command, parts: told.toParts(result, context) }, reports, context);
  if (settings.json) printJson(context, told.toJson(result));
  else if (!settings.quiet && !isPrinted(reports)) world.out(told.toText(result, await painter(settings)));
}
