/** The files in which the runs of one process write their traces together: one takes new runs at a time, up to a size. */

import * as fs from "node:fs";
import * as path from "node:path";
import { nextTick } from "node:process";
import { StoreFault, TraceFault } from "../../errors/ports.ts";
import type { SegmentPlace, TraceAccess, TraceFile, TraceFolder } from "../../ports.ts";
import { SEGMENTS, segmentAddress } from "../../trace/segment.ts";
import { isTraceName } from "../../trace/trace-name.ts";
import { errnoOf } from "../errno.ts";
import { appendWhole, requireAt, syncFolder, syncOpened } from "../file-bytes.ts";
import { holdToExit } from "../lock/held-to-exit.ts";
import { tryAcquire } from "../lock/lock-link-pool.ts";
import { token } from "../lock/lock-owner.ts";
import { makeFolders } from "../make-folders.ts";
import { linksIn, lockOf } from "../own-names.ts";
import { sharedSync } from "../shared-sync.ts";
import { makeTracesFolder, TRACE_MODES, unsyncedOf } from "../trace-files.ts";
import { momentOfName, namesGivenIn, numberedName, type SegmentNames, takeNames } from "./names.ts";
import { setWrittenHere } from "./writer.ts";

const MOST_BYTES = 1 << 28;

/** Of the buffer of a segment. It grows, and is kept up to a size, because a new one for each write takes longer than to fill it. */
const BUFFER_BYTES = 1 << 16;
const MOST_BUFFERED = 1 << 20;
/** Of a unit of UTF-16 in UTF-8. */
const MOST_PER_UNIT = 3;

export interface SegmentedTrace extends Pick<Required<TraceFolder>, "place"> {
  /** The name that was wanted, numbered where another trace may have it. */
  readonly id: string;
  /** What names it below the traces folder. */
  readonly address: string;
  readonly file: TraceFile;
}

export interface SegmentsOptions {
  readonly access: TraceAccess;
  /** The system's clock, in milliseconds since the epoch; that of the runs may be another. Default: `Date.now`. */
  readonly now?: () => number;
  /** A segment of this size takes no new run. Default: 256 MiB. */
  readonly mostBytes?: number;
}

/** The segments that this process writes below a traces folder. */
export interface Segments {
  /**
   * Begins the trace of one run. Null where it needs a folder of its own: names of its moment may repeat, because the run's
   * clock is fixed or was set back, its name is very long, or too many processes write segments. @throws TraceFault where no segment can be made
   */
  open(wanted: string): SegmentedTrace | null;
  /** The next run begins another segment. */
  close(): void;
}

export function openSegments(folder: string, options: SegmentsOptions): Segments {
  const { mostBytes = MOST_BYTES, now = Date.now, access } = options;
  const traces = path.resolve(folder);
  const begun = now();
  let current: Segment | null = null;
  const close = () => {
    current?.endWithLastRun();
    current = null;
  };
  return {
    open(wanted) {
      const moment = momentOfName(wanted);
      if (moment === null || !isShareable(wanted) || moment < begun || moment > now()) return null;
      return orUnwritable(path.join(traces, SEGMENTS), null, () => {
        if (current !== null && (current.isBroken || current.size >= mostBytes)) close();
        const names = current === null ? namesFor(traces, access, now) : namesGivenIn(traces);
        if (names === null || !names.accepts(moment)) return null;
        current ??= Segment.make(traces, wanted, access);
        // Made before the name is looked for among the folders; who makes a folder makes it before it looks for segments.
        return current.begin(names.give(wanted, moment));
      });
    },
    close,
  };
}

/** Whether a name can still be told from the text around it when it is numbered. */
const isShareable = (wanted: string) => isTraceName(numberedName(wanted, 2 ** 32));

function namesFor(traces: string, access: TraceAccess, now: () => number): SegmentNames | null {
  makeTracesFolder(traces, access);
  makeFolders(path.join(traces, SEGMENTS), TRACE_MODES[access].folder);
  return takeNames(traces, now);
}

class Segment {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #own: fs.Stats;
  readonly #close: () => void;
  /** Shared by all runs of the segment. */
  readonly #sync: () => Promise<void>;
  /** The runs that are written now. */
  readonly #open = new Set<string>();
  /** Bytes in the file. */
  #written = 0;
  /** So many bytes of the buffer are to be appended next. */
  #waiting = 0;
  #buffer: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** Resolves when they are in the file. */
  #appended: Promise<void> | null = null;
  #isEnding = false;
  #isClosed = false;
  /** Of a write or a synchronisation: then nothing is added behind it. */
  #failure: { readonly error: unknown } | null = null;
  /** Whether it is not known of the bytes in the file that they stay there. */
  #isLost = false;

