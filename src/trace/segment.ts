/** A segment holds the lines of several traces, as they were written: each names its run, and each run is a chain of its own. */

import { linesIn } from "./chunks.ts";

/** Where a run's lines are in its segment. */
export interface SegmentPlace {
  /** The name of the segment's file. */
  readonly segment: string;
  /** Where its first line begins. */
  readonly offset: number;
  /** Where its last line ends; the lines of other runs may be between. */
  readonly end: number;
}

/** The members in front of a run's name have a bounded length; a payload comes behind it. */
const NAMED = /^\{"elapsed_us":\d+,"event_type":"\w+","execution_id":"([^"\\]+)"/;
const FIRST_BYTES = 512;

/** The run that the line is of; null where the line does not say. */
export function runOfLine(line: Buffer): string | null {
  return NAMED.exec(line.toString("latin1", 0, FIRST_BYTES))?.[1] ?? null;
}

/**
 * The bytes of one run's trace, a line at a time, from a piece of a segment. An incomplete last line belongs to the run
 * that it names alone; one that ends before the name belongs to none.
 */
export function* traceInSegment(pieces: Iterable<Uint8Array>, run: string): Generator<Uint8Array> {
  for (const { bytes, isWhole } of linesIn(pieces)) {
    if (runOfLine(bytes) !== run) continue;
    yield isWhole ? Buffer.concat([bytes, LINE_BREAK]) : bytes;
  }
}

const LINE_BREAK = Buffer.from("\n");
