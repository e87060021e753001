/** The plan that a recorded run was on. */

import { Fault } from "../errors/base.ts";
import { checkSnapshot } from "../examine/allowed.ts";
import type { KeptProtocol, UnusableProtocol } from "../examine/protocol.ts";
import type { RunStart } from "../ledger/protocols/open.ts";
import type { Plan } from "../plan/plan.ts";

/** A plan, and the file that its protocol was kept in; null for the snapshot at hand. */
export interface RecordedPlan {
  readonly plan: Plan;
  readonly kept: string | null;
}

/**
 * The plan of the snapshot at hand or, where that is another, of what was kept beside the trace. Where that is none
 * either, it is the one at hand. @throws Fault
 */
export async function recordedPlan(
  start: RunStart,
  planHere: () => Promise<Plan>,
  findKept: () => Promise<KeptProtocol | UnusableProtocol | null>,
): Promise<RecordedPlan> {
  const here = await attempted(planHere);
  const isSame = "done" in here && checkSnapshot(here.done, start, 1).length === 0;
  const kept = isSame ? null : await findKept();
  if (kept !== null && "plan" in kept) {
    const plan = await attempted(() => kept.plan(start.workflow_code));
    if ("done" in plan && checkSnapshot(plan.done, start, 1).length === 0)
      return { plan: plan.done, kept: kept.file };
  }
  if ("done" in here) return { plan: here.done, kept: null };
  throw here.failed;
}

async function attempted<T>(
  work: () => Promise<T>,
): Promise<{ readonly done: T } | { readonly failed: unknown }> {
  try {
    return { done: await work() };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return { failed: error };
  }
}