  private constructor(file: string, descriptor: number, unlock: () => void, syncNames: () => void) {
    this.#path = file;
    this.#descriptor = descriptor;
    this.#own = fs.fstatSync(descriptor);
    const sync = async () => {
      // Also where no more can be written: that is no failure of the runs whose lines are all in the file.
      this.#append();
      if (this.#isLost) return;
      try {
        await syncOpened(descriptor);
        syncNames();
      } catch (error) {
        this.#fail(error, true);
      }
    };
    this.#sync = sharedSync(sync, () => this.#open.size > 1);
    const end = setWrittenHere(file, this.#open);
    this.#close = () => {
      end();
      fs.closeSync(descriptor);
      unlock();
    };
  }

  /** `<moment of its first run>__<process>.jsonl`, locked for as long as it is written to. @throws the system's own error */
  static make(traces: string, first: string, access: TraceAccess): Segment {
    const folder = path.join(traces, SEGMENTS);
    const wanted = `${first.slice(0, first.indexOf("__"))}__${token}`;
    for (let count = 1; ; count++) {
      const file = path.join(folder, `${numberedName(wanted, count)}.jsonl`);
      const lock = { path: lockOf(file), folder, links: linksIn(traces) };
      if (fs.existsSync(file) || !tryAcquire(lock)) continue;
      const descriptor = fs.openSync(file, "ax", TRACE_MODES[access].file);
      const unsynced = [[folder, traces], unsyncedOf(traces)];
      const syncNames = () => {
        for (const list of unsynced) for (const one of list.splice(0)) syncFolder(one);
      };
      return new Segment(file, descriptor, holdToExit(lock), syncNames);
    }
  }

  get size(): number {
    return this.#written + this.#waiting;
  }

  get isBroken(): boolean {
    return this.#failure !== null;
  }

  begin(id: string): SegmentedTrace {
    this.#open.add(id);
    const segment = path.basename(this.#path);
    let place: SegmentPlace | null = null;
    const add = (text: string) => {
      const offset = this.size;
      this.#buffer = withRoom(this.#buffer, this.#waiting, MOST_PER_UNIT * text.length);
      this.#waiting += this.#buffer.write(text, this.#waiting);
      place = { segment, offset: place?.offset ?? offset, end: this.size };
    };
    const isWritten = () => !this.#isLost && (place === null || place.end <= this.#written);
    /** @throws TraceFault, which names the run where something of it is in the file */
    const check = () => {
      if (isWritten() || this.#failure === null) return;
      const isBegun = place !== null && place.offset < this.#written;
      const file = isBegun ? `${this.#path}#${id}` : this.#path;
      throw unwritable(path.dirname(this.#path), file, this.#failure.error);
    };
    const append = () => {
      if (!isWritten()) this.#append();
      check();
    };
    const appended = () => this.#appendTogether().then(check);
    return {
      id,
      address: segmentAddress(segment, id),
      place: () => (isWritten() ? place : appended().then(() => place)),
      file: {
        append: (text) => {
          add(text);
          append();
        },
        appendTogether: (text) => {
          if (text !== "") add(text);
          if (this.#open.size === 1) append();
          return isWritten() ? null : appended();
        },
        sync: () => this.#sync().then(check),
        close: () => {
          if (this.#open.delete(id)) this.#closeIfOver();
        },
      },
    };
  }

  endWithLastRun(): void {
    this.#isEnding = true;
    this.#closeIfOver();
  }

  /** In one write, when whatever the process can do in this turn is done. */
  #appendTogether(): Promise<void> {
    this.#appended ??= new Promise<void>((resolve) => nextTick(resolve)).then(() => {
      this.#appended = null;
      this.#append();
    });
    return this.#appended;
  }

  /** All that waits is in the file then; or nothing of it, nor of what is added later. */
  #append(): void {
    if (this.#waiting === 0) return;
    const bytes = this.#buffer.subarray(0, this.#waiting);
    this.#waiting = 0;
    if (this.#failure !== null) return;
    let isAppended = false;
    try {
      appendWhole(this.#descriptor, bytes, this.#path);
      isAppended = true;
      requireAt(this.#path, this.#own);
    } catch (error) {
      this.#fail(error, isAppended);
      return;
    }
    this.#written += bytes.length;
    if (this.#buffer.length > MOST_BUFFERED) this.#buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  }

  #fail(error: unknown, isLost = false): void {
    this.#failure ??= { error };
    this.#isLost ||= isLost;
  }

  #closeIfOver(): void {
    if (this.#isClosed || this.#open.size > 0 || !(this.#isEnding || this.isBroken)) return;
    this.#isClosed = true;
    // Of a run that was cut short, something may wait.
    this.#append();
    this.#close();
  }
}

/** The same bytes with room for more behind the first `used`. */
function withRoom(buffer: Buffer, used: number, more: number): Buffer {
  if (used + more <= buffer.length) return buffer;
  const larger = Buffer.allocUnsafeSlow(2 * (used + more));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function orUnwritable<T>(folder: string, file: string | null, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw unwritable(folder, file, error);
  }
}

function unwritable(folder: string, file: string | null, cause: unknown): TraceFault<"TRACE_UNWRITABLE"> {
  const errno = cause instanceof StoreFault ? String(cause.facts["errno"]) : errnoOf(cause);
  return new TraceFault("TRACE_UNWRITABLE", { folder, file, errno, effects: [], more: 0 }, { cause });
}
