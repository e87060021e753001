/** A segment holds the lines of several traces, as they were written: each names its run, and each run is a chain of its own. */

import type { Files, Source } from "../ports.ts";
import { BegunLine, linesIn, START_BYTES } from "./chunks.ts";
import { isTraceName, TRACE_NAME } from "./trace-name.ts";

/** The folder of the segments, below the traces folder. */
export const SEGMENTS = "segments";

/** Whether a file below `segments` is one; locks and drafts are not. */
export function isSegmentName(name: string): boolean {
  return /^[^/#]+\.jsonl$/.test(name);
}

/** Whether a path without `.` and `..` is where segments are; what is there may be none. */
export function isSegmentPath(path: string): boolean {
  const [name = "", folder] = path.split("/").reverse();
  return folder === SEGMENTS && isSegmentName(name);
}

/** What names the trace of a run in a segment, below the traces folder. */
export function segmentAddress(segment: string, run: string): string {
  return `${SEGMENTS}/${segment}#${run}`;
}

export interface SegmentAddress {
  /** The traces folder. */
  readonly traces: string;
  readonly segment: string;
  readonly run: string;
}

const ADDRESS = /^(?:(.*)\/)?segments\/([^/#]+\.jsonl)#([^/#]+)$/s;

/** What a path says that ends as an address; null for every other one. */
export function parseAddress(path: string): SegmentAddress | null {
  const named = parseNamed(path);
  return named !== null && isTraceName(named.run) ? named : null;
}

/** The same where `run` may also be the beginning of a name, or none: a path is not made of it. */
export function parseNamed(path: string): SegmentAddress | null {
  const [, traces = ".", segment, run] = ADDRESS.exec(path) ?? [];
  return segment === undefined || run === undefined ? null : { traces: traces || "/", segment, run };
}

/** The file that a trace at an address has in a folder of its own, whether it is there or not; any other path as it is. */
export function ownFileOf(trace: string): string {
  const address = parseAddress(trace);
  if (address === null) return trace;
  const { segment, run } = address;
  return `${trace.slice(0, -segmentAddress(segment, run).length)}${run}/${run}.jsonl`;
}

/** Where the trace is now: one that was moved out of a segment is in a folder of its own, and goes on there. @throws IoError */
export function traceNow(trace: string, files: Pick<Files, "realPath">): string {
  const own = ownFileOf(trace);
  return files.realPath(own) === null ? trace : own;
}

/** What a line begins with, up to the name of its run. */
const NAMED = new RegExp(`^\\{"elapsed_us":\\d+,"event_type":"\\w+","execution_id":"(${TRACE_NAME})"`);

const BRACE = 0x7b;

/** As many bytes of a line as name its run: what comes before the name has a bounded length. */
export const NAMING_BYTES = START_BYTES;

/** The run that the line is of; null where the line does not say, or says what is no name of a trace. */
export function runOfLine(line: Buffer): string | null {
  if (line[0] !== BRACE) return null;
  const run = NAMED.exec(line.toString("latin1", 0, NAMING_BYTES))?.[1] ?? null;
  return run !== null && isTraceName(run) ? run : null;
}

/**
 * The bytes of one run's trace, a line at a time, from a piece of a segment. An incomplete last line belongs to the run
 * that it names alone; one that ends before the name belongs to none.
 */
export function* traceInSegment(pieces: Iterable<Uint8Array>, run: string): Generator<Uint8Array> {
  const name = Buffer.from(`"execution_id":"${run}"`);
  for (const lines of wholeLines(pieces, run)) {
    // Most lines are of other runs: the search passes over them.
    for (let at = lines.indexOf(name); at !== -1; ) {
      const start = lines.lastIndexOf(BREAK, at) + 1;
      const end = lines.indexOf(BREAK, at) + 1 || lines.length;
      const line = lines.subarray(start, end);
      if (runOfLine(line) === run) yield Buffer.from(line);
      at = lines.indexOf(name, end);
    }
  }
}

const BREAK = 0x0a;

/** The pieces, cut behind line breaks. Each is valid until the next is asked for. A long line of another run is truncated. */
function* wholeLines(pieces: Iterable<Uint8Array>, run: string): Generator<Buffer> {
  const begun = new BegunLine((start) => runOfLine(start) === run);
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const end = bytes.lastIndexOf(BREAK) + 1;
    const lines = bytes.subarray(0, end);
    if (end > 0) yield begun.size === 0 ? lines : begun.end(lines);
    begun.add(bytes.subarray(end));
  }
  if (begun.size > 0) yield begun.end(Buffer.alloc(0));
}

/** Where the first line of a run begins in a segment, where its last one ends, and how long its lines are together, in bytes. */
export interface RunInSegment {
  readonly offset: number;
  readonly end: number;
  readonly bytes: number;
}

/** Of every run of a segment that has a whole line, in the order in which they began. */
export function runsInSegment(pieces: Iterable<Uint8Array>): ReadonlyMap<string, RunInSegment> {
  const runs = new Map<string, RunInSegment>();
  addRuns(runs, pieces, 0);
  return runs;
}

/**
 * Adds what a segment has from an offset on, at which a line begins. Answers where an incomplete last line begins, which is
 * counted with the run that it names, or else the end.
 */
export function addRuns(runs: Map<string, RunInSegment>, pieces: Iterable<Uint8Array>, from: number): number {
  let [end, whole] = [from, from];
  for (const { bytes: line, size, isWhole } of linesIn(pieces, () => false)) {
    const offset = end;
    end += size + Number(isWhole);
    if (isWhole) whole = end;
    const run = runOfLine(line);
    const known = run === null ? undefined : runs.get(run);
    // Of a run without a whole line, nothing has happened.
    if (run === null || (known === undefined && !isWhole)) continue;
    runs.set(run, { offset: known?.offset ?? offset, end, bytes: (known?.bytes ?? 0) + end - offset });
  }
  return whole;
}

/** The trace of a run in a segment, or whole lines of the segment that name no run: the number of the first, from 1, and how many. */
export type FoundInSegment =
  | { readonly run: string; readonly place: RunInSegment; readonly trace: Source }
  | { readonly strayLine: number; readonly lines: number };

/** Everything that a segment has, in two passes; of a segment that grows, what it has when they begin. */
export function* tracesInSegment(segment: Pick<Source, "pieces">): Generator<FoundInSegment> {
  const runs = runsInSegment(segment.pieces());
  const held = new Map<string, Buffer[]>();
  let [end, number, strays] = [0, 0, 0];
  const isKept = (start: Buffer) => runs.has(runOfLine(start) ?? "");
  for (const { bytes: line, size, isWhole } of linesIn(segment.pieces(), isKept)) {
    end += size + Number(isWhole);
    number++;
    const run = runOfLine(line);
    if (run === null && isWhole) {
      strays++;
      continue;
    }
    if (strays > 0) yield { strayLine: number - strays, lines: strays };
    strays = 0;
    const place = run === null ? undefined : runs.get(run);
    if (run === null || place === undefined || end > place.end) continue;
    const lines = held.get(run) ?? [];
    lines.push(isWhole ? Buffer.concat([line, LINE_BREAK]) : Buffer.from(line));
    held.set(run, lines);
    if (end < place.end) continue;
    held.delete(run);
    yield { run, place, trace: { size: place.bytes, pieces: () => lines } };
  }
  if (strays > 0) yield { strayLine: number - strays + 1, lines: strays };
}

const LINE_BREAK = Buffer.from("\n");
