/**
 * What another plan would have made of a recorded run: it is executed with the recorded payload and clock, transforms
 * are computed, and what only the outside world can answer is answered as it was then, to the same question. Where a
 * question was not asked then, nothing more can be known.
 */

import { execute } from "../../engine/execute.ts";
import { clockOf, inputOf } from "../../engine/recorded.ts";
import type { Digest } from "../../json/canonical.ts";
import type { JsonObject } from "../../json/value.ts";
import type { Plan } from "../../plan/plan.ts";
import { type EventBody, type EventOf, SCHEMA, type TraceEvent } from "../../trace/event.ts";
import { UnansweredError, WhatIfExecutor } from "./what-if-executor.ts";

/** What the record holds no answer to. */
export interface Unanswered {
  readonly code: UnansweredError["code"];
  readonly run: string;
  readonly node: string | null;
  readonly facts: JsonObject;
}

export interface WhatIfResult {
  /** What the plan's run would have emitted; the chain's members mean nothing in them. */
  readonly events: readonly TraceEvent[];
  /** Null where it came to its end. */
  readonly unanswered: Unanswered | null;
}

/** `events` are those of an intact trace, which begins with its start. */
export async function whatIf(plan: Plan, events: readonly TraceEvent[]): Promise<WhatIfResult> {
  const start = events[0] as EventOf<"execution_start">;
  const executor = new WhatIfExecutor(events);
  const unanswered = await executeUntilUnanswered(plan, start, executor);
  return { events: executor.emitted.map((event, i) => asEvent(event, i + 1, start)), unanswered };
}

async function executeUntilUnanswered(
  plan: Plan,
  { execution_id: executionId, run, payload }: EventOf<"execution_start">,
  executor: WhatIfExecutor,
): Promise<Unanswered | null> {
  try {
    // On which snapshot it is, is known: only what it does is asked.
    const { snapshot } = payload;
    await execute(
      { ...plan, snapshot },
      inputOf(payload, { executionId, run, clock: clockOf(payload) }),
      executor,
    );
    return null;
  } catch (error) {
    if (!(error instanceof UnansweredError)) throw error;
    const { code, facts } = error;
    const last = executor.emitted.at(-1);
    return { code, run: last?.run ?? run, node: last?.node_id ?? null, facts };
  }
}

function asEvent(event: EventBody, sequence: number, start: TraceEvent): TraceEvent {
  const { execution_id, timestamp } = start;
  const none = "" as Digest;
  const place = { sequence, timestamp, elapsed_us: 0, execution_id, prev_hash: none, hash: none };
  return { ...event, schema: SCHEMA, ...place };
}
