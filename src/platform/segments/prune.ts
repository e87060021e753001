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
  let kept = 0;
  const draft = draftOf(segment, token);
  const write = (file: number) => {
    for (const { run, lines } of runsOfLines(segment)) {
      if (run !== null && isRemoved(run)) continue;
      if (run !== null) kept++;
      writeWhole(file, lines);
    }
    fs.fsyncSync(file);
  };
  writeDraft(draft, segment, write, fs.statSync(segment).mode & 0o777);
  if (kept === 0) fs.rmSync(segment);
  syncFolder(dirname(segment));
}

/** The bytes of the segment, cut where the run of a line is another than that of the line before. */
function* runsOfLines(segment: string): Generator<{ readonly run: string | null; readonly lines: Buffer }> {
  let [run, lines]: [string | null, Buffer[]] = [null, []];
  let size = 0;
  for (const { bytes, isWhole } of linesIn(piecesOf(segment))) {
    const named = runOfLine(bytes);
    if (named !== run || size > MOST_BYTES) {
      if (lines.length > 0) yield { run, lines: Buffer.concat(lines) };
      [run, lines, size] = [named, [], 0];
    }
    lines.push(Buffer.from(bytes), ...(isWhole ? [BREAK] : []));
    size += bytes.length;
  }
  if (lines.length > 0) yield { run, lines: Buffer.concat(lines) };
}

const MOST_BYTES = 1 << 20;
const BREAK = Buffer.from("\n");
