/** A session that goes on with a recorded run, as every command that does so begins it. */

import { entropySeed } from "../engine/run.ts";
import type { JsonObject } from "../json/value.ts";
import type { Plan } from "../plan/plan.ts";
import type { Entropy } from "../ports.ts";
import { lockWithin } from "../workspace/lock-trace.ts";
import { type ContinuedRun, type GoOnRequest, type RunStart, resumeRun } from "../workspace/resume-run.ts";
import type { Context } from "./context.ts";
import { planOf } from "./load.ts";
import { recordsBeside, type SessionEnvironment } from "./session.ts";
import { TraceArgument } from "./trace-argument.ts";
import type { Trust } from "./trust.ts";

export interface GoingOn
  extends Pick<GoOnRequest, "plan" | "delivery" | "cancellation" | "assume" | "listen" | "stop"> {
  readonly session: SessionEnvironment;
  readonly seed?: string | undefined;
  /** How long a process that appends to the trace is waited for, in milliseconds. Default: not at all. */
  readonly patience?: number;
}

/** @throws ResumeFault, TraceFault */
export async function goOn(
  trace: string,
  { session, seed, patience = 0, ...how }: GoingOn,
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
      records: recordsBeside(trace, session.clock, context),
      ...{ trace: await TraceArgument.open(trace, context), locked },
      entropy: (plan, { payload }, drawn) => entropyAfter(seed, plan, payload, drawn, context),
    });
  } finally {
    locked.unlock();
  }
}

/** Loads the plan of each workflow once. */
export function plansOf(context: Context, trust: Trust): GoOnRequest["plan"] {
  const plans = new Map<string, Promise<Plan>>();
  return ({ workflow_code: workflow }: RunStart) => {
    const plan = plans.get(workflow) ?? planOf(workflow, context, trust);
    plans.set(workflow, plan);
    return plan;
  };
}

/** Draws what the run would have drawn next, had it gone on without a break. */
function entropyAfter(
  seed: string | undefined,
  plan: Plan,
  payload: JsonObject,
  drawn: number,
  { platform }: Context,
): Entropy {
  if (seed === undefined) return platform.entropy;
  const entropy = platform.seededEntropy(entropySeed(seed, plan, payload));
  entropy.hex(drawn);
  return entropy;
}
