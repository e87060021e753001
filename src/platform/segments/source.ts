/** Reads the trace of one run out of a segment, as if it were a file of its own. */

import * as fs from "node:fs";
import { join } from "node:path";
import { type Source, TooLarge } from "../../ports.ts";
import {
  addRuns,
  parseAddress,
  type RunInSegment,
  SEGMENTS,
  type SegmentAddress,
  traceInSegment,
} from "../../trace/segment.ts";
import { attempt } from "../errno.ts";
import { openRegular } from "../file-bytes.ts";

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
  const pieces = () => linesAt(address);
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

/** The segment from which a trace was read last, and what is known of it since the second one. */
let last: { readonly file: string; index: SegmentIndex | null } | null = null;

/** The first trace that is read from a segment is searched for; the next ones are found by an index of the segment. */
function linesAt({ traces, segment, run }: SegmentAddress): Generator<Uint8Array> {
  const file = join(traces, SEGMENTS, segment);
  if (last?.file !== file) {
    last = { file, index: null };
    return traceInSegment(piecesOf(file), run);
  }
  last.index ??= new SegmentIndex(file);
  const { offset, end } = last.index.find(run) ?? { offset: 0, end: 0 };
  return traceInSegment(piecesOf(file, offset, end), run);
}

/** Where the runs of a segment are, which may grow meanwhile, or be replaced. */
class SegmentIndex {
  readonly #file: string;
  #runs = new Map<string, RunInSegment>();
  #inode = -1;
  #size = 0;
  /** Up to the last line break. */
  #whole = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @throws IoError */
  find(run: string): RunInSegment | undefined {
    const { ino = -1, size = 0 } = attempt(() => fs.statSync(this.#file), null) ?? {};
    if (ino !== this.#inode || size < this.#size) {
      this.#runs = new Map();
      this.#whole = 0;
    }
    if (ino !== this.#inode || size !== this.#size)
      this.#whole = addRuns(this.#runs, piecesOf(this.#file, this.#whole, size), this.#whole);
    this.#inode = ino;
    this.#size = size;
    return this.#runs.get(run);
  }
}

/**
 * The bytes of a file from an offset to an end, in order; none where there is none. A piece is valid until the next is
 * asked for. @throws IoError, `ENXIO` for a pipe or a device, `EISDIR` for a folder
 */
export function* piecesOf(file: string, offset = 0, end = Number.POSITIVE_INFINITY): Generator<Uint8Array> {
  const descriptor = attempt(() => openRegular(file), null);
  if (descriptor === null) return;
  const piece = Buffer.allocUnsafe(Math.min(PIECE, end - offset));
  try {
    for (let at = offset; at < end; ) {
      const wanted = Math.min(piece.length, end - at);
      const length = attempt(() => fs.readSync(descriptor, piece, 0, wanted, at), 0);
      if (length === 0) return;
      yield piece.subarray(0, length);
      at += length;
    }
  } finally {
    fs.closeSync(descriptor);
  }
}
