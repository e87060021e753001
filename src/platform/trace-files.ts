/** The files of traces: made for a run that begins, locked while it is appended to, and opened again to go on. */

import * as fs from "node:fs";
import * as path from "node:path";
import { TraceFault } from "../errors/ports.ts";
import type { LockedTrace, LockHolder, SecretsFile, TraceAccess, TraceFile, TraceFolder } from "../ports.ts";
import { parseAddress, SEGMENTS } from "../trace/segment.ts";
import { errnoOf } from "./errno.ts";
import { requireAt, syncFolder, syncOpened, unlessAbsent, writeWhole } from "./file-bytes.ts";
import { holderOf, tryTake } from "./lock/lock.ts";
import { release } from "./lock/lock-link-pool.ts";
import { makeFolders } from "./make-folders.ts";
import { linksIn, lockOf } from "./own-names.ts";
import {
  isFolderNumber,
  mayBeInSegment,
  momentOfName,
  namesGivenIn,
  nextFolderNumber,
  numberedName,
} from "./segments/names.ts";
import { writerOf } from "./segments/writer.ts";

/** Permissions of the files of a run; the umask may reduce them. */
export const TRACE_MODES = {
  owner: { folder: 0o700, file: 0o600 },
  group: { folder: 0o750, file: 0o640 },
  all: { folder: 0o755, file: 0o644 },
} as const;

/**
 * A new folder for one run's files, `<traces>/<id>`; a name already taken gets `_2`, `_3`, …
 * @throws TraceFault
 */
export function openTrace(traces: string, wanted: string, access: TraceAccess = "owner"): TraceFolder {
  const mode = TRACE_MODES[access];
  try {
    const { id, folder } = makeFolder(traces, wanted, mode.folder);
    const file = path.join(folder, `${id}.jsonl`);
    const unlock = lockTrace(file);
    const descriptor = orUnlocked(unlock, () => fs.openSync(file, "wx", mode.file));
    const opened = traceFile(file, descriptor, [[folder, traces], unsyncedOf(traces)], unlock);
    return { id, folder, file: opened, secrets: secretsFile(folder, id) };
  } catch (error) {
    if (error instanceof TraceFault) throw error;
    throw traceUnwritable({ folder: traces, file: null }, error);
  }
}

/** @throws TraceFault `TRACE_BUSY` while another process has it that is not known to have ended, `TRACE_UNWRITABLE` */
export function lockTraceFile(file: string): LockedTrace {
  const id = path.basename(file, ".jsonl");
  const folder = path.dirname(file);
  const unlock = guardedBy({ folder, file }, () => lockTrace(file));
  return {
    ...{ id, folder, unlock, secrets: secretsFile(folder, id) },
    continueAfter: (bytes) =>
      guardedBy({ folder, file }, () => {
        const descriptor = orUnlocked(unlock, () =>
          fs.openSync(file, fs.constants.O_WRONLY | fs.constants.O_APPEND),
        );
        return continuing(file, descriptor, bytes, unlock);
      }),
  };
}

function secretsFile(folder: string, id: string): SecretsFile {
  const file = path.join(folder, `${id}.secrets`);
  const guarded = <T>(work: () => T) => guardedBy({ folder, file }, work);
  return {
    read: () => guarded(() => (fs.existsSync(file) ? fs.readFileSync(file, "utf8") : null)),
    append: (text) => guarded(() => fs.appendFileSync(file, text, { mode: TRACE_MODES.owner.file })),
    remove: () => guarded(() => unlessAbsent(() => fs.unlinkSync(file))),
  };
}

/** Who appends to the trace now, at its address where it is in a segment; null where nobody does. */
export function traceHolder(file: string): LockHolder | null {
  const shared = parseAddress(file);
  if (shared !== null) return writerOf(path.join(shared.traces, SEGMENTS, shared.segment), shared.run);
  const holder = holderOf(lockOf(file));
  return holder?.state === "dead" ? null : holder;
}

function lockTrace(file: string): () => void {
  const folder = path.dirname(file);
  const name = path.basename(file);
  const isInOwnFolder = name === `${path.basename(folder)}.jsonl`;
  const links = isInOwnFolder ? linksIn(path.resolve(folder, "..")) : null;
  const lock = { path: lockOf(file), folder, links };
  for (let attempts = 0; !tryTake(lock, name); attempts++) {
    const { state = "dead", pid = null, host = null, since = null } = holderOf(lock.path) ?? {};
    // Another process may be taking over the lock of a dead one.
    if (state !== "dead" || attempts >= 100) throw new TraceFault("TRACE_BUSY", { file, pid, host, since });
  }
  let isHeld = true;
  return () => {
    if (isHeld) release(lock);
    isHeld = false;
  };
}

