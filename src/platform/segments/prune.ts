/** Removes runs from a segment that nobody writes. */

import * as fs from "node:fs";
import { dirname } from "node:path";
import type { LockedSegment } from "../../ports.ts";
import { linesIn } from "../../trace/chunks.ts";
import { runOfLine } from "../../trace/segment.ts";
import { syncFolder, writeDraft, writeWhole } from "../file-bytes.ts";
import { token } from "../lock/lock-owner.ts";
import { draftOf } from "../own-names.ts";
import { piecesOf } from "./source.ts";
import { isWrittenHere, lockSegment, writerOf } from "./writer.ts";

/** Null while a process writes it, or has it for something else. @throws the system's own error */
export function lockToPrune(segment: string): LockedSegment | null {
  if (
    !fs.lstatSync(segment, { throwIfNoEntry: false })?.isFile() ||
    isWrittenHere(segment) ||
    writerOf(segment, "") !== null
  )
    return null;
  const unlock = lockSegment(segment);
  return unlock && { unlock, remove: (isRemoved) => removeRuns(segment, isRemoved) };
}

/** All of it or nothing, whenever the process is killed. Where no run is left, the file goes. */
function removeRuns(segment: string, isRemoved: (run: string) => boolean): void {
  let isRunLeft = false;
  const isKept = (line: Buffer): boolean => {
    const run = runOfLine(line);
    if (run === null) return true;
    if (isRemoved(run)) return false;
    isRunLeft = true;
    return true;
  };
  const write = (file: number) => {
    for (const bytes of keptBytes(segment, isKept)) writeWhole(file, bytes);
    fs.fsyncSync(file);
  };
  writeDraft(draftOf(segment, token), segment, write, fs.statSync(segment).mode & 0o777);
  if (!isRunLeft) fs.rmSync(segment);
  syncFolder(dirname(segment));
}

/** The lines that are kept, of which the first bytes decide. A line of any length is never in memory as a whole. */
function* keptBytes(segment: string, isKept: (start: Buffer) => boolean): Generator<Uint8Array> {
  let [lines, size, end]: [Buffer[], number, number] = [[], 0, 0];
  for (const line of linesIn(piecesOf(segment), () => false)) {
    const start = end;
    end += line.size + Number(line.isWhole);
    if (!isKept(line.bytes)) continue;
    const isCut = line.bytes.length < line.size;
    if (!isCut) lines.push(Buffer.from(line.bytes), ...(line.isWhole ? [BREAK] : []));
    size += line.bytes.length;
    if (!isCut && size < MOST_BYTES) continue;
    yield Buffer.concat(lines);
    [lines, size] = [[], 0];
    if (isCut) yield* piecesOf(segment, start, end);
  }
  yield Buffer.concat(lines);
}

const MOST_BYTES = 1 << 20;
const BREAK = Buffer.from("\n");
