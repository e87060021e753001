/** What a trace says of the states that its run was in: the lines that it should have in the ledger. */

import { Verification, type Verified } from "../examine/verify.ts";
import type { Source } from "../ports.ts";
import { eventIn } from "../trace/read-event.ts";
import { type RunLineBody, RunLines } from "./run-lines.ts";

export interface TraceStates {
  readonly lines: readonly RunLineBody[];
  readonly verified: Verified;
}

/** Of the trace's events, at most these change the state of its run. They stand in the first bytes of a line. */
const STATE_EVENT = /^\{"elapsed_us":\d+,"event_type":"(?:execution_start|run_\w+|workflow_complete)"/;
const FIRST_BYTES = 80;

/** Reads the whole trace; of lines that are no events, nothing is said but that. @throws IoError */
export function statesIn(trace: Source): TraceStates {
  const verification = new Verification(undefined, 1);
  const runLines = new RunLines("");
  const lines: RunLineBody[] = [];
  for (const bytes of verification.lines(trace.pieces())) {
    if (!STATE_EVENT.test(bytes.toString("latin1", 0, FIRST_BYTES))) continue;
    const line = runLines.take(eventIn(bytes));
    if (line !== null) lines.push(line);
  }
  return { lines, verified: verification.verdict };
}
