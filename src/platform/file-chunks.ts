/** Reads a file of any size in chunks. */

import * as fs from "node:fs";
import { IoError, type Source } from "../ports.ts";
import { attempt } from "./errno.ts";
import { nodeFiles } from "./node-ports.ts";
import { openSegmented, piecesOf } from "./segments/source.ts";

/** A file up to this size is read at once. */
const WHOLE = 2 ** 23;

/**
 * Null if there is no file, and no trace in a segment of this address. @throws IoError, also for a pipe or a device, which
 * is not opened: whoever has opened it to write would lose its reader.
 */
export function openSource(file: string): Source | null {
  const stat = attempt(() => fs.statSync(file, { throwIfNoEntry: false }), undefined);
  if (stat === undefined) return openSegmented(file);
  if (!stat.isFile() && !stat.isDirectory()) throw new IoError("ENXIO", { path: file });
  if (stat.isFile() && stat.size > WHOLE) return { size: stat.size, pieces: () => piecesOf(file) };
  const bytes = nodeFiles.read(file);
  return bytes === null ? null : { size: bytes.length, pieces: () => [bytes] };
}
