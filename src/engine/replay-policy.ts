/** Which events a replay compares, how far it goes, and what it goes on with. */

import { type JsonObject, own } from "../json/value.ts";
import type { EventBody, EventType, TraceEvent } from "../trace/event.ts";
import type { Divergence } from "./compare-events.ts";

export interface ReplayPolicy {
  /**
   * Whether the event is compared with what the replay emits; else it is taken as recorded, with everything that the
   * replay would have worked out before it. Asked once of each, before anything is derived from it.
   */
  isChecked(event: TraceEvent): boolean;
  /**
   * Called for every event that was passed, with what the replay emitted; `isChecked` is false also where the answer
   * rests on something suppressed. True ends the replay after it.
   */
  passed(event: TraceEvent, replayed: EventBody, isChecked: boolean, divergence: Divergence | null): boolean;
  /** Whether to go on after a divergence, with what is on record. */
  readonly continuesAfterDivergence: boolean;
}

/** Every event is compared, and the first divergence ends the replay. */
export const COMPARE_ALL: ReplayPolicy = {
  isChecked: () => true,
  passed: () => false,
  continuesAfterDivergence: false,
};

/** The members with which a run goes on where it follows its record. */
const FOLLOWED: { readonly [T in EventType]?: readonly string[] } = {
  execution_start: ["payload"],
  node_start: ["inputs"],
  transform_end: ["outputs"],
  step_end: ["published"],
  evaluation_end: ["outcome"],
  node_end: ["status", "outputs", "next"],
};

/** The replayed event with the recorded members with which the run goes on. */
export function following(replayed: EventBody, recorded: EventBody): EventBody {
  const payload: Record<string, unknown> = { ...replayed.payload };
  for (const member of FOLLOWED[replayed.event_type] ?? []) {
    delete payload[member];
    const value = own(recorded.payload as unknown as JsonObject, member);
    if (value !== undefined) payload[member] = value;
  }
  return { ...replayed, payload } as EventBody;
}
