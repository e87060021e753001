/** How much one trace may hold, the runs nested in it included. */

import { EngineFault, type RunCode } from "./errors.ts";
import type { RunState } from "./run-state.ts";

export interface TraceLimits {
  /** How many runs may begin. */
  readonly runs: number;
  /** How many events are enough: no step and no node begins behind them. */
  readonly events: number;
}

export const TRACE_LIMITS: TraceLimits = { runs: 10_000, events: 500_000 };

const CODES = { runs: "RUN_LIMIT", events: "EVENT_LIMIT" } as const satisfies Record<
  keyof TraceLimits,
  RunCode
>;

/** @throws RunFault where the trace may hold no more of these. */
export function checkLimit(
  of: keyof TraceLimits,
  { executor, tally }: Pick<RunState, "executor" | "tally">,
): void {
  const limit = executor.limit(of, tally[of]);
  if (limit !== null) throw new EngineFault("walk", "WF", CODES[of], { limit });
}

/** Of what the trace may hold no more, where a refusal says so. */
export function limitOf(code: string): keyof TraceLimits | undefined {
  if (code === CODES.runs) return "runs";
  return code === CODES.events ? "events" : undefined;
}
