/** Whether an effect is tried again, and after which pause: it follows from the plan and from how the attempt ended. */

import { targetOf } from "../capabilities/effect.ts";
import { RETRY } from "../json/limits.ts";
import type { EffectStep } from "../plan/plan.ts";
import type { Retry } from "../plan/retry.ts";
import type { EffectResult } from "./executor.ts";
import { isShownAbsent } from "./verify-effect.ts";

/** The pause before the next attempt, in whole milliseconds; null where the end of this one is final. */
export function pauseAfter(
  { operation, retry }: Pick<EffectStep, "operation" | "retry">,
  attempt: number,
  end: Pick<EffectResult, "outcome" | "reason" | "change" | "requests">,
): number | null {
  const target = targetOf(operation);
  if (retry === null || target.answers !== "recorded" || attempt >= retry.maxAttempts) return null;
  if (!retry.on.has(end.outcome)) return null;
  return isShownAbsent(end) || target.canRetry(operation, end) ? backoffAfter(attempt, retry) : null;
}

/** Multiplied step by step, so that it comes out alike everywhere. */
function backoffAfter(attempt: number, { backoff, factor, maxBackoff }: Retry): number {
  let pause = backoff;
  for (let i = 1; i < attempt && pause < maxBackoff; i++) pause *= factor;
  return Math.min(Math.round(pause), maxBackoff);
}

/** The last one is the longest: the factor is 1 or more. */
export function longestPause(retry: Retry): number {
  return backoffAfter(retry.maxAttempts - 1, retry);
}

/** A longer pause is a wait of the run. */
export function isSpentInProcess(pause: number): boolean {
  return pause <= RETRY.pauseInProcess;
}
