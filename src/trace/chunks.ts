/** Splits a stream of byte chunks into lines. */

import { SIZE } from "../json/limits.ts";

export interface Line {
  /** Without the line break. Valid until the next line is read. A line that is too long for a string is truncated. */
  readonly bytes: Buffer;
  /** False for a rest after the last line break. */
  readonly isWhole: boolean;
}

const BREAK = 0x0a;

/** The lines in order. A chunk is released after its last line was returned. */
export function* linesIn(pieces: Iterable<Uint8Array>): Generator<Line> {
  let begun: Buffer[] = [];
  let held = 0;
  for (const piece of pieces) {
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(BREAK); end !== -1; end = bytes.indexOf(BREAK, start)) {
      const rest = bytes.subarray(start, end);
      yield { bytes: begun.length === 0 ? rest : Buffer.concat([...begun, rest]), isWhole: true };
      begun = [];
      held = 0;
      start = end + 1;
    }
    // The caller may reuse the chunk, so it is copied, unless the line is too long already.
    if (start < bytes.length && held <= SIZE.text) begun.push(Buffer.from(bytes.subarray(start)));
    held += bytes.length - start;
  }
  if (begun.length > 0) yield { bytes: Buffer.concat(begun), isWhole: false };
}
