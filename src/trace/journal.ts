/**
 * Writes the trace during the run: it adds time and chain to each event, and holds the lines until something outside the
 * run may follow from them. What a crash takes of the lines that are held, a resumed run computes again.
 */

import { type TookPlace, TraceFault } from "../errors/ports.ts";
import type { Digest } from "../json/canonical.ts";
import { isoInstant } from "../json/date-time.ts";
import { jsonEqual } from "../json/value.ts";
import type { Clock, TraceFile } from "../ports.ts";
import { type Envelope, EventEncoder, genesis } from "./chain.ts";
import { type EventBody, type EventType, MAIN_RUN, type Payloads, SCHEMA, type TraceEvent } from "./event.ts";

export interface Journal {
  /**
   * The event follows the others. Its line is in the file at the latest after the next `write`; without one where the run
   * could not go on without it: at once, or with what other runs write in this turn.
   * @throws what `check` throws: then nothing was appended, and another event may be.
   */
  append(event: EventBody): void;
  /** Every event so far is in the file when the promise resolves, or already where it is null. @throws TraceFault */
  write(): Promise<void> | null;
  /** Length of all lines, those that are held too. */
  readonly bytes: number;
  /** The number of the last event. */
  readonly sequence: number;
  /** Resolves when every event so far is on the device. @throws TraceFault */
  sync(): Promise<void>;
  /** The hash of the last line: the anchor that `examine --head` checks. */
  readonly head: Digest;
}

export interface JournalOptions {
  readonly executionId: string;
  readonly clock: Clock;
  /** Called before an event is appended, with the length of its line; refuses it by throwing. */
  readonly check?: ((event: EventBody, bytes: number) => void) | undefined;
  /** Called with every event when it happens: its line may not be in the file yet. */
  readonly listen?: ((event: TraceEvent) => void) | undefined;
  /** Where a trace goes on that has events already. */
  readonly after?: JournalPosition | undefined;
}

/** The end of a trace: its last event, and the length of all lines. */
export interface JournalPosition {
  readonly sequence: number;
  readonly head: Digest;
  readonly elapsedUs: number;
  readonly bytes: number;
}

/** A resumed run cannot compute these again: they bring something into the run, or say that it waits. */
const WRITTEN_SOON: ReadonlySet<EventType> = new Set([
  "execution_start",
  "run_suspended",
  "run_resumed",
  "run_cancelled",
]);

/** So many bytes are held at most, so that a long computation is not in memory alone. */
const MOST_HELD = 1 << 16;

/** @throws TraceFault when the trace cannot be written: then nothing after that event may happen. */
export function openJournal(file: TraceFile, options: JournalOptions): Journal {
  return new OpenJournal(file, options);
}

/** A class: an object with getters of its own keeps everything that they reach until the next full garbage collection. */
class OpenJournal implements Journal {
  readonly #file: TraceFile;
  readonly #options: JournalOptions;
  /** The moment from which `elapsed_us` counts. */
  readonly #begun: number;
  readonly #effects = new Effects();
  readonly #encoder: EventEncoder;
  #head: Digest;
  #sequence: number;
  #bytes: number;
  #held = "";
  #heldBytes = 0;
  /** Why the trace cannot be written: behind a line that was not written, no other may follow. */
  #failure: { readonly error: unknown } | null = null;

  constructor(file: TraceFile, options: JournalOptions) {
    const { executionId, clock, after } = options;
    this.#file = file;
    this.#options = options;
    this.#encoder = new EventEncoder(executionId);
    this.#begun = clock.micros() - (after?.elapsedUs ?? 0);
    this.#head = after?.head ?? genesis(executionId);
    this.#sequence = after?.sequence ?? 0;
    this.#bytes = after?.bytes ?? 0;
  }

  get head(): Digest {
    return this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get sequence(): number {
    return this.#sequence;
  }

  append(event: EventBody): void {
    const { executionId, clock, check, listen } = this.#options;
    const stamp = {
      executionId,
      sequence: this.#sequence + 1,
      timestamp: isoInstant(clock.now()),
      elapsedUs: clock.micros() - this.#begun,
      prevHash: this.#head,
    };
    const { line, bytes, hash } = this.#encoder.encode(event, stamp);
    check?.(event, bytes);
    this.#sequence++;
    this.#bytes += bytes;
    this.#held += `${line}\n`;
    this.#heldBytes += bytes;
    const isOutside = this.#effects.take(event);
    if (isOutside || this.#heldBytes >= MOST_HELD) this.#writeAtOnce();
    // Where that fails, the next write does as well.
    else if (WRITTEN_SOON.has(event.event_type) && event.run === MAIN_RUN) this.write()?.catch(() => undefined);
    listen?.(recordedEvent(event, stamp, hash));
    this.#head = hash;
  }

  write(): Promise<void> | null {
    const text = this.#takeHeld();
    const written = this.#tried(() => this.#file.appendTogether(text));
    return written === null ? null : this.#awaited(written);
  }

  sync(): Promise<void> {
    // What is not written is not synchronised either: that fails with the same fault.
    this.write()?.catch(() => undefined);
    return this.#awaited(this.#tried(() => this.#file.sync()));
  }

  #writeAtOnce(): void {
    const text = this.#takeHeld();
    this.#tried(() => this.#file.append(text));
  }

  #takeHeld(): string {
    if (this.#failure !== null) throw this.#failure.error;
    const text = this.#held;
    this.#held = "";
    this.#heldBytes = 0;
    return text;
  }

  #tried<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#failed(error);
    }
  }

  async #awaited(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  #failed(cause: unknown): unknown {
    const error = cause instanceof TraceFault ? this.#effects.toldBy(cause) : cause;
    this.#failure = { error };
    return error;
  }
}

/** Member by member: a spread in front of so many members costs as much as to hash the event. */
function recordedEvent(event: EventBody, stamp: Envelope, hash: Digest): TraceEvent {
  const { event_type, run, node_id, payload } = event;
  const { sequence, timestamp, elapsedUs: elapsed_us, executionId: execution_id, prevHash: prev_hash } = stamp;
  const schema = SCHEMA;
  return (
    node_id === undefined
      ? { event_type, run, payload, schema, sequence, timestamp, elapsed_us, execution_id, prev_hash, hash }
      : {
          event_type,
          run,
          node_id,
          payload,
          schema,
          sequence,
          timestamp,
          elapsed_us,
          execution_id,
          prev_hash,
          hash,
        }
  ) as TraceEvent;
}

/** The number of effects that a refusal names. */
const NAMED = 20;

/** The completed effects: if the trace cannot be written, the refusal names them. */
class Effects {
  /** By run: the last one that began. */
  readonly #begun = new Map<string, BegunEffect>();
  readonly #named: TookPlace[] = [];
  #count = 0;

  /** Whether the event is the end of an effect outside the stores: nothing may show later that it took place. */
  take({ event_type: type, run, node_id: node = "", payload }: EventBody): boolean {
    if (type !== "side_effect_start" && type !== "side_effect_end") return false;
    const last = this.#begun.get(run);
    if (type === "side_effect_start") {
      const { step, op, store, effect_key: key } = payload;
      const isCounted = last?.key === key && last.isCounted;
      this.#begun.set(run, { effect: { run, node, step, op, store }, key, isCounted });
      return false;
    }
    if (last !== undefined && !last.isCounted) {
      last.isCounted = hasTakenPlace(payload, last.effect);
      if (last.isCounted) this.#add(last.effect);
    }
    return last?.effect.store === null;
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
