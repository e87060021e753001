/** Lines out of bytes that come in pieces, however these are cut. */

import { SIZE } from "../json/limits.ts";

export interface Line {
  /** Without the line break. Valid until the next line is asked for. Of more than a text may be, the beginning. */
  readonly bytes: Buffer;
  /** False for what stands behind the last line break. */
  readonly isWhole: boolean;
}

const BREAK = 0x0a;

/** In order; nothing is kept of a piece once its last line was handed out. */
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
    // The piece may be used again for the next one. What is too long to be read is too long already.
    if (start < bytes.length && held <= SIZE.text) begun.push(Buffer.from(bytes.subarray(start)));
    held += bytes.length - start;
  }
  if (begun.length > 0) yield { bytes: Buffer.concat(begun), isWhole: false };
}
