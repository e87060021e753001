/** `pgs run`: the main job. */

import type { Durability } from "../engine/perform.ts";
import { entropySeed, run } from "../engine/run.ts";
import { emptySummary, gather, refusalOf, type Summary } from "../engine/summary.ts";
import { Fault, RunFault, UsageFault } from "../faults.ts";
import { momentOf } from "../plan/intent.ts";
import type { Plan } from "../plan/plan.ts";
import type { TraceAccess } from "../ports.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { CommonOptions, Context } from "./context.ts";
import { EXIT, exitCodeOfRun } from "./exit-codes.ts";
import { open, planOf, type SealOptions } from "./load.ts";
import { painter } from "./paint.ts";
import { type PayloadLimits, readPayload } from "./payload.ts";
import { hintLines, plain, printError, printText, refusalText } from "./report.ts";
import { render, type TraceFiles } from "./run-render.ts";
import { filesText, followLine, type Report, toJsonText, toText } from "./run-report.ts";

export interface RunOptions extends CommonOptions, SealOptions, PayloadLimits {
  readonly wf: string;
  readonly payload?: string;
  readonly actor?: string;
  readonly png: boolean;
  readonly md: boolean;
  readonly follow?: boolean;
  readonly clock?: string;
  readonly seed?: string;
  readonly maxHops: number;
  readonly maxRuns: number;
  readonly maxEvents: number;
  readonly durability: Durability;
  readonly traceAccess: TraceAccess;
}

export async function runCommand(options: RunOptions, context: Context): Promise<number> {
  const { world, settings } = context;
  const fixed = options.clock === undefined ? undefined : parseClock(options.clock);
  const plan = await planOf(options.wf, context, options);
  const payload = readPayload(options.payload, options, context);
  checkDataRoot(context);
  const clock = fixed === undefined ? world.clock : world.fixedClock(fixed);
  const events: TraceEvent[] = [];
  const summary = emptySummary();
  const result = await run({
    plan,
    payload,
    clock,
    entropy:
      options.seed === undefined
        ? world.entropy
        : world.seededEntropy(entropySeed(options.seed, plan, payload)),
    data: world.openDataRoot(settings.dataRoot, {
      ownerLost: (file) => printError(context, ownerLostText(file)),
    }),
    mail: world.openMail(world.env),
    openTrace: (id) => world.openTrace(settings.traces, id, options.traceAccess),
    durability: options.durability,
    maxHops: options.maxHops,
    limits: { runs: options.maxRuns, events: options.maxEvents },
    runtime: world.tool,
    ...(options.actor === undefined ? {} : { actor: options.actor }),
    listen(event) {
      events.push(event);
      gather(summary, event);
      if (options.follow) printError(context, `${followLine(event)}\n`);
    },
  });
  const exitCode = exitCodeOfRun(result.ending);
  const hints = exitCode === EXIT.SUCCESS ? [] : await hintsOf(summary, plan, options, context);
  const base = `${result.folder}/${result.traceId}`;
  const told = await tell({ plan, result, summary, exitCode, hints, jsonl: `${base}.jsonl` }, context);
  told(await render({ options, plan, events, base }, context));
  return exitCode;
}

/** Prints how the run ended before anything is drawn; what is answered prints which renderings there are. */
async function tell(report: Report, context: Context): Promise<(files: TraceFiles) => void> {
  const { world, settings } = context;
  if (settings.json) {
    const { head, tail } = toJsonText(report);
    world.out(head);
    return (files) => world.out(tail(files));
  }
  if (!settings.quiet) printText(context, toText(report, await painter(settings), context));
  sayWhy(report, context);
  return (files) => {
    if (!settings.quiet) printText(context, filesText(files, context));
  };
}

/** What is needed to say them is loaded only for a run that did not end well. */
async function hintsOf(
  summary: Summary,
  plan: Plan,
  options: RunOptions,
  context: Context,
): Promise<readonly string[]> {
  const { runHints } = await import("./run-hints.ts");
  try {
    return await runHints(summary, plan, () => open(context, options));
  } catch (error) {
    // The run is over: a snapshot that changed meanwhile changes nothing about how it ended.
    if (error instanceof Fault) return [];
    throw error;
  }
}

/** Said at once: it has happened, however the run ends. */
function ownerLostText(file: string): string {
  return `notice: ${plain(file)} was replaced, and could not be left to its owner and group: whoever used it as one of them may not be able to any more\n`;
}

function parseClock(given: string): number {
  const parsed = momentOf(given);
  if (parsed === undefined) throw new UsageFault("BAD_CLOCK", { given });
  return parsed;
}

/** A data root that is something else than a folder is refused before anything is written. */
function checkDataRoot({ world, settings }: Context): void {
  const isThere = world.files.realPath(settings.dataRoot) !== null;
  if (!isThere || world.files.isFolder(settings.dataRoot)) return;
  throw new RunFault("effect", "CS", "DATA_ROOT_UNUSABLE", { errno: "ENOTDIR" });
}

/** On stderr: why a run was refused, and what to do about one that did not end well. */
function sayWhy({ result, summary, hints }: Report, context: Context): void {
  const { world, settings } = context;
  const { fault } = result.ending;
  if (fault === undefined) {
    if (!settings.quiet) printError(context, hintLines(hints));
    return;
  }
  const refused = refusalOf(summary);
  const standing = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  const place = standing.length === 0 ? undefined : standing.join(", step ");
  printError(context, refusalText(fault, place, hints.length === 0 ? undefined : hints));
  if (settings.debug && fault.cause instanceof Error) world.err(`cause: ${fault.cause.stack}\n`);
}
