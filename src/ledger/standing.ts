/** The state that a run is in now: that of its last line, unless the process that executed it has ended since. */

import { StorePathFault } from "../errors/ports.ts";
import { utf8 } from "../json/text.ts";
import { isObject } from "../json/value.ts";
import type { LockHolder, SegmentPlace, StoreFileReader, TracesRoot } from "../ports.ts";
import { parseEntry } from "../storage/files/jsonl-scan.ts";
import type { TraceEvent, WaitEntry } from "../trace/event.ts";
import type { LineState } from "./line.ts";
import type { RunEntry } from "./run-entry.ts";
import { RunLines } from "./run-lines.ts";
import { traceFileOf } from "./trace-names.ts";
import { isNoFile, isThere, linesAt } from "./trace-place.ts";

export const RUN_STATES = [
  "RUNNING",
  "WAITING",
  "INTERRUPTED",
  "COMPLETED",
  "FAILED",
  "CANCELLED",
  "PRUNED",
] as const;

export type RunState = (typeof RUN_STATES)[number];

export interface Standing {
  readonly state: RunState;
  readonly outcome: string | null;
  readonly exitReason: string | null;
  /** When it came into its state, in milliseconds since the epoch. */
  readonly changed: number;
  readonly waits: readonly WaitEntry[];
  /** Who executes it; null where nobody does. */
  readonly holder: LockHolder | null;
}

/** Whether a process appends to the trace in its own folder now, which writes into the ledger when it is done. @throws StoreFault */
export function isInProgress(id: string, root: Pick<TracesRoot, "store">): boolean {
  return executorOf(root.store(traceFileOf(id))) !== null;
}

function executorOf(trace: StoreFileReader): LockHolder | null {
  const holder = inFolder(() => trace.holder());
  return holder === null || holder.state === "dead" ? null : holder;
}

/** Null where a link leads out of the folder, or what is there is no regular file: nothing there is locked, or gone on with. */
function inFolder<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof StorePathFault || isNoFile(error)) return null;
    throw error;
  }
}

/**
 * Of a run that is said to go on, its lock and the last line of its trace decide; in a segment, the process that writes it.
 * @throws StoreFault
 */
export function standingOf(entry: RunEntry, root: StandingRoot): Standing {
  const { state, outcome, exitReason, changed, waits } = entry;
  const said = { state, outcome, exitReason, changed, waits, holder: null };
  if (state !== "RUNNING") return said;
  const place = sharedPlaceOf(entry, root);
  const own = root.store(traceFileOf(entry.id));
  const holder = place === null ? executorOf(own) : root.segmentWriter(place.segment, entry.id);
  if (holder !== null) return { ...said, holder };
  // Its process may have ended before it could write the last line into the ledger.
  const last = inFolder(() => (place === null ? lastLineOf(own) : lastLineAt(place, entry.id, root)));
  const event = last === null ? null : eventIn(last);
  const line = event === null ? null : new RunLines(entry.workflow).take(event);
  if (line === null || line.state === "RUNNING") return { ...said, state: "INTERRUPTED" };
  return {
    ...said,
    state: line.state satisfies LineState,
    outcome: line.outcome ?? null,
    exitReason: line.exit_reason_code ?? null,
    changed: Date.parse(line.at),
    waits: line.waits ?? [],
  };
}

export type StandingRoot = Pick<TracesRoot, "store" | "segmentWriter">;

/** Null where the trace has a folder of its own, by now. */
function sharedPlaceOf({ id, place }: RunEntry, root: StandingRoot): SegmentPlace | null {
  if (place === null) return null;
  return inFolder(() => isThere(root.store(traceFileOf(id)))) === true ? null : place;
}

/** The last whole line of a run in a segment, without its line break; empty where there is none. @throws StoreFault */
function lastLineAt(place: SegmentPlace, id: string, root: StandingRoot): Buffer {
  let last: Uint8Array = new Uint8Array();
  for (const line of linesAt(place, id, root)) if (line.at(-1) === NEWLINE) last = line.subarray(0, -1);
  return Buffer.from(last);
}

/** More than a last line usually has. */
const TAIL_BYTES = 4096;
const NEWLINE = 0x0a;

/** The last whole line of a trace, without its line break; empty where there is none. @throws StoreFault */
export function lastLineOf(trace: StoreFileReader): Buffer {
  const size = trace.stamp()?.size ?? 0;
  if (size === 0) return Buffer.alloc(0);
  for (let wanted = TAIL_BYTES; ; wanted *= 8) {
    const offset = Math.max(0, size - wanted);
    const bytes = Buffer.from(trace.readAt(offset, size - offset));
    const end = bytes.lastIndexOf(NEWLINE);
    const before = end < 1 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
    if (before !== -1 || offset === 0) return bytes.subarray(before + 1, Math.max(0, end));
  }
}

/** The event of a line, read leniently; null where it is none. */
function eventIn(line: Buffer): TraceEvent | null {
  const entry = parseEntry(utf8(line));
  return entry !== undefined && isObject(entry["payload"]) ? (entry as unknown as TraceEvent) : null;
}