function orUnlocked<T>(unlock: () => void, work: () => T): T {
  try {
    return work();
  } catch (error) {
    unlock();
    throw error;
  }
}

function guardedBy<T>(place: { readonly folder: string; readonly file: string | null }, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TraceFault) throw error;
    throw traceUnwritable(place, error);
  }
}

/** Appends behind the first bytes, and cuts off what is behind them before that. */
function continuing(file: string, descriptor: number, bytes: number, unlock: () => void): TraceFolder["file"] {
  const opened = traceFile(file, descriptor, [], unlock);
  let isCut = false;
  return {
    ...opened,
    append(text) {
      if (!isCut) guardedBy({ folder: path.dirname(file), file }, () => fs.ftruncateSync(descriptor, bytes));
      isCut = true;
      opened.append(text);
    },
  };
}

/** By traces folder that this process made: where its name, and those above it, may not have reached the device yet. */
const unsynced = new Map<string, string[]>();

/** The same list for every run of the folder: the first that is synced syncs it for all. */
export function unsyncedOf(traces: string): string[] {
  const key = path.resolve(traces);
  const list = unsynced.get(key) ?? [];
  unsynced.set(key, list);
  return list;
}

/** Makes the traces folder where there is none. @throws the system's own error */
export function makeTracesFolder(traces: string, access: TraceAccess): void {
  const list = unsyncedOf(traces);
  for (const parent of makeFolders(traces, TRACE_MODES[access].folder)) list.push(parent);
}

function makeFolder(
  traces: string,
  wanted: string,
  mode: number,
): { readonly id: string; readonly folder: string } {
  const root = path.resolve(traces);
  const moment = momentOfName(wanted);
  const names = moment === null ? null : namesGivenIn(root);
  const isGiven = names !== null && moment !== null && names.accepts(moment);
  for (let number = 1; ; ) {
    const id = isGiven ? names.give(wanted, moment) : numberedName(wanted, number);
    const folder = path.join(traces, id);
    try {
      fs.mkdirSync(folder, { mode });
    } catch (error) {
      const list = unsyncedOf(traces);
      if (errnoOf(error) === "ENOENT") for (const parent of makeFolders(traces, mode)) list.push(parent);
      else if (errnoOf(error) === "EEXIST")
        number = isFolderNumber(number) ? nextFolderNumber(number) : number + 1;
      else throw error;
      continue;
    }
    // Looked for after the folder is made; who makes a segment makes it before it looks for folders: one sees the other.
    if (isGiven || isFolderNumber(number) || !mayBeInSegment(root, wanted)) return { id, folder };
    fs.rmdirSync(folder);
    number = nextFolderNumber(number);
  }
}

function traceUnwritable(
  place: { readonly folder: string; readonly file: string | null },
  cause: unknown,
): TraceFault {
  const facts = { ...place, errno: errnoOf(cause), effects: [], more: 0 };
  return new TraceFault("TRACE_UNWRITABLE", facts, { cause });
}

/** Of a file to which no other run appends. */
export function appendedAtOnce(this: Pick<TraceFile, "append">, text: string): null {
  if (text !== "") this.append(text);
  return null;
}

/**
 * `unsyncedLists` have the folders in which names were made that may not have reached the device yet.
 */
function traceFile(
  file: string,
  descriptor: number,
  unsyncedLists: readonly string[][],
  unlock: () => void,
): TraceFolder["file"] {
  const own = fs.fstatSync(descriptor);
  const guarded = (work: () => void) => guardedBy({ folder: path.dirname(file), file }, work);
  return {
    append: (text) =>
      guarded(() => {
        writeWhole(descriptor, Buffer.from(text));
        requireAt(file, own);
      }),
    appendTogether: appendedAtOnce,
    async sync() {
      try {
        await syncOpened(descriptor);
        for (const list of unsyncedLists) for (const one of list.splice(0)) syncFolder(one);
      } catch (error) {
        throw traceUnwritable({ folder: path.dirname(file), file }, error);
      }
    },
    close: () =>
      guarded(() => {
        fs.closeSync(descriptor);
        unlock();
      }),
  };
}
