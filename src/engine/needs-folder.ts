/** What is kept of a run beside its trace, so that it can go on later, needs a folder: which runs that may be. */

import { targetOf } from "../capabilities/effect.ts";
import type { EffectStep, Plan } from "../plan/plan.ts";
import { isSpentInProcess, longestPause } from "./attempts.ts";
import type { RunEnvironment } from "./run.ts";

/** Whether a run needs a folder of its own: it may wait, or has a key with which secrets are kept. */
export function needsFolder(plan: Plan, { secretsKey }: Pick<RunEnvironment, "secretsKey">): boolean {
  return secretsKey !== undefined || mayWait(plan);
}

const waiting = new WeakMap<Plan, boolean>();

function mayWait(plan: Plan): boolean {
  const known = waiting.get(plan) ?? hasWait(plan);
  waiting.set(plan, known);
  return known;
}

/** True also of a plan that calls other workflows: which ones is known when the run gets there. */
function hasWait({ nodes }: Plan): boolean {
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
