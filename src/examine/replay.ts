/**
 * Walks the plan again against the record (SPEC 6.3): transforms are computed from the recorded inputs and
 * observations, side effects answer from the record, and every event must come out equal but for its
 * observational members. Suppressed values are taken as recorded, and counted.
 */

import { walk } from "../engine/walk.ts";
import type { Plan } from "../plan/plan.ts";
import type { TraceEvent } from "../trace/event.ts";
import { finding, type TraceFinding } from "./finding.ts";
import { type Course, Recording, Stop } from "./recording.ts";

export interface Replayed {
  /** The first divergence, or null. */
  readonly finding: TraceFinding | null;
  /** Events that came out equal. */
  readonly compared: number;
  /** Suppressed values that could not be compared. */
  readonly suppressed: number;
}

const WHOLE: Course = { isChecked: () => true, passed: () => false, goesOn: false };

/** Replays an intact, possibly interrupted trace, the runs nested in it included. It keeps none of the events. */
export async function replay(
  plan: Plan,
  events: Iterable<TraceEvent>,
  course: Course = WHOLE,
): Promise<Replayed> {
  const record = new Recording(events, plan.secrets !== null, course);
  const start = record.peek();
  if (start?.event_type !== "execution_start")
    return { finding: finding("BAD_START", 1), compared: 0, suppressed: 0 };
  const { payload, max_hops, runtime, actor, observed } = start.payload;
  const clock = observed.find((one) => "clock" in one);
  const input = {
    executionId: start.execution_id,
    run: start.run,
    payload,
    clock: clock?.clock ?? "",
    maxHops: max_hops,
    runtime,
    micros: () => 0,
    ...(actor === undefined ? {} : { actor }),
  };
  // The workflow may have changed since; what is replayed is compared with what was recorded.
  const recordedSnapshot = { ...plan, snapshot: start.payload.snapshot };
  try {
    await walk(recordedSnapshot, input, record.conclude, record.compare);
    return { ...record.tally, finding: record.remark() };
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    return { ...record.tally, finding: record.remark(error) };
  }
}
