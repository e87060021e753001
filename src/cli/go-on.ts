/** A session that goes on with a recorded run, as every command that does so begins it. */

import { entropyOf } from "../engine/entropy.ts";
import type { Digest } from "../json/canonical.ts";
import type { TraceRecords } from "../ledger/recording.ts";
import type { Plan } from "../plan/plan.ts";
import { ownFileOf } from "../trace/segment.ts";
import { lockWithin } from "../workspace/lock-trace.ts";
import {
  type ContinuedRun,
  checkResumable,
  type GoOnRequest,
  type RunStart,
  resumeRun,
} from "../workspace/resume-run.ts";
import { type Context, shortPath } from "./context.ts";
import { openRegularArgument } from "./file-argument.ts";
import { plain, printError } from "./print.ts";
import { Protocols } from "./protocols.ts";
import { recordsBeside, type SessionEnvironment } from "./session.ts";
import { TraceArgument } from "./trace-argument.ts";
import { isAddress, ownTrace } from "./trace-place.ts";
import type { Trust } from "./trust.ts";

export interface GoingOn extends Pick<GoOnRequest, "delivery" | "cancellation" | "assume" | "listen" | "stop"> {
  readonly session: SessionEnvironment;
  /** The plan on which the run of the trace began. @throws Fault */
  plan(trace: string, start: RunStart, roots: ReadonlySet<Digest>): Promise<Plan>;
  readonly seed?: string | undefined;
  /** How long a process that appends to the trace is waited for, in milliseconds. Default: not at all. */
  readonly patience?: number;
  /** What is kept beside the trace. Default: opened for it. */
  readonly records?: (trace: string) => TraceRecords | null;
}

/** A run that went on, with its trace as it was given: one that was in a segment has a folder of its own from then on. */
export interface GoneOn extends ContinuedRun {
  readonly trace: string;
}

/** @throws ResumeFault, TraceFault */
export async function goOn(given: string, going: GoingOn, context: Context): Promise<GoneOn> {
  const { session, seed, plan, patience = 0, records: recordsOf, ...how } = going;
  const { platform } = context;
  // A trace that is not there, or is no file that can be appended to, is refused before a lock is made beside it.
  await TraceArgument.open(given, context, openRegularArgument);
  const isShared = isAddress(given, context);
  const own = isShared ? shortPath(ownFileOf(context.path(given)), platform.cwd) : given;
  const request = {
    plan: (start: RunStart, roots: ReadonlySet<Digest>) => plan(own, start, roots),
    records: recordsOf?.(own) ?? recordsBeside(own, session.clock, context),
  };
  if (isShared) {
    const open = () => TraceArgument.open(given, context);
    await checkResumable(context.path(given), { ...how, ...request, open });
  }
  const trace = await ownTrace(given, context, patience);
  const path = context.path(trace);
  const locked = await lockWithin(patience, () => platform.lockTraceFile(path), platform.sleep);
  try {
    const run = await resumeRun({
      ...session,
      ...how,
      ...request,
      ...{ trace: await TraceArgument.open(trace, context), locked },
      entropy: (plan, { payload }, drawn) =>
        seed === undefined ? platform.entropy : entropyOf(seed, plan, payload, platform.seededEntropy, drawn),
    });
    return { ...run, trace };
  } finally {
    locked.unlock();
  }
}

/**
 * The plan on which a run began: of the snapshot at hand, else of what was kept of it beside the trace, which is said.
 * Runs that began on the same one share it.
 */
export function plansOf(trust: Trust, context: Context): GoingOn["plan"] {
  const protocols = new Protocols(trust);
  const said = new Set<string>();
  return async (trace, start, roots) => {
    const { plan, kept } = await protocols.recordedPlan(trace, start, roots, context);
    if (kept !== null && !context.settings.quiet && !said.has(trace))
      printError(context, `notice: the snapshot is another one now: the run goes on with ${plain(kept)}\n`);
    said.add(trace);
    return plan;
  };
}
