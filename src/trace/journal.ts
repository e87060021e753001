/** Writes the trace while the run happens. It decides nothing: it stamps, chains, appends. */

import type { Clock, TraceFile } from "../ports.ts";
import type { Digest } from "./canonical.ts";
import { genesis, link } from "./chain.ts";
import { type Happening, SCHEMA, type TraceEvent } from "./event.ts";

export interface Journal {
  say(happening: Happening): void;
  /** The hash of the last line: the anchor that `examine --head` checks. */
  readonly head: Digest;
}

export interface JournalOptions {
  readonly executionId: string;
  readonly clock: Clock;
  /** Told every line after it was appended. */
  readonly listen?: (event: TraceEvent) => void;
}

/** @throws TraceFault when the trace cannot be written: then nothing after that event may happen. */
export function openJournal(file: TraceFile, { executionId, clock, listen }: JournalOptions): Journal {
  const begun = clock.micros();
  let head = genesis(executionId);
  let sequence = 0;
  return {
    get head() {
      return head;
    },
    say(happening) {
      const stamp = {
        executionId,
        sequence: ++sequence,
        timestamp: new Date(clock.now()).toISOString(),
        elapsedUs: clock.micros() - begun,
        prevHash: head,
      };
      const { line, hash } = link(happening, stamp);
      file.append(`${line}\n`);
      listen?.({
        ...happening,
        schema: SCHEMA,
        sequence,
        timestamp: stamp.timestamp,
        elapsed_us: stamp.elapsedUs,
        execution_id: executionId,
        prev_hash: head,
        hash,
      });
      head = hash;
    },
  };
}
