/** Writes the trace during the run. It decides nothing: it adds time and chain to each event and appends it. */

import { type TookPlace, TraceFault } from "../errors/ports.ts";
import type { Digest } from "../json/canonical.ts";
import { jsonEqual } from "../json/value.ts";
import type { Clock, TraceFile } from "../ports.ts";
import { encodeEvent, genesis } from "./chain.ts";
import { type EventBody, type EventType, type Payloads, SCHEMA, type TraceEvent } from "./event.ts";

export interface Journal {
  /** @throws what `check` throws: then nothing was appended, and another event may be. */
  append(event: EventBody): void;
  /** Length of all lines. */
  readonly bytes: number;
  /** The number of the last event. */
  readonly sequence: number;
  /** Every event so far is on the device when this returns. @throws TraceFault */
  sync(): void;
  /** The hash of the last line: the anchor that `examine --head` checks. */
  readonly head: Digest;
}

export interface JournalOptions {
  readonly executionId: string;
  readonly clock: Clock;
  /** Called before an event is appended, with the length of its line; refuses it by throwing. */
  readonly check?: (event: EventBody, bytes: number) => void;
  /** Called with every event after it was appended. */
  readonly listen?: (event: TraceEvent) => void;
  /** Where a trace goes on that has events already. */
  readonly after?: JournalPosition;
}

/** The end of a trace: its last event, and the length of all lines. */
export interface JournalPosition {
  readonly sequence: number;
  readonly head: Digest;
  readonly elapsedUs: number;
  readonly bytes: number;
}

/** Around an effect and at the end of a run, the trace file must still exist at its path. */
const PLACE_CHECKED: ReadonlySet<EventType> = new Set([
  "side_effect_start",
  "side_effect_end",
  "workflow_complete",
]);

/** @throws TraceFault when the trace cannot be written: then nothing after that event may happen. */
export function openJournal(
  file: TraceFile,
  { executionId, clock, check, listen, after }: JournalOptions,
): Journal {
  const begun = clock.micros() - (after?.elapsedUs ?? 0);
  let head = after?.head ?? genesis(executionId);
  let sequence = after?.sequence ?? 0;
  let bytes = after?.bytes ?? 0;
  const effects = new Effects();
  const attempt = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw error instanceof TraceFault ? effects.toldBy(error) : error;
    }
  };
  return {
    get head() {
      return head;
    },
    get bytes() {
      return bytes;
    },
    get sequence() {
      return sequence;
    },
    append(event) {
      const stamp = {
        executionId,
        sequence: sequence + 1,
        timestamp: new Date(clock.now()).toISOString(),
        elapsedUs: clock.micros() - begun,
        prevHash: head,
      };
      const { line, hash } = encodeEvent(event, stamp);
      const text = `${line}\n`;
      const size = Buffer.byteLength(text);
      check?.(event, size);
      sequence++;
      bytes += size;
      effects.take(event);
      attempt(() => {
        file.append(text);
        if (PLACE_CHECKED.has(event.event_type)) file.checkPlace();
      });
      listen?.({
        ...event,
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
    sync: () => attempt(() => file.sync()),
  };
}

/** The number of effects that a refusal names. */
const NAMED = 20;

/** The completed effects: if the trace cannot be written, the refusal names them. */
class Effects {
  /** By run: the last one that began. */
  readonly #begun = new Map<string, BegunEffect>();
  readonly #named: TookPlace[] = [];
  #count = 0;

  take({ event_type: type, run, node_id: node = "", payload }: EventBody): void {
    const last = this.#begun.get(run);
    if (type === "side_effect_start") {
      const { step, op, store, effect_key: key } = payload;
      const isCounted = last?.key === key && last.isCounted;
      this.#begun.set(run, { effect: { run, node, step, op, store }, key, isCounted });
    } else if (type === "side_effect_end" && last !== undefined && !last.isCounted) {
      last.isCounted = hasTakenPlace(payload, last.effect);
      if (last.isCounted) this.#add(last.effect);
    }
  }

  #add(effect: TookPlace): void {
    this.#count++;
    if (this.#named.length < NAMED) this.#named.push(effect);
  }

  /** The same refusal with the completed effects. */
  toldBy({ facts, cause }: TraceFault<"TRACE_UNWRITABLE">): TraceFault {
    const { folder, file, errno } = facts as { folder: string; file: string | null; errno: string };
    const more = this.#count - this.#named.length;
    return new TraceFault("TRACE_UNWRITABLE", { folder, file, errno, effects: this.#named, more }, { cause });
  }
}

interface BegunEffect {
  readonly effect: TookPlace;
  readonly key: string;
  /** Whether it took place, in this attempt or in an earlier one. */
  isCounted: boolean;
}

/** Sending mail records no change, nor does an effect that was settled without one. */
function hasTakenPlace(
  { outcome, change, settled }: Payloads["side_effect_end"],
  { store }: TookPlace,
): boolean {
  if (change === undefined) return settled !== undefined || (store === null && outcome === "SUCCESS");
  return !jsonEqual(change.before, change.after);
}
