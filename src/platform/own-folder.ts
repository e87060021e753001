/** Gives the trace of a run that is in a segment a folder of its own, for what is written beside a trace or behind it. */

import * as fs from "node:fs";
import * as path from "node:path";
import { TraceFault } from "../errors/ports.ts";
import { SIZE } from "../json/limits.ts";
import { readObjectText } from "../json/parse.ts";
import type { LockHolder, TraceAccess } from "../ports.ts";
import { MAIN_RUN } from "../trace/event.ts";
import { ownFileOf, parseAddress, SEGMENTS } from "../trace/segment.ts";
import { codeOf, errnoOf } from "./errno.ts";
import { syncFolder } from "./file-bytes.ts";
import { holderOf } from "./lock/lock.ts";
import { token } from "./lock/lock-owner.ts";
import { makeFolders } from "./make-folders.ts";
import { draftOf, lockOf } from "./own-names.ts";
import { readSegmented } from "./segments/source.ts";
import { isWrittenHere, lockSegment, writerOf } from "./segments/writer.ts";
import { TRACE_MODES } from "./trace-files.ts";

/**
 * The path of the trace's file in its own folder, which is where the trace is from then on. Where it is not there yet, it is
 * made of the lines in the segment, for those who may read that; the segment stays as it is. Any other path is answered as
 * it is, and so is an address at which there is no trace. If the process is killed, the file is whole or not there.
 * @throws TraceFault `TRACE_BUSY` while the run may go on in the segment, `TRACE_UNWRITABLE`
 */
export function ownFolder(file: string): string {
  const address = parseAddress(file);
  if (address === null || fs.existsSync(file)) return file;
  const { traces, run } = address;
  const own = ownFileOf(file);
  const segment = path.resolve(traces, SEGMENTS, address.segment);
  if (fs.existsSync(own)) return own;
  if (!fs.existsSync(segment)) return file;
  try {
    return reserved({ segment, run, file }, (place) => {
      if (fs.existsSync(own)) return own;
      const bytes = readSegmented(file, SIZE.text);
      if (bytes === null) return file;
      makeOwn(own, bytes, segment, place);
      return own;
    });
  } catch (error) {
    if (error instanceof TraceFault) throw error;
    const facts = { folder: path.dirname(own), file: own, errno: errnoOf(error), effects: [], more: 0 };
    throw new TraceFault("TRACE_UNWRITABLE", facts, { cause: error });
  }
}

function makeOwn(own: string, bytes: Uint8Array, segment: string, place: Place): void {
  const modes = TRACE_MODES[accessOf(segment)];
  const folder = path.dirname(own);
  const made = makeFolders(path.resolve(folder), modes.folder);
  const draft = draftOf(segment, token);
  try {
    writeSynced(draft, bytes, modes.file);
    place(draft, own);
  } catch (error) {
    fs.rmSync(draft, { force: true });
    throw error;
  }
  for (const one of [folder, ...made]) syncFolder(one);
}

function accessOf(file: string): TraceAccess {
  const { mode } = fs.statSync(file);
  return mode & 0o004 ? "all" : mode & 0o040 ? "group" : "owner";
}

interface Moved {
  /** As an absolute path. */
  readonly segment: string;
  readonly run: string;
  /** The address as it was given. */
  readonly file: string;
}

/** Puts the draft where the file will be. */
type Place = (draft: string, file: string) => void;

/**
 * Does the work while nobody goes on with the run in the segment. A writer of which nothing is known, of another host or of
 * before a restart, prevents that: it may be alive. @throws TraceFault `TRACE_BUSY`
 */
function reserved<T>(moved: Moved, work: (place: Place) => T): T {
  const { segment, run, file } = moved;
  const writer = writerOf(segment, run);
  // A run that has ended stays as it is, and one that this process has stopped is not gone on with by another one.
  if (writer !== null && !hasEnded(file)) throw busy(moved, writer);
  if (writer !== null || isWrittenHere(segment)) return work(placeNew);
  const unlock = lockSegment(segment);
  if (unlock === null) throw busy(moved, holderOf(lockOf(segment)));
  try {
    return work(fs.renameSync);
  } finally {
    unlock();
  }
}

/** Without a lock, another process may have placed the file and added to it: then that file stays. It begins with these bytes. */
function placeNew(draft: string, file: string): void {
  try {
    fs.linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") fs.renameSync(draft, file);
  }
  fs.rmSync(draft, { force: true });
}

function writeSynced(file: string, bytes: Uint8Array, mode: number): void {
  const descriptor = fs.openSync(file, "wx", mode);
  try {
    fs.writeFileSync(descriptor, bytes);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}

function busy({ file, run }: Moved, holder: LockHolder | null): TraceFault {
  const { pid = null, host = null, since = null } = holder ?? {};
  // The segment: its lock is beside it.
  return new TraceFault("TRACE_BUSY", { file: file.slice(0, -`#${run}`.length), pid, host, since });
}

/** Whether the last event is the end of the run, or says that it waits. */
function hasEnded(file: string): boolean {
  const text = String(readSegmented(file, SIZE.text) ?? "");
  const last = text.slice(text.lastIndexOf("\n", text.lastIndexOf("\n") - 1) + 1, text.lastIndexOf("\n"));
  const read = readObjectText(last);
  if ("defect" in read || read.value["run"] !== MAIN_RUN) return false;
  return ["workflow_complete", "run_suspended"].includes(String(read.value["event_type"]));
}
