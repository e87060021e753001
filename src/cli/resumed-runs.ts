/** Several runs that go on one after the other, and one line for each. */

import { Fault } from "../errors/base.ts";
import type { JsonObject } from "../json/value.ts";
import { refusedBySystem } from "../platform/system-fault.ts";
import type { TraceAccess } from "../ports.ts";
import type { WaitEntry } from "../trace/event.ts";
import type { ContinuedRun } from "../workspace/resume-run.ts";
import { type Context, shortPath } from "./context.ts";
import { EXIT, exitCodeOfFault, exitCodeOfRun } from "./exit-codes.ts";
import { type GoingOn, goOn } from "./go-on.ts";
import { faultJson, hintLines, plain, printError, printText } from "./print.ts";
import { render } from "./render-run.ts";
import { unlessElsewhere } from "./stay.ts";
import { besideBase } from "./trace-place.ts";
import { interruptionHint } from "./wait-hints.ts";
import type { WaitingRun } from "./waiting-runs.ts";

/** What became of one run, as `schemas/signal.schema.json` has it. */
export interface ResumedRun {
  readonly trace_id: string;
  readonly trace: string;
  /** Null where it did not go on. */
  readonly status: ContinuedRun["ending"]["status"] | null;
  readonly outcome: string | null;
  readonly exit_reason_code: string | null;
  /** The exit code that `pgs resume` gives. */
  readonly exit_code: number;
  readonly waits: readonly WaitEntry[];
  readonly error: JsonObject | null;
}

export interface Resuming extends GoingOn {
  readonly kinds: { readonly md: boolean; readonly png: boolean };
  /** With which a command that goes on gets the key of the runs. */
  readonly keyOption: string;
  /** Told each run that is left to another process, which goes on with it or has ended it. Without it, none is left. */
  readonly leave?: (run: WaitingRun) => void;
}

/** Answers what became of each, those that were not begun before an interrupt left out. */
export async function resumeRuns(
  runs: readonly WaitingRun[],
  resuming: Resuming,
  context: Context,
): Promise<readonly ResumedRun[]> {
  const resumed: ResumedRun[] = [];
  for (const run of runs) {
    if (resuming.stop?.signal.aborted) break;
    const one = await resumeOne(run, resuming, context);
    if (one === null) {
      resuming.leave?.(run);
      continue;
    }
    resumed.push(one);
    if (!context.settings.json && !context.settings.quiet) printText(context, lineText(one));
    printError(context, hintLines(await hintsOf(one, run, resuming, context)));
  }
  return resumed;
}

/** The worst refusal; a run that went on is none, however it ended. */
export function exitCodeOfAll(runs: readonly ResumedRun[]): number {
  const refused = runs.filter(({ error }) => error !== null);
  return refused.reduce<number>((worst, one) => Math.max(worst, one.exit_code), EXIT.SUCCESS);
}

async function resumeOne(
  { id, trace }: WaitingRun,
  { kinds, leave, keyOption: _, ...going }: Resuming,
  context: Context,
): Promise<ResumedRun | null> {
  const named = { trace_id: id, trace: shortPath(trace, context.platform.cwd) };
  try {
    const work = () => goOn(named.trace, going, context);
    const run = await (leave === undefined ? work() : unlessElsewhere(work));
    if (run === null) return null;
    named.trace = run.trace;
    const { status, outcome, exitReason } = run.ending;
    if (!run.isRepeated && status !== "INTERRUPTED") {
      const base = besideBase(context.path(named.trace));
      await render({ kinds, access: ACCESS, plan: run.plan, events: run.events, base }, context);
    }
    const ended = { status, outcome, exit_reason_code: exitReason, exit_code: exitCodeOfRun(run.ending) };
    return { ...named, ...ended, waits: run.summary.waits, error: null };
  } catch (error) {
    const fault = error instanceof Fault ? error : refusedBySystem(error);
    if (fault === undefined) throw error;
    const none = { status: null, outcome: null, exit_reason_code: null, waits: [] };
    return { ...named, ...none, exit_code: exitCodeOfFault(fault), error: faultJson(fault) };
  }
}

/** For those who may read it already. */
const ACCESS: TraceAccess = "owner";

function lineText({ status, exit_reason_code: reason, trace, error }: ResumedRun): string {
  const said =
    error === null ? [status, reason] : ["REFUSED", `${String(error["code"])} ${String(error["message"])}`];
  return `${[...said.filter((one) => one !== null), trace].map((one) => plain(one)).join("  ")}\n`;
}

export function sayElsewhere({ trace }: WaitingRun, context: Context): void {
  const file = plain(shortPath(trace, context.platform.cwd));
  if (!context.settings.quiet)
    printError(context, `notice: another process goes on with ${file}, or has ended it\n`);
}

async function hintsOf(
  { status, error }: ResumedRun,
  { trace }: WaitingRun,
  { keyOption }: Resuming,
  context: Context,
): Promise<readonly string[]> {
  if (context.settings.json) return [];
  if (status === "INTERRUPTED") return [await interruptionHint(trace, [], keyOption, context)];
  const hint = error?.["hint"];
  return typeof hint === "string" ? [hint] : [];
}
