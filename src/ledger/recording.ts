/** What is kept of a run beside its trace while it goes on: its lines in the ledger, and the protocols that it is on. */

import type { Plan } from "../plan/plan.ts";
import type { SegmentPlace, TraceFile, TraceFolder } from "../ports.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import type { LedgerFault } from "./errors.ts";
import type { Ledger } from "./ledger.ts";
import type { LineBody, RunLine } from "./line.ts";
import type { ProtocolArchive } from "./protocols/archive.ts";
import { type RunLineBody, RunLines } from "./run-lines.ts";

/** What is kept beside the traces of one folder. */
export interface TraceRecords {
  readonly ledger: Ledger;
  readonly protocols: ProtocolArchive;
  /** The last line of the ledger about the run; null where it has none that can be read. */
  lastLine(run: string): RunLine | null;
  /** Told what is not as it should be; each is said once. */
  notice(fault: LedgerFault): void;
}

/** What is kept of one run. It is told every event of the run's trace, in order. */
export interface Recording {
  /** The trace that was opened for the run. */
  opened(trace: Pick<TraceFolder, "place">): void;
  take(event: TraceEvent): void;
  /** The trace has been written as far as it goes for now, so that what it says of its end can be relied on. */
  end(): Promise<void>;
  /** The trace could not be written any further. */
  abandon(): Promise<void>;
}

/** Before the trace of a new run of the plan is made. */
export async function beginRecording(plan: Plan, records: TraceRecords): Promise<Recording> {
  const notices = [await records.ledger.prepare(), await records.protocols.keep(plan)];
  return new RunRecording(plan, records, notices);
}

/** Of a run that goes on with a trace that is there already. */
export async function continueRecording(plan: Plan, records: TraceRecords): Promise<Recording> {
  return new RunRecording(plan, records, [await records.protocols.keep(plan)]);
}

/**
 * Does a session of a run. The trace files that are held stay open, and so locked, until what is kept beside them is
 * written: no other process goes on with the run before.
 */
export async function recorded<T>(
  recording: Recording | null,
  work: (hold: (file: TraceFile) => TraceFile) => Promise<T>,
): Promise<T> {
  if (recording === null) return await work((file) => file);
  const held: TraceFile[] = [];
  try {
    const done = await work((file) => {
      held.push(file);
      return keptOpen(file);
    });
    await recording.end();
    return done;
  } catch (error) {
    await recording.abandon();
    throw error;
  } finally {
    for (const file of held) file.close();
  }
}

/** The same file, which whoever writes to it does not close. */
const keptOpen = (file: TraceFile): TraceFile => ({
  append: (text) => file.append(text),
  appendTogether: (text) => file.appendTogether(text),
  sync: () => file.sync(),
  close: () => undefined,
});

class RunRecording implements Recording {
  readonly #plan: Plan;
  readonly #records: TraceRecords;
  readonly #lines: RunLines;
  /** What was found before there was a trace: of a run that has none, nothing is said. */
  #early: readonly (LedgerFault | null)[];
  /** What the last event says, and may not be on the device yet. */
  #pending: RunLineBody | null = null;
  /** All that was begun to be written. */
  readonly #written: Promise<void>[] = [];
  /** Resolves when the protocols of nested runs are kept; null where there are none. */
  #kept: Promise<unknown> | null = null;
  readonly #called = new Set<string>();
  /** Where the trace is so far, in a segment. */
  #place: TraceFolder["place"] = undefined;
  /** Resolves when the first line is recorded; null where it was at once. */
  #placed: Promise<unknown> | null = null;
  #hasFailed = false;

  constructor(plan: Plan, records: TraceRecords, early: readonly (LedgerFault | null)[]) {
    this.#plan = plan;
    this.#records = records;
    this.#lines = new RunLines(plan.workflow.fqdn);
    this.#early = early;
  }

  opened({ place }: Pick<TraceFolder, "place">): void {
    this.#place = place;
  }

  take(event: TraceEvent): void {
    for (const fault of this.#early) this.#say(fault);
    this.#early = [];
    if (event.event_type === "execution_start" && event.run !== MAIN_RUN)
      this.#keepCalled(event.payload.workflow_code);
    const line = this.#lines.take(event);
    if (line === null) return;
    this.#flush();
    this.#pending = line;
    if (line.state === "RUNNING") this.#flush();
  }

  async end(): Promise<void> {
    if (this.#placed !== null) await this.#placed;
    this.#flush(true);
    await Promise.all(this.#written);
  }

  async abandon(): Promise<void> {
    await Promise.all(this.#written);
  }

  #flush(isLast = false): void {
    if (this.#pending === null) return;
    const line = this.#pending;
    this.#pending = null;
    const record = (place: SegmentPlace | null) => {
      const placed = place === null ? line : { ...line, place };
      return this.#record(placed, isLast);
    };
    const place = this.#place?.() ?? null;
    if (place instanceof Promise) {
      // A run whose first lines cannot be written is in no ledger.
      this.#write(place.then(record, () => null));
      this.#placed = place.catch(() => undefined);
    } else {
      this.#write(this.#kept === null ? record(place) : this.#kept.then(() => record(place)));
    }
  }

  async #record(line: LineBody, isLast: boolean): Promise<LedgerFault | null> {
    // Where a line cannot be written, a later one of the run would wait as long for nothing.
    if (this.#hasFailed) return null;
    const fault = await this.#records.ledger.record(line, isLast);
    this.#hasFailed ||= fault !== null && fault.code !== "LEDGER_BEGINS_LATE";
    return fault;
  }

  #keepCalled(workflow: string): void {
    if (this.#called.has(workflow)) return;
    this.#called.add(workflow);
    const keep = async () => {
      const called = await this.#plan.called(workflow);
      return called === null ? null : this.#records.protocols.keep(called);
    };
    const kept = this.#kept === null ? keep() : this.#kept.then(keep);
    this.#kept = kept;
    this.#write(kept);
  }

  #write(work: Promise<LedgerFault | null>): void {
    const written = work.then((fault) => this.#say(fault));
    // A defect is thrown where the end is waited for.
    written.catch(() => undefined);
    this.#written.push(written);
  }

  #say(fault: LedgerFault | null): void {
    if (fault !== null) this.#records.notice(fault);
  }
}
