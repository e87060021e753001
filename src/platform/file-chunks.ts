/** Reads a file of any size in chunks. */

import * as fs from "node:fs";
import type { Source } from "../ports.ts";
import { attempt } from "./errno.ts";
import { nodeFiles } from "./node-ports.ts";
import { openSegmented, piecesOf } from "./segment-source.ts";

/** A file up to this size is read at once. */
const WHOLE = 2 ** 23;

/**
 * Null if there is no file, and no trace in a segment of this address. Input that cannot be read twice, such as a pipe, is
 * kept in memory. @throws IoError
 */
export function openSource(file: string): Source | null {
  const stat = attempt(() => fs.statSync(file), null);
  if (stat === null) return openSegmented(file);
  if (stat.isFile() && stat.size > WHOLE) return { size: stat.size, pieces: () => piecesOf(file) };
  const bytes = nodeFiles.read(file);
  return bytes === null ? null : { size: bytes.length, pieces: () => [bytes] };
}
