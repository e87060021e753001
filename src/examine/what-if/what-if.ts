/**
 * What another plan would have made of a recorded run: it is walked with the recorded payload and clock, transforms
 * are computed, and what only the outside world can answer is answered as it did then, to the same question. Where a
 * question was not asked then, nothing more can be known.
 */

import { execute } from "../../engine/execute.ts";
import type { Digest } from "../../json/canonical.ts";
import type { JsonObject } from "../../json/json.ts";
import type { Plan } from "../../plan/plan.ts";
import { type EventBody, type EventOf, SCHEMA, type TraceEvent } from "../../trace/event.ts";
import { clockOf, inputOf } from "../replay/recorded.ts";
import { UnansweredError, WhatIfExecutor } from "./what-if-executor.ts";

/** What the record holds no answer to. */
export interface Unanswered {
  readonly code: UnansweredError["code"];
  readonly run: string;
  readonly node: string | null;
  readonly facts: JsonObject;
}

export interface WhatIfResult {
  /** What the plan's run would have said; the chain's members mean nothing in them. */
  readonly events: readonly TraceEvent[];
  /** Null where it came to its end. */
  readonly unanswered: Unanswered | null;
}

/** `events` are those of an intact trace, which begins with its start. */
export async function whatIf(plan: Plan, events: readonly TraceEvent[]): Promise<WhatIfResult> {
  const start = events[0] as EventOf<"execution_start">;
  const said: TraceEvent[] = [];
  const emit = (event: EventBody) => {
    said.push(asEvent(event, said.length + 1, start));
  };
  try {
    // On which snapshot it is, is known: only what it does is asked.
    const { execution_id: executionId, run, payload } = start;
    const { snapshot } = payload;
    const input = inputOf(payload, { executionId, run, clock: clockOf(payload) });
    await execute({ ...plan, snapshot }, input, new WhatIfExecutor(events).executor, emit);
    return { events: said, unanswered: null };
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error;
    const last = said.at(-1) ?? start;
    const { code, facts } = error;
    return { events: said, unanswered: { code, run: last.run, node: last.node_id ?? null, facts } };
  }
}

function asEvent(event: EventBody, sequence: number, start: TraceEvent): TraceEvent {
  const { execution_id, timestamp } = start;
  const none = "" as Digest;
  const place = { sequence, timestamp, elapsed_us: 0, execution_id, prev_hash: none, hash: none };
  return { ...event, schema: SCHEMA, ...place };
}
