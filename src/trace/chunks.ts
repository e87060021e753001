/** Splits a stream of byte chunks into lines. */

import { SIZE } from "../json/limits.ts";

export interface Line {
  /** Without the line break. Valid until the next lines are read. One that is too long for a string, or not kept, is truncated. */
  readonly bytes: Buffer;
  /** How many there are, without the line break. */
  readonly size: number;
  /** False for a rest after the last line break. */
  readonly isWhole: boolean;
}

const BREAK = 0x0a;

/** The first bytes of a line, by which it is decided whether it is kept. */
export const START_BYTES = 512;

/** The lines in order, one at a time. */
export function* linesIn(
  pieces: Iterable<Uint8Array>,
  isKept: (start: Buffer) => boolean = () => true,
): Generator<Line> {
  for (const { lines } of lineGroupsIn(pieces, isKept)) for (const line of lines) yield line;
}

export interface LineGroup {
  /** The lines as they follow each other in memory, each with its line break; the last one may have none. */
  readonly bytes: Buffer;
  readonly lines: readonly Line[];
}

/** So few that their bytes are still in the processor's cache when the last one was read. */
const GROUP_LINES = 32;

/**
 * The lines in order, several at a time. A chunk is released after its last lines were returned. Of a line that goes beyond
 * a chunk, `isKept` is asked once with its first bytes.
 */
export function* lineGroupsIn(
  pieces: Iterable<Uint8Array>,
  isKept: (start: Buffer) => boolean = () => true,
): Generator<LineGroup> {
  const begun = new BegunLine(isKept);
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let end = bytes.indexOf(BREAK);
    let start = 0;
    if (begun.size > 0 && end !== -1) {
      const size = begun.size + end;
      yield alone(begun.end(bytes.subarray(0, end)), size, true);
      start = end + 1;
      end = bytes.indexOf(BREAK, start);
    }
    for (let from = start; end !== -1; from = start) {
      const lines: Line[] = [];
      for (; end !== -1 && lines.length < GROUP_LINES; end = bytes.indexOf(BREAK, start)) {
        lines.push({ bytes: bytes.subarray(start, end), size: end - start, isWhole: true });
        start = end + 1;
      }
      yield { bytes: bytes.subarray(from, start), lines };
    }
    begun.add(bytes.subarray(start));
  }
  const { size } = begun;
  if (size > 0) yield alone(begun.end(NOTHING), size, false);
}

function alone(bytes: Buffer, size: number, isWhole: boolean): LineGroup {
  return { bytes, lines: [{ bytes, size, isWhole }] };
}

const NOTHING = Buffer.alloc(0);

/** A line whose end is not there yet. */
export class BegunLine {
  readonly #isKept: (start: Buffer) => boolean;
  #parts: Buffer[] = [];
  #most: number = SIZE.text;
  #size = 0;

  constructor(isKept: (start: Buffer) => boolean) {
    this.#isKept = isKept;
  }

  get size(): number {
    return this.#size;
  }

  /** Copies them, because the caller may reuse its chunk, unless the line is too long already. */
  add(bytes: Buffer): void {
    const before = this.#size;
    this.#size += bytes.length;
    if (bytes.length === 0 || before > this.#most) return;
    this.#parts.push(Buffer.from(bytes));
    const isStarted = before < START_BYTES && this.#size >= START_BYTES;
    if (isStarted && !this.#isKept(Buffer.concat(this.#parts))) this.#most = 0;
  }

  /** All that is kept, with what follows; the next bytes are those of another line. */
  end(rest: Buffer): Buffer {
    const all = Buffer.concat([...this.#parts, rest]);
    this.#parts = [];
    this.#most = SIZE.text;
    this.#size = 0;
    return all;
  }
}
