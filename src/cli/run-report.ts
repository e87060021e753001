/** How a session of a run is reported: the summary first, then its renderings, then why it did not end well. */

import { Fault } from "../errors/base.ts";
import type { Plan } from "../plan/plan.ts";
import type { TraceAccess } from "../ports.ts";
import type { TraceEvent } from "../trace/event.ts";
import { refusalOf, type Summary } from "../trace/summary.ts";
import { painter } from "./colour.ts";
import type { Context } from "./context.ts";
import { EXIT, exitCodeOfRun } from "./exit-codes.ts";
import { open } from "./load.ts";
import { hintLines, noticesText, printError, printText, refusalText } from "./print.ts";
import { render } from "./render-run.ts";
import { filesText, type Report, type TraceFiles, toJsonText, toText } from "./run-view.ts";
import type { Trust } from "./trust.ts";

export interface Reported extends Pick<Report, "plan" | "result" | "summary" | "notices"> {
  /** All events of the run. */
  readonly events: readonly TraceEvent[];
  readonly trust: Trust;
  readonly kinds: { readonly md: boolean; readonly png: boolean };
  readonly access: TraceAccess;
}

/** Answers the exit code. */
export async function reportRun(
  { plan, result, summary, notices, events, trust, kinds, access }: Reported,
  context: Context,
): Promise<number> {
  const exitCode = exitCodeOfRun(result.ending);
  const isUnhappy = exitCode !== EXIT.SUCCESS && exitCode !== EXIT.WAITING;
  const hints = isUnhappy ? await hintsOf(summary, plan, trust, context) : [];
  const base = result.folder === "" ? null : `${result.folder}/${result.traceId}`;
  const report = { plan, result, summary, notices, exitCode, hints, jsonl: base && `${base}.jsonl` };
  const printFiles = await printReport(report, context);
  printFiles(base === null ? null : await render({ kinds, access, plan, events, base }, context));
  return exitCode;
}

/** Prints how the run ended before anything is drawn; the function that it gives prints which renderings there are. */
async function printReport(report: Report, context: Context): Promise<(files: TraceFiles | null) => void> {
  const { platform, settings } = context;
  if (settings.json) {
    const { head, tail } = toJsonText(report);
    platform.out(head);
    return (files) => platform.out(tail(files));
  }
  if (!settings.quiet) printText(context, toText(report, await painter(settings), context));
  return (files) => {
    if (!settings.quiet && files !== null) printText(context, filesText(files, context));
    printReasons(report, context);
  };
}

/** What is needed to say them is loaded only for a run that did not end well. */
async function hintsOf(
  summary: Summary,
  plan: Plan,
  trust: Trust,
  context: Context,
): Promise<readonly string[]> {
  const { runHints } = await import("./run-hints.ts");
  try {
    return await runHints(summary, plan, () => open(context, trust), context);
  } catch (error) {
    // The run is over: a snapshot that changed meanwhile changes nothing about how it ended.
    if (error instanceof Fault) return [];
    throw error;
  }
}

/** On stderr: what is worth a look, why a run was refused, and what to do about one that did not end well. */
function printReasons({ result, summary, notices, hints }: Report, context: Context): void {
  const { platform, settings } = context;
  if (!settings.quiet) printError(context, noticesText(notices, context));
  const { fault } = result.ending;
  if (fault === undefined) {
    if (!settings.quiet) printError(context, hintLines(hints));
    return;
  }
  const refused = refusalOf(summary);
  const parts = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  const place = parts.length === 0 ? undefined : parts.join(", step ");
  printError(context, refusalText(fault, place, hints.length === 0 ? undefined : hints));
  if (settings.debug && fault.cause instanceof Error) platform.err(`cause: ${fault.cause.stack}\n`);
}
