/** A session that goes on with a recorded run, as every command that does so begins it. */

import { entropyOf } from "../engine/entropy.ts";
import type { Digest } from "../json/canonical.ts";
import type { TraceRecords } from "../ledger/recording.ts";
import type { Plan } from "../plan/plan.ts";
import { lockWithin } from "../workspace/lock-trace.ts";
import { type ContinuedRun, type GoOnRequest, type RunStart, resumeRun } from "../workspace/resume-run.ts";
import type { Context } from "./context.ts";
import { plain, printError } from "./print.ts";
import { Protocols } from "./protocols.ts";
import { recordsBeside, type SessionEnvironment } from "./session.ts";
import { TraceArgument } from "./trace-argument.ts";
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

/** @throws ResumeFault, TraceFault */
export async function goOn(
  trace: string,
  { session, seed, plan, patience = 0, records, ...how }: GoingOn,
  context: Context,
): Promise<ContinuedRun> {
  const { platform } = context;
  const path = context.path(trace);
  // A trace that is not there is refused before a lock is made beside it.
  await TraceArgument.open(trace, context);
  const locked = await lockWithin(patience, () => platform.lockTraceFile(path), platform.sleep);
  try {
    return await resumeRun({
      ...session,
      ...how,
      plan: (start, roots) => plan(trace, start, roots),
      records: records?.(trace) ?? recordsBeside(trace, session.clock, context),
      ...{ trace: await TraceArgument.open(trace, context), locked },
      entropy: (plan, { payload }, drawn) =>
        seed === undefined ? platform.entropy : entropyOf(seed, plan, payload, platform.seededEntropy, drawn),
    });
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
  return async (trace, start, roots) => {
    const { plan, kept } = await protocols.recordedPlan(trace, start, roots, context);
    if (kept !== null && !context.settings.quiet)
      printError(context, `notice: the snapshot is another one now: the run goes on with ${plain(kept)}\n`);
    return plan;
  };
}
