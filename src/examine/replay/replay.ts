/**
 * Executes the plan again against the record (SPEC 6.3): transforms are computed from the recorded inputs and
 * observations, side effects answer from the record, and every event must be equal but for its observational
 * members. Suppressed values are taken as recorded, and counted; answers that rest on them are listed.
 */

import { execute } from "../../engine/execute.ts";
import { ReplayStopped } from "../../engine/record-cursor.ts";
import { clockOf, inputOf } from "../../engine/recorded.ts";
import { ReplayExecutor } from "../../engine/replay-executor.ts";
import { COMPARE_ALL, type ReplayPolicy } from "../../engine/replay-policy.ts";
import { traceId } from "../../engine/run.ts";
import type { RunInput } from "../../engine/run-state.ts";
import type { TakenAnswer } from "../../engine/suppressed-values.ts";
import type { Plan } from "../../plan/plan.ts";
import type { TraceEvent } from "../../trace/event.ts";
import { finding, type TraceFinding } from "../finding.ts";

export interface Replayed {
  /** The first divergence, or null. */
  readonly finding: TraceFinding | null;
  /** Events that were worked out again, and are equal. */
  readonly compared: number;
  /** Suppressed values that could not be compared. */
  readonly suppressed: number;
  /** Answers that were taken as recorded, because what they rest on is suppressed. */
  readonly taken: readonly TakenAnswer[];
}

/** Replays an intact, possibly interrupted trace, the runs nested in it included. It keeps none of the events. */
export async function replay(
  plan: Plan,
  events: Iterable<TraceEvent>,
  policy: ReplayPolicy = COMPARE_ALL,
): Promise<Replayed> {
  const executor = new ReplayExecutor(events, plan, policy);
  const first = executor.peek();
  if (first?.event.event_type !== "execution_start")
    return { finding: finding("BAD_START", 1), compared: 0, suppressed: 0, taken: [] };
  const { execution_id: executionId, run, payload } = first.event;
  const input = inputOf(payload, { executionId, run, clock: clockOf(payload) });
  // The workflow may have changed since; what is replayed is compared with what was recorded.
  const recordedSnapshot = { ...plan, snapshot: payload.snapshot };
  const stopped = await untilStopped(() => execute(recordedSnapshot, input, executor));
  const otherName = () => (first.isChecked ? misnamed(recordedSnapshot, input) : null);
  return { finding: executor.result(stopped) ?? otherName(), ...executor.tally };
}

async function untilStopped(work: () => Promise<unknown>): Promise<ReplayStopped | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof ReplayStopped) return error;
    throw error;
  }
}

/** What is put behind the name of a run where that name was taken. */
const NUMBER = /(?<=__[0-9a-f]{8})_(?:[2-9]|[1-9]\d+)$/;

/**
 * A run is named by its clock, its workflow and a digest of what was run (SPEC 5). Any other name is a divergence, so
 * a payload field that no step reads is bound to the name, too.
 */
function misnamed(plan: Plan, { executionId: recorded, payload, clock }: RunInput): TraceFinding | null {
  const replayed = traceId(plan, payload, String(clock));
  if (recorded === replayed || recorded.replace(NUMBER, "") === replayed) return null;
  return finding("DIVERGED", 1, { pointer: "/execution_id", recorded, replayed });
}
