/** What a trace says of the states that its run was in: the lines that it should have in the ledger. */

import { eventOf, Verification, type Verified } from "../examine/verify.ts";
import type { Source } from "../ports.ts";
import { type EventType, SESSION_EVENTS } from "../trace/event.ts";
import { type RunLineBody, RunLines } from "./run-lines.ts";

export interface TraceStates {
  readonly lines: readonly RunLineBody[];
  readonly verified: Verified;
}

/** Of the trace's events, at most these change the state of its run. */
const STATE_EVENTS: ReadonlySet<EventType> = new Set([
  "execution_start",
  ...SESSION_EVENTS,
  "workflow_complete",
]);

/** Reads the whole trace; of lines that are no events, nothing is said but that. @throws IoError */
export function statesIn(trace: Source): TraceStates {
  const verification = new Verification(undefined, 1);
  const runLines = new RunLines("");
  const lines: RunLineBody[] = [];
  for (const line of verification.lines(trace.pieces())) {
    const state = STATE_EVENTS.has(line.eventType) ? runLines.take(eventOf(line)) : null;
    if (state !== null) lines.push(state);
  }
  return { lines, verified: verification.verdict };
}
