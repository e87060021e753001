/** Reads a file of any size in chunks. */

import * as fs from "node:fs";
import type { Source } from "../ports.ts";
import { attempt, nodeFiles } from "./node-ports.ts";

/** A file up to this size is read at once. */
const WHOLE = 2 ** 23;
const PIECE = 2 ** 20;

/** Null if there is no file. Input that cannot be read twice, such as a pipe, is kept in memory. @throws IoError */
export function openSource(file: string): Source | null {
  const stat = attempt(() => fs.statSync(file), null);
  if (stat?.isFile() === true && stat.size > WHOLE) {
    return { size: stat.size, pieces: () => piecesOf(file) };
  }
  const bytes = nodeFiles.read(file);
  return bytes === null ? null : { size: bytes.length, pieces: () => [bytes] };
}

function* piecesOf(file: string): Generator<Uint8Array> {
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
