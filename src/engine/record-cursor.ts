/** Reads the events of a recorded run in order, and looks ahead; it keeps none that it has passed. */

import { lineBytes } from "../trace/chain.ts";
import { type EventOf, type EventType, MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import type { Divergence } from "./compare-events.ts";
import { RunCancelled } from "./errors.ts";
import { recordedFault } from "./recorded.ts";

/** Ends a replay: with a divergence, or because the record ends or was asked for no further. */
export class ReplayStopped extends Error {
  readonly divergence: Divergence | null;

  constructor(divergence: Divergence | null) {
    super("replay stopped");
    this.divergence = divergence;
  }
}

export interface RecordedEvent {
  readonly event: TraceEvent;
  /** Whether it is compared with what the replay emits; else it is taken as recorded. */
  readonly isChecked: boolean;
}

export class RecordCursor {
  readonly #events: Iterator<TraceEvent>;
  readonly #isChecked: (event: TraceEvent) => boolean;
  /** Looked at, and not passed yet. */
  readonly #ahead: RecordedEvent[] = [];
  #last: TraceEvent | null = null;
  /** Length of the events that were passed over. */
  passedOver = 0;

  /** `isChecked` is asked once of each event, before anything is derived from it. */
  constructor(events: Iterable<TraceEvent>, isChecked: (event: TraceEvent) => boolean) {
    this.#events = events[Symbol.iterator]();
    this.#isChecked = isChecked;
  }

  /** The event that was passed last. */
  get last(): TraceEvent | null {
    return this.#last;
  }

  /** Undefined at the end of the record. */
  peek(distance = 0): RecordedEvent | undefined {
    while (this.#ahead.length <= distance) {
      const { value, done } = this.#events.next();
      if (done === true) return undefined;
      // Where a process ended in the middle of the run is nothing that the run itself has in it.
      if (isInterruption(value)) {
        this.passedOver += lineBytes(value);
        continue;
      }
      const isCancelled = value.event_type === "run_cancelled";
      this.#ahead.push({ event: value, isChecked: isCancelled || this.#isChecked(value) });
    }
    return this.#ahead[distance];
  }

  /**
   * The next event. @throws ReplayStopped when the record ends here: a divergence if the recorded run had ended
   * @throws RunCancelled where it was cancelled here
   */
  next(): RecordedEvent {
    const next = this.peek();
    if (next?.event.event_type === "run_cancelled") {
      this.passedOver += lineBytes(next.event);
      this.#pass(next);
      throw new RunCancelled();
    }
    if (next !== undefined) return next;
    const { event_type, run, sequence = 0 } = this.#last ?? {};
    const isComplete = event_type === "workflow_complete" && run === MAIN_RUN;
    throw new ReplayStopped(isComplete ? { code: "REPLAY_LONGER", line: sequence, facts: {} } : null);
  }

  /** The next event, provided that it is of this type. @throws RunFault a refusal that is recorded instead */
  expect<T extends EventType>(type: T): EventOf<T> {
    const { event } = this.next();
    if (event.event_type === type) return event as EventOf<T>;
    const refusal = event.event_type === "error" ? recordedFault(event.payload, type) : undefined;
    if (refusal !== undefined) throw refusal;
    const facts = { pointer: "/event_type", recorded: event.event_type, replayed: type };
    throw new ReplayStopped({ code: "DIVERGED", line: event.sequence, facts });
  }

  /** Whether the next event is of this type, and taken as recorded. */
  isTaken(type: EventType): boolean {
    const next = this.peek();
    return next?.isChecked === false && next.event.event_type === type;
  }

  /** The violations that come next, up to the first event of another type. */
  violations(): readonly EventOf<"violation">[] {
    const violations: EventOf<"violation">[] = [];
    for (let i = 0; ; i++) {
      const event = this.peek(i)?.event;
      if (event?.event_type !== "violation") return violations;
      violations.push(event);
    }
  }

  /** Passes the next event. */
  advance(): void {
    this.#pass(this.next());
  }

  #pass({ event }: RecordedEvent): void {
    this.#last = event;
    this.#ahead.shift();
  }
}

function isInterruption(event: TraceEvent): boolean {
  return event.event_type === "run_resumed" && event.payload.cause === "INTERRUPTED";
}
