/**
 * Walks the plan again against the record (SPEC 6.3): transforms are computed from the recorded inputs and
 * observations, side effects answer from the record, and every event must come out equal but for its
 * observational members. Suppressed values are taken as recorded, and counted; answers that rest on them, named.
 */

import { execute } from "../../engine/execute.ts";
import { traceId } from "../../engine/run.ts";
import type { RunInput } from "../../engine/run-state.ts";
import type { Plan } from "../../plan/plan.ts";
import type { TraceEvent } from "../../trace/event.ts";
import { finding, type TraceFinding } from "../finding.ts";
import { clockOf, inputOf } from "./recorded.ts";
import { ReplayExecutor, type ReplayPolicy, Stop, type TakenAnswer } from "./replay-executor.ts";

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

/** Every event is held against the walk, and the first divergence ends it. */
export const WHOLE: ReplayPolicy = { isChecked: () => true, passed: () => false, goesOn: false };

/** Replays an intact, possibly interrupted trace, the runs nested in it included. It keeps none of the events. */
export async function replay(
  plan: Plan,
  events: Iterable<TraceEvent>,
  course: ReplayPolicy = WHOLE,
): Promise<Replayed> {
  const record = new ReplayExecutor(events, plan, course);
  const start = record.peek();
  if (start?.event_type !== "execution_start")
    return { finding: finding("BAD_START", 1), compared: 0, suppressed: 0, taken: [] };
  const isHeld = record.holdsNext;
  const { execution_id: executionId, run, payload } = start;
  const input = inputOf(payload, { executionId, run, clock: clockOf(payload) });
  // The workflow may have changed since; what is replayed is compared with what was recorded.
  const recordedSnapshot = { ...plan, snapshot: start.payload.snapshot };
  const named = () => (isHeld ? misnamed(recordedSnapshot, input) : null);
  try {
    await execute(recordedSnapshot, input, record.executor, record.compare);
    return { ...record.tally, finding: record.remark() ?? named() };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { ...record.tally, finding: record.remark(error) ?? named() };
  }
}

/** What is put behind the name of a run where that name was taken. */
const NUMBER = /(?<=__[0-9a-f]{8})_(?:[2-9]|[1-9]\d+)$/;

/**
 * A run is named by its clock, its workflow and a digest of what was run (SPEC 5). Any other name is a divergence, so
 * a payload field that no step reads is held to the name, too.
 */
function misnamed(plan: Plan, { executionId: recorded, payload, clock }: RunInput): TraceFinding | null {
  const replayed = traceId(plan, payload, String(clock));
  if (recorded.replace(NUMBER, "") === replayed) return null;
  return finding("DIVERGED", 1, { pointer: "/execution_id", recorded, replayed });
}
