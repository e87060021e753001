/** The files in which the runs of one process write their traces together: one takes new runs at a time, up to a size. */

import * as fs from "node:fs";
import * as path from "node:path";
import { StoreFault, TraceFault } from "../../errors/ports.ts";
import type { SegmentPlace, TraceAccess, TraceFile } from "../../ports.ts";
import { SEGMENTS, segmentAddress } from "../../trace/segment.ts";
import { isTraceName } from "../../trace/trace-name.ts";
import { errnoOf } from "../errno.ts";
import { appendWhole, syncFolder, syncOpened } from "../file-bytes.ts";
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

export interface SegmentedTrace {
  /** The name that was wanted, numbered where another trace may have it. */
  readonly id: string;
  /** What names it below the traces folder. */
  readonly address: string;
  readonly file: TraceFile;
  /** Where its lines are so far; null before the first. */
  place(): SegmentPlace | null;
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
  #size = 0;
  #isEnding = false;
  #isClosed = false;
  #isBroken = false;

  private constructor(file: string, descriptor: number, unlock: () => void, syncNames: () => void) {
    this.#path = file;
    this.#descriptor = descriptor;
    this.#own = fs.fstatSync(descriptor);
    this.#sync = sharedSync(async () => {
      await syncOpened(descriptor);
      syncNames();
    });
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
    return this.#size;
  }

  /** Whether a write or a synchronisation failed: then nothing is added behind it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  begin(id: string): SegmentedTrace {
    this.#open.add(id);
    let place: SegmentPlace | null = null;
    const segment = path.basename(this.#path);
    return {
      id,
      address: segmentAddress(segment, id),
      place: () => place,
      file: {
        append: (text) => {
          const offset = this.#append(text);
          place = { segment, offset: place?.offset ?? offset, end: this.#size };
        },
        checkPlace: () => this.#guarded(() => this.#checkPlace()),
        sync: async () => {
          try {
            await this.#sync();
          } catch (error) {
            throw this.#broken(error);
          }
        },
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

  /** All of the text or nothing, and where it begins. */
  #append(text: string): number {
    const offset = this.#size;
    this.#guarded(() => {
      if (this.#isBroken) throw Object.assign(new Error(this.#path), { code: "EIO" });
      const bytes = Buffer.from(text);
      appendWhole(this.#descriptor, bytes, this.#path);
      this.#size += bytes.length;
    });
    return offset;
  }

  #checkPlace(): void {
    const there = fs.statSync(this.#path);
    if (there.dev !== this.#own.dev || there.ino !== this.#own.ino)
      throw Object.assign(new Error(this.#path), { code: "ENOENT" });
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      throw this.#broken(error);
    }
  }

  #broken(error: unknown): TraceFault {
    this.#isBroken = true;
    return unwritable(path.dirname(this.#path), this.#path, error);
  }

  #closeIfOver(): void {
    if (this.#isClosed || this.#open.size > 0 || !(this.#isEnding || this.#isBroken)) return;
    this.#isClosed = true;
    this.#close();
  }
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
