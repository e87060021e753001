/** `pgs run`: the main job. */

import { entropySeed, run } from "../engine/run.ts";
import { emptySummary, gather, refusalOf, type Summary } from "../engine/summary.ts";
import { RunFault, UsageFault } from "../faults.ts";
import { momentOf } from "../plan/intent.ts";
import type { TraceEvent } from "../trace/event.ts";
import type { Durability } from "../trace/journal.ts";
import type { CommonOptions, Context } from "./context.ts";
import { exitCodeOfRun } from "./exit-codes.ts";
import { planOf } from "./load.ts";
import { painter } from "./paint.ts";
import { type PayloadLimits, readPayload } from "./payload.ts";
import { printJson, refusalText } from "./report.ts";
import { render } from "./run-render.ts";
import { followLine, toJson, toText } from "./run-report.ts";

export interface RunOptions extends CommonOptions, PayloadLimits {
  readonly wf: string;
  readonly payload?: string;
  readonly actor?: string;
  readonly png: boolean;
  readonly md: boolean;
  readonly follow?: boolean;
  readonly clock?: string;
  readonly seed?: string;
  readonly maxHops: number;
  readonly expectSeal?: string;
  readonly durability: Durability;
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
    data: world.openDataRoot(settings.dataRoot),
    mail: world.openMail(world.env),
    openTrace: (id) => world.openTrace(settings.traces, id),
    durability: options.durability,
    maxHops: options.maxHops,
    runtime: world.tool,
    ...(options.actor === undefined ? {} : { actor: options.actor }),
    listen(event) {
      events.push(event);
      gather(summary, event);
      if (options.follow) world.err(`${followLine(event)}\n`);
    },
  });
  const { fault } = result.ending;
  const files = await render({ options, plan, events, base: `${result.folder}/${result.traceId}` }, context);
  const exitCode = exitCodeOfRun(result.ending);
  const report = { plan, result, summary, files, exitCode };
  if (settings.json) printJson(context, toJson(report));
  else if (!settings.quiet) world.out(toText(report, await painter(settings), context));
  if (fault !== undefined) sayRefusal(fault, summary, context);
  return exitCode;
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

function sayRefusal(fault: RunFault, summary: Summary, { world, settings }: Context): void {
  if (settings.json) return;
  const refused = refusalOf(summary);
  const standing = [refused?.node, refused?.step].filter((part) => part !== undefined && part !== null);
  world.err(refusalText(fault, standing.length === 0 ? undefined : standing.join(", step ")));
  if (settings.debug && fault.cause instanceof Error) world.err(`cause: ${fault.cause.stack}\n`);
}
