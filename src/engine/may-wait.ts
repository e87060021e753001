/** Whether a session of a run can end while the run goes on later: it waits then, or for a long pause. */

import { targetOf } from "../capabilities/effect.ts";
import type { EffectStep, Plan } from "../plan/plan.ts";
import { isSpentInProcess, longestPause } from "./attempts.ts";

/** True also of a plan that calls other workflows: which ones is known when the run gets there. */
export function mayWait({ nodes }: Plan): boolean {
  for (const node of nodes.values()) {
    if (node.type !== "CC") continue;
    for (const step of node.contract.steps) if (step.kind === "effect" && mayBeWaitedFor(step)) return true;
  }
  return false;
}

function mayBeWaitedFor({ operation, retry }: EffectStep): boolean {
  const { answers, callsWorkflows } = targetOf(operation);
  if (answers === "awaited" || callsWorkflows) return true;
  return retry !== null && !isSpentInProcess(longestPause(retry));
}
