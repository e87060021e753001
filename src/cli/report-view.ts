/** How a result reaches the reader: as text or one JSON document, and as the reports that other programs read. */

import type { Part } from "../report/result.ts";
import { type Paint, painter } from "./colour.ts";
import type { Context } from "./context.ts";
import { printJson, printText } from "./print.ts";
import { isPrinted, type Reports, writeReports } from "./report-files.ts";

/** The two ways in which a reader is told. */
export interface ReportView<R> {
  toJson(result: R): unknown;
  toText(result: R, paint: Paint): string;
}

export interface Printed<R> extends ReportView<R> {
  readonly command: string;
  toParts(result: R, context: Context): readonly Part[];
}

/** @throws UsageFault when a report cannot be written */
export async function print<R>(result: R, told: Printed<R>, reports: Reports, context: Context): Promise<void> {
  writeReports({ command: told.command, parts: told.toParts(result, context) }, reports, context);
  if (context.settings.json || !isPrinted(reports)) await say(result, told, context);
}

/** As one JSON document or as text; text is left out where the reader wants it quiet. */
export async function say<R>(result: R, telling: ReportView<R>, context: Context): Promise<void> {
  const { settings } = context;
  if (settings.json) printJson(context, telling.toJson(result));
  else if (!settings.quiet) printText(context, telling.toText(result, await painter(settings)));
}
