/** The file of one store: looked for anew by every operation, and every failure is a `StoreFault` without absolute paths. */

import { type BigIntStats, closeSync, lstatSync } from "node:fs";
import { Fault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import type { IndexFile, StoreFile, StoreStamp } from "../ports.ts";
import { systemErrno } from "./errno.ts";
import {
  append,
  appendWhole,
  openToSync,
  read,
  readAt,
  readFrom,
  readOpenedAt,
  readOpenedFrom,
  replace,
  syncFile,
  syncFolder,
  syncOpened,
  truncate,
  unlessAbsent,
} from "./file-bytes.ts";
import { Gathering } from "./gathering.ts";
import { openIndexFile } from "./index-file.ts";
import { KeptFile } from "./kept-file.ts";
import { type Attempt, deadlineIn, holderOf, tryLocked } from "./lock/lock.ts";
import { token } from "./lock/lock-owner.ts";
import { SharedLock } from "./lock/shared-lock.ts";
import { draftOf, INDEXES, lockOf } from "./own-names.ts";
import { sharedSync } from "./shared-sync.ts";
import {
  type Approach,
  type Located,
  locate,
  lookAt,
  placeOf,
  type Root,
  reach,
  statAt,
  type Unsynced,
} from "./store-location.ts";

export interface DataRootOptions {
  /** Milliseconds a writer waits for another one before it gives up. */
  readonly lockTimeout: number;
  /** Bytes by which a store must have grown before an index of it is written. */
  readonly indexWorth: number;
  /** Called for a store that was replaced and could not keep its owner or group. */
  readonly ownerLost: (file: string) => void;
  /** Permissions of what is made; the umask may reduce them. */
  readonly modes: Modes;
  /** The folder for the link by which a process takes its next lock faster; by default that of each lock. */
  readonly lockLinks: string | undefined;
}

export interface Modes {
  readonly folder: number;
  readonly file: number;
}

/** A store while its lock is held: its folder is not looked for again. */
interface Held extends Located {
  /** Undefined where nobody has looked since the lock was taken, or since the last write. */
  stat: Located["stat"];
  /** What is to be added to the file that was found. */
  readonly gathering: Gathering;
}

/** The file has become a link since, and what it leads to has another lock. */
const LINKED = Symbol();

export function openStoreFile(root: Root, name: string, options: DataRootOptions): StoreFile {
  const { unsynced } = root;
  const { file: mode } = options.modes;
  const place = placeOf(root, name);
  const indexes = new Map<string, IndexFile>();
  const file = new KeptFile();
  let held: Held | undefined;
  let isDirty = false;
  const withFile = <T>(approach: Approach, work: (at: Located) => T): T => {
    if (held === undefined) return reach(place, approach, work);
    writeSoFar(held);
    return work(held);
  };
  const reading = <T>(work: (at: Located) => T): T => attempt("UNREADABLE", name, () => withFile("look", work));
  const writing = <T>(work: (at: Located) => T, approach: Approach = "make"): T =>
    attempt("UNWRITABLE", name, () => withFile(approach, work));
  const look = <T>(work: (at: Located) => T): T | null =>
    attempt("UNREADABLE", name, () => unlessAbsent(() => withFile("look", work)));
  const stampOf = (stat: BigIntStats | null): StoreStamp | null => {
    if (stat === null) return null;
    if (!stat.isFile())
      throw new StoreFault("UNREADABLE", { file: name, errno: stat.isDirectory() ? "EISDIR" : "ENXIO" });
    const identity = file.identityOf(stat);
    return { identity, size: Number(stat.size), modified: String(stat.mtimeNs) };
  };
  /** Of a store that nobody holds, what was found on the way to it. */
  const statOf = (found: Located): BigIntStats | null => {
    if (found !== held) return found.stat === undefined ? statAt(found.path) : found.stat;
    if (held.stat === undefined) held.stat = statAt(held.plainPath);
    return held.stat;
  };
  const changing = () => {
    isDirty = true;
    if (held !== undefined) held.stat = undefined;
  };
  /** Adds to the file that was found under the lock, and to no other. */
  const writeTogether = (bytes: Uint8Array, isSeveral: boolean): StoreStamp | null =>
    attempt("UNWRITABLE", name, () => {
      const at = held as Held;
      if (isSeveral) at.stat = lookAt(at.plainPath);
      const opened = file.openedAt(at.path, at.stat ?? null);
      if (opened === null) throw new StoreFault("UNWRITABLE", { file: name, errno: "ESTALE" });
      changing();
      appendWhole(opened, bytes, name);
      at.stat = file.statNow();
      return stampOf(at.stat ?? null);
    });
  /** For what is done next, which has to find it in the file. */
  const writeSoFar = ({ gathering }: Held) => {
    if (gathering.write()) lock.confirm();
  };
  /** False where it has to be written at once: the file is not there yet, or cannot be kept open. */
  const gather = (at: Held, text: string): boolean => {
    const before = at.gathering.stamp ?? stampOfKept(at);
    if (before === null) return false;
    at.gathering.add(text, before);
    if (at.gathering.isMuch) writeSoFar(at);
    return true;
  };
  const stampOfKept = (at: Held): StoreStamp | null =>
    attempt("UNWRITABLE", name, () => {
      const stat = statOf(at);
      return file.openedAt(at.path, stat) === null ? null : stampOf(stat);
    });
  const syncBytes = async () => {
    const opened = writing(({ path }) => openToSync(path));
    // What is written from here on may not be covered.
    isDirty = false;
    try {
      await syncOpened(opened);
    } catch (error) {
      isDirty = true;
      throw toFault("UNWRITABLE", name, error);
    } finally {
      closeSync(opened);
    }
  };
  const hold = (work: () => void, deadline: number): Attempt<void> => {
    const isKnown = file.isOpen;
    const whileHeld = (found: Located) => () => {
      const { folder, path, plainPath } = found;
      held = { folder, path, plainPath, stat: undefined, gathering: new Gathering(writeTogether) };
      try {
        if (isKnown && statOf(held)?.isSymbolicLink()) return LINKED;
        work();
        held.gathering.write();
      } finally {
        held = undefined;
      }
    };
    const done = writing(
      (found) => {
        const lock = { path: lockOf(found.path), folder: found.folder, links: options.lockLinks };
        return tryLocked(lock, name, deadline, whileHeld(found));
      },
      isKnown ? "trust" : "make",
    );
    if (done?.value !== LINKED) return done as Attempt<void>;
    file.close();
    return hold(work, deadline);
  };
  const lock = new SharedLock(hold, () => {
    const gathering = held?.gathering;
    if (gathering === undefined || gathering.hasFailed) return false;
    if (gathering.isEmpty) lock.confirm();
    return file.isOpen;
  });
  const openIndex = (kind: string): IndexFile => {
    // Derived data does not have to reach the device.
    const index = placeOf({ ...root, unsynced: new Set() }, `${INDEXES}/${name}.${kind}`);
    return openIndexFile(
      options.indexWorth,
      (work, isWriting) => reach(index, isWriting ? "make" : "look", ({ path }) => work(path)),
      () => lstatSync(held?.path ?? locate(root.folder, name)).mode,
    );
  };
  return {
    name,
    read: () => look(({ path }) => read(path)),
    readFrom: (offset, take) =>
      reading((found) => {
        const opened = file.of(found.stat);
        if (opened === null) readFrom(found.path, offset, take);
        else readOpenedFrom(opened, offset, take);
      }),
    readAt: (offset, length) =>
      reading((found) => {
        const opened = file.of(found.stat);
        return opened === null ? readAt(found.path, offset, length) : readOpenedAt(opened, offset, length);
      }),
    stamp: () =>
      held?.gathering.stamp ??
      look((found) => {
        const stat = statOf(found);
        // Closes what is no longer there.
        file.of(stat);
        return stampOf(stat);
      }),
    holder: () => look(({ path }) => holderOf(lockOf(path))),
    append(text) {
      if (held !== undefined && gather(held, text)) return;
      writing(({ path, folder }) => {
        changing();
        if (append(path, name, Buffer.from(text), mode)) unsynced.add(folder);
      });
    },
    truncate: (size) =>
      writing(({ path }) => {
        changing();
        truncate(path, size);
      }),
    replace: (text) =>
      writing(({ path, folder }) => {
        unsynced.add(folder);
        if (held !== undefined) held.stat = undefined;
        if (!replace(path, draftOf(path, token), text, mode)) options.ownerLost(name);
      }),
    sync: sharedSync(async () => {
      if (isDirty) await syncBytes();
      if (unsynced.size > 0) writing(() => syncFolders(unsynced));
    }),
    syncNow: () =>
      writing(({ path }) => {
        syncFile(path);
        syncFolders(unsynced);
      }),
    locked: (work, unlocked = () => null) => lock.do(work, unlocked, deadlineIn(options.lockTimeout)),
    index(kind) {
      const known = indexes.get(kind) ?? openIndex(kind);
      indexes.set(kind, known);
      return known;
    },
  };
}

function syncFolders(unsynced: Unsynced): void {
  for (const folder of unsynced) {
    syncFolder(folder);
    unsynced.delete(folder);
  }
}

type Failing = "UNREADABLE" | "UNWRITABLE";

/** A system error becomes a fault of this store; every other error passes through. */
export function attempt<T>(failing: Failing, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toFault(failing, file, error);
  }
}

function toFault(failing: Failing, file: string, error: unknown): unknown {
  const errno = error instanceof Fault ? undefined : systemErrno(error);
  return errno === undefined ? error : new StoreFault(failing, { file, errno }, error);
}
