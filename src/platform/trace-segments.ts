/** The files in which the many runs of one process write their traces together: one is open at a time, and closed at a size. */

import * as fs from "node:fs";
import * as path from "node:path";
import { StoreFault, TraceFault } from "../errors/ports.ts";
import { isoInstant } from "../json/date-time.ts";
import type { SegmentPlace, TraceAccess, TraceFile } from "../ports.ts";
import { SEGMENTS, traceInSegment } from "../trace/segment.ts";
import { errnoOf } from "./errno.ts";
import { appendWhole, readAt, syncFolder, syncOpened } from "./file-bytes.ts";
import { release, tryAcquire } from "./lock/lock-link-pool.ts";
import { token } from "./lock/lock-owner.ts";
import { linksIn, lockOf } from "./own-names.ts";
import { sharedSync } from "./shared-sync.ts";
import { makeTracesFolder, TRACE_MODES, unsyncedOf } from "./trace-files.ts";

/** A segment that has reached this size takes no new run. */
const MOST_BYTES = 1 << 28;

export interface SegmentedTrace {
  readonly file: TraceFile;
  /** Where its lines are so far; null before the first. */
  place(): SegmentPlace | null;
}

export interface SegmentsOptions {
  readonly access: TraceAccess;
  /** Milliseconds since the epoch; names the segment. */
  readonly now: () => number;
  readonly mostBytes?: number;
}

/** The segments that this process writes below a traces folder. */
export interface Segments {
  /** For the trace of one run. @throws TraceFault where no segment can be made */
  open(): SegmentedTrace;
  /** The next run begins another segment. */
  close(): void;
}

export function openSegments(traces: string, options: SegmentsOptions): Segments {
  const { mostBytes = MOST_BYTES } = options;
  let current: Segment | null = null;
  const close = () => {
    current?.endWithLastRun();
    current = null;
  };
  return {
    open() {
      if (current !== null && (current.isBroken || current.size >= mostBytes)) close();
      current ??= Segment.make(path.resolve(traces), options);
      return current.begin();
    },
    close,
  };
}

class Segment {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #own: fs.Stats;
  readonly #unlock: () => void;
  /** Shared by all runs of the segment. */
  readonly #sync: () => Promise<void>;
  #size = 0;
  #runs = 0;
  #isEnding = false;
  #isBroken = false;

  private constructor(file: string, descriptor: number, unlock: () => void, syncNames: () => void) {
    this.#path = file;
    this.#descriptor = descriptor;
    this.#own = fs.fstatSync(descriptor);
    this.#unlock = unlock;
    this.#sync = sharedSync(async () => {
      await syncOpened(descriptor);
      syncNames();
    });
  }

  /** `<begun>__<process>.jsonl`, locked for as long as it is written to. */
  static make(traces: string, { access, now }: SegmentsOptions): Segment {
    const folder = path.join(traces, SEGMENTS);
    try {
      makeTracesFolder(traces, access);
      fs.mkdirSync(folder, { recursive: true, mode: TRACE_MODES[access].folder });
      const begun = isoInstant(now()).replace(/[-:.]/g, "");
      for (let count = 1; ; count++) {
        const file = path.join(folder, `${begun}__${token}${count === 1 ? "" : `_${count}`}.jsonl`);
        const lock = { path: lockOf(file), folder, links: linksIn(traces) };
        if (fs.existsSync(file) || !tryAcquire(lock)) continue;
        const descriptor = fs.openSync(file, "ax", TRACE_MODES[access].file);
        const unsynced = [[folder, traces], unsyncedOf(traces)];
        const syncNames = () => {
          for (const list of unsynced) for (const one of list.splice(0)) syncFolder(one);
        };
        return new Segment(file, descriptor, () => release(lock), syncNames);
      }
    } catch (error) {
      throw unwritable(folder, null, error);
    }
  }

  get size(): number {
    return this.#size;
  }

  /** Whether a write or a synchronisation failed: then nothing is added behind it. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  begin(): SegmentedTrace {
    this.#runs++;
    let place: SegmentPlace | null = null;
    const segment = path.basename(this.#path);
    return {
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
          this.#runs--;
          this.#closeIfOver();
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
    if (!this.#isEnding || this.#runs > 0) return;
    fs.closeSync(this.#descriptor);
    this.#unlock();
  }
}

/** The bytes of the trace as a file of its own would have them. @throws the system's own error */
export function readSegmentedTrace(
  traces: string,
  { segment, offset, end }: SegmentPlace,
  run: string,
): Uint8Array {
  const bytes = readAt(path.join(traces, SEGMENTS, segment), offset, end - offset);
  return Buffer.concat([...traceInSegment([bytes], run)]);
}

function unwritable(folder: string, file: string | null, cause: unknown): TraceFault<"TRACE_UNWRITABLE"> {
  const errno = cause instanceof StoreFault ? String(cause.facts["errno"]) : errnoOf(cause);
  return new TraceFault("TRACE_UNWRITABLE", { folder, file, errno, effects: [], more: 0 }, { cause });
}
