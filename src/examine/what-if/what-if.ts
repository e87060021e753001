/**
 * What another plan would have made of a recorded run: it is walked with the recorded payload and clock, transforms
 * are computed, and what only the outside world can answer is answered as it did then, to the same question. Where a
 * question was not asked then, nothing more can be known.
 */

import { walk } from "../../engine/execute.ts";
import type { Digest } from "../../json/canonical.ts";
import type { JsonObject } from "../../json/json.ts";
import type { Plan } from "../../plan/plan.ts";
import { type EventOf, type Happening, SCHEMA, type TraceEvent } from "../../trace/event.ts";
import { clockOf, inputOf } from "../replay/recorded.ts";
import { Remembered, Silence } from "./what-if-executor.ts";

/** What the record holds no answer to. */
export interface Unanswered {
  readonly code: Silence["code"];
  readonly run: string;
  readonly node: string | null;
  readonly facts: JsonObject;
}

export interface Supposed {
  /** What the plan's run would have said; the chain's members mean nothing in them. */
  readonly events: readonly TraceEvent[];
  /** Null where it came to its end. */
  readonly unanswered: Unanswered | null;
}

/** `events` are those of an intact trace, which begins with its start. */
export async function suppose(plan: Plan, events: readonly TraceEvent[]): Promise<Supposed> {
  const start = events[0] as EventOf<"execution_start">;
  const said: TraceEvent[] = [];
  const say = (happening: Happening) => {
    said.push(asEvent(happening, said.length + 1, start));
  };
  try {
    // On which snapshot it is, is known: only what it does is asked.
    const { execution_id: executionId, run, payload } = start;
    const { snapshot } = payload;
    const input = inputOf(payload, { executionId, run, clock: clockOf(payload) });
    await walk({ ...plan, snapshot }, input, new Remembered(events).conclude, say);
    return { events: said, unanswered: null };
  } catch (error) {
    if (!(error instanceof Silence)) throw error;
    const last = said.at(-1) ?? start;
    const { code, facts } = error;
    return { events: said, unanswered: { code, run: last.run, node: last.node_id ?? null, facts } };
  }
}

function asEvent(happening: Happening, sequence: number, start: TraceEvent): TraceEvent {
  const { execution_id, timestamp } = start;
  const none = "" as Digest;
  const place = { sequence, timestamp, elapsed_us: 0, execution_id, prev_hash: none, hash: none };
  return { ...happening, schema: SCHEMA, ...place };
}
