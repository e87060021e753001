/** Reads the trace of one run out of a segment, as if it were a file of its own. */

import * as fs from "node:fs";
import { join } from "node:path";
import { type Source, TooLarge } from "../ports.ts";
import { parseAddress, SEGMENTS, traceInSegment } from "../trace/segment.ts";
import { attempt } from "./errno.ts";

/** A trace up to this size is kept in memory, so that its segment is searched once. */
const WHOLE = 2 ** 23;
const PIECE = 2 ** 20;

/**
 * The trace at an address `<traces>/segments/<file>#<run>`; null for every other path, and where the segment has no line of
 * the run. @throws IoError
 */
export function openSegmented(path: string): Source | null {
  const address = parseAddress(path);
  if (address === null) return null;
  const file = join(address.traces, SEGMENTS, address.segment);
  const pieces = () => traceInSegment(piecesOf(file), address.run);
  let kept: Uint8Array[] | null = [];
  let size = 0;
  for (const line of pieces()) {
    size += line.length;
    if (size > WHOLE) kept = null;
    kept?.push(line);
  }
  if (size === 0) return null;
  const whole = kept === null ? null : Buffer.concat(kept);
  return { size, pieces: whole === null ? pieces : () => [whole] };
}

/** The bytes of the trace at an address, null as above. @throws IoError, TooLarge where they are more than `most` */
export function readSegmented(path: string, most: number): Uint8Array | null {
  const source = openSegmented(path);
  if (source === null) return null;
  if (source.size > most) throw new TooLarge(source.size);
  return Buffer.concat([...source.pieces()]);
}

/** The bytes of a file, in order; none where there is none. A piece is valid until the next is asked for. @throws IoError */
export function* piecesOf(file: string): Generator<Uint8Array> {
  const descriptor = attempt(() => fs.openSync(file, "r"), null);
  if (descriptor === null) return;
  const piece = Buffer.allocUnsafe(PIECE);
  try {
    for (;;) {
      const length = attempt(() => fs.readSync(descriptor, piece, 0, PIECE, null), 0);
      if (length === 0) return;
      yield piece.subarray(0, length);
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
