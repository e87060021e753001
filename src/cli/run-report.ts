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
import { faultHints } from "./place-hints.ts";
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
  /** The path of the trace, where it is not in the folder of its name. */
  readonly trace?: string;
  /** The exit code that an interrupt asks for; null where there was none. */
  readonly stopped?: number | null;
  /** With which a command that goes on gets the key of the run; null of a run without one. */
  readonly keyOption: string | null;
  /** Where it is another one than that of the run's ending. */
  readonly exitCode?: number;
}

/** Answers the exit code. */
export async function reportRun(reported: Reported, context: Context): Promise<number> {
  const { plan, result, summary, notices, events, kinds, access } = reported;
  const exitCode = exitCodeOf(reported);
  const jsonl = traceOf(reported);
  const hints = await hintsOf(reported, exitCode, jsonl, context);
  const printFiles = await printReport({ plan, result, summary, notices, exitCode, hints, jsonl }, context);
  if (jsonl === null) {
    printFiles(null);
    return exitCode;
  }
  const base = jsonl.replace(/\.jsonl$/, "");
  // Whoever interrupts a run does not wait for its picture.
  const drawn = result.ending.status === "INTERRUPTED" ? { md: false, png: false } : kinds;
  printFiles(await render({ kinds: drawn, access, plan, events, base }, context));
  return exitCode;
}

/** Null where it is not kept. */
function traceOf({ result: { folder, traceId }, trace }: Reported): string | null {
  if (trace !== undefined) return trace;
  return folder === "" ? null : `${folder}/${traceId}.jsonl`;
}

function exitCodeOf({ result: { ending }, stopped = null, exitCode }: Reported): number {
  const { status } = ending;
  if (stopped !== null && (status === "INTERRUPTED" || status === "WAITING")) return stopped;
  return exitCode ?? exitCodeOfRun(ending);
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

/** What is needed to say them is loaded only for a run that did not end well, or not yet. */
async function hintsOf(
  { result: { ending }, summary, events, plan, trust, keyOption }: Reported,
  exitCode: number,
  jsonl: string | null,
  context: Context,
): Promise<readonly string[]> {
  if (ending.status === "WAITING" || ending.status === "INTERRUPTED") {
    const { dryWaitHints, interruptionHint, waitHints } = await import("./wait-hints.ts");
    if (summary.isDryRun || jsonl === null) return dryWaitHints(summary.waits);
    if (ending.status === "WAITING") return waitHints(summary, jsonl, context, keyOption ?? "");
    return [await interruptionHint(jsonl, events, keyOption, context)];
  }
  return exitCode === EXIT.SUCCESS ? [] : endHints(summary, plan, trust, context);
}

async function endHints(
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
function printReasons({ result, summary, notices, hints: all }: Report, context: Context): void {
  const { platform, settings } = context;
  // What a notice tells to do is told once.
  const hints = settings.quiet ? all : all.filter((one) => !notices.some(({ hint }) => hint === one));
  if (!settings.quiet) printError(context, noticesText(notices, context));
  const { fault } = result.ending;
  if (fault === undefined) {
    if (!settings.quiet) printError(context, hintLines(hints));
    return;
  }
  const refused = refusalOf(summary);
  const parts = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  const place = parts.length === 0 ? undefined : parts.join(", step ");
  printError(context, refusalText(fault, place, hints.length === 0 ? faultHints(fault, context) : hints));
  if (settings.debug && fault.cause instanceof Error) platform.err(`cause: ${fault.cause.stack}\n`);
}
