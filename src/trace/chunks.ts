/** Splits a stream of byte chunks into lines. */

import { SIZE } from "../json/limits.ts";

export interface Line {
  /** Without the line break. Valid until the next line is read. One that is too long for a string, or not kept, is truncated. */
  readonly bytes: Buffer;
  /** How many there are, without the line break. */
  readonly size: number;
  /** False for a rest after the last line break. */
  readonly isWhole: boolean;
}

const BREAK = 0x0a;

/** The first bytes of a line, by which it is decided whether it is kept. */
export const START_BYTES = 512;

/**
 * The lines in order. A chunk is released after its last line was returned. Of a line that goes beyond a chunk, `isKept` is
 * asked once with its first bytes.
 */
export function* linesIn(
  pieces: Iterable<Uint8Array>,
  isKept: (start: Buffer) => boolean = () => true,
): Generator<Line> {
  const begun = new BegunLine(isKept);
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(BREAK); end !== -1; end = bytes.indexOf(BREAK, start)) {
      const rest = bytes.subarray(start, end);
      const size = begun.size + rest.length;
      yield { bytes: begun.size === 0 ? rest : begun.end(rest), size, isWhole: true };
      start = end + 1;
    }
    begun.add(bytes.subarray(start));
  }
  const { size } = begun;
  if (size > 0) yield { bytes: begun.end(NOTHING), size, isWhole: false };
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
