/** `pgs run`: the main job. */

import { EngineFault } from "../../../engine/errors.ts";
import type { Durability } from "../../../engine/live-executor.ts";
import { entropySeed, run } from "../../../engine/run.ts";
import { Fault } from "../../../errors/base.ts";
import { momentOf } from "../../../plan/intent.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { TraceAccess } from "../../../ports.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import { addEvent, createSummary, refusalOf, type Summary } from "../../../trace/summary.ts";
import { painter } from "../../colour.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT, exitCodeOfRun } from "../../exit-codes.ts";
import { open, planOf, type SealOptions } from "../../load.ts";
import { hintLines, plain, printText, refusalText } from "../../print.ts";
import { type PayloadLimits, readPayload } from "./payload.ts";
import { render, type TraceFiles } from "./render.ts";
import { filesText, followLine, type Report, toJsonText, toText } from "./view.ts";

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
  const { platform, settings } = context;
  const fixed = options.clock === undefined ? undefined : parseClock(options.clock);
  const plan = await planOf(options.wf, context, options);
  const payload = readPayload(options.payload, options, context);
  checkDataRoot(context);
  const clock = fixed === undefined ? platform.clock : platform.fixedClock(fixed);
  const events: TraceEvent[] = [];
  const summary = createSummary();
  const result = await run({
    plan,
    payload,
    clock,
    entropy:
      options.seed === undefined
        ? platform.entropy
        : platform.seededEntropy(entropySeed(options.seed, plan, payload)),
    data: platform.openDataRoot(settings.dataRoot, { ownerLost: (file) => platform.err(ownerLostText(file)) }),
    mail: platform.openMail(platform.env),
    openTrace: (id) => platform.openTrace(settings.traces, id, options.traceAccess),
    durability: options.durability,
    maxHops: options.maxHops,
    limits: { runs: options.maxRuns, events: options.maxEvents },
    runtime: platform.tool,
    ...(options.actor === undefined ? {} : { actor: options.actor }),
    listen(event) {
      events.push(event);
      addEvent(summary, event);
      if (options.follow) platform.err(`${followLine(event)}\n`);
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
  const { platform, settings } = context;
  if (settings.json) {
    const { head, tail } = toJsonText(report);
    platform.out(head);
    return (files) => platform.out(tail(files));
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
  const { runHints } = await import("./hints.ts");
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
  return `notice: ${plain(file)} was replaced, but its owner and group could not be kept: users who had access through them may have lost it\n`;
}

function parseClock(given: string): number {
  const parsed = momentOf(given);
  if (parsed === undefined) throw new UsageFault("BAD_CLOCK", { given });
  return parsed;
}

/** A data root that is something else than a folder is refused before anything is written. */
function checkDataRoot({ platform, settings }: Context): void {
  const isThere = platform.files.realPath(settings.dataRoot) !== null;
  if (!isThere || platform.files.isFolder(settings.dataRoot)) return;
  throw new EngineFault("effect", "CS", "DATA_ROOT_UNUSABLE", { errno: "ENOTDIR" });
}

/** On stderr: why a run was refused, and what to do about one that did not end well. */
function sayWhy({ result, summary, hints }: Report, { platform, settings }: Context): void {
  const { fault } = result.ending;
  if (fault === undefined) {
    if (!settings.quiet) platform.err(hintLines(hints));
    return;
  }
  const refused = refusalOf(summary);
  const standing = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  const place = standing.length === 0 ? undefined : standing.join(", step ");
  platform.err(refusalText(fault, place, hints.length === 0 ? undefined : hints));
  if (settings.debug && fault.cause instanceof Error) platform.err(`cause: ${fault.cause.stack}\n`);
}
