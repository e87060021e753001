/**
 * The data root on disk: every path stays inside, every write is whole, every failure a `StoreFault` without absolute
 * paths.
 */

import { closeSync, type Dirent, lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Fault } from "../errors/base.ts";
import { StoreFault, StorePathFault } from "../errors/ports.ts";
import type { DataRoot, StoreFile, StoreStamp } from "../ports.ts";
import { systemErrno } from "./errno.ts";
import {
  append,
  openToSync,
  read,
  readAt,
  readFrom,
  replace,
  syncFile,
  syncFolder,
  syncOpened,
  truncate,
  unlessAbsent,
} from "./file-bytes.ts";
import { openIndexFile } from "./index-file.ts";
import { createQueue, deadlineIn, holderOf, retry, tryLocked } from "./lock/lock.ts";
import { token } from "./lock/lock-owner.ts";
import { alreadyOpen, makeFolder, type OpenFolder, openFolder } from "./open-folder.ts";
import { draftOf, INDEXES, lockOf } from "./own-names.ts";
import { sharedSync } from "./shared-sync.ts";

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

const DEFAULTS: DataRootOptions = {
  lockTimeout: 10_000,
  indexWorth: 256 * 1024,
  ownerLost: () => undefined,
  modes: { folder: 0o777, file: 0o666 },
  lockLinks: undefined,
};

/** The data root at `root`, which need not exist: the first write creates it. Store paths come from the snapshot. */
export function openDataRoot(root: string, options: Partial<DataRootOptions> = {}): DataRoot {
  const folder = resolve(root);
  const unsynced: Unsynced = new Set();
  /** By name, and by every other spelling of its path that was asked for. */
  const stores = new Map<string, StoreFile>();
  return {
    store(path) {
      const known = stores.get(path);
      if (known !== undefined) return known;
      const name = nameBelow(folder, path);
      const all = { ...DEFAULTS, ...options };
      const store = stores.get(name) ?? openStore({ folder, unsynced, mode: all.modes.folder }, name, all);
      stores.set(name, store).set(path, store);
      return store;
    },
    journals: () => [...journalNames(folder, "")].sort((a, b) => (a < b ? -1 : 1)),
  };
}

/** The folders in which names were made or replaced that may not have reached the device yet. */
type Unsynced = Set<string>;

export interface Root {
  readonly folder: string;
  readonly unsynced: Unsynced;
  /** Of folders that are made. */
  readonly mode: number;
}

function openStore(root: Root, name: string, options: DataRootOptions): StoreFile {
  const { folder: rootFolder, unsynced } = root;
  const { file: mode } = options.modes;
  const links = options.lockLinks === undefined ? {} : { links: options.lockLinks };
  // Derived data does not have to reach the device.
  const derived = { ...root, unsynced: new Set<string>() };
  // The location of the store when its lock was taken: while the lock is held, it is not resolved again.
  let held: Located | undefined;
  let isDirty = false;
  const inOrder = createQueue();
  const withStore = <T>(isMaking: boolean, work: (at: Located) => T): T =>
    held === undefined ? reach(root, name, isMaking, work) : work(held);
  const at = <T>(failing: Failing, work: (at: Located) => T): T =>
    attempt(failing, name, () => withStore(failing === "UNWRITABLE", work));
  const look = <T>(work: (at: Located) => T): T | null =>
    attempt("UNREADABLE", name, () => unlessAbsent(() => withStore(false, work)));
  const syncBytes = async () => {
    const file = at("UNWRITABLE", ({ path }) => openToSync(path));
    // What is written from here on may not be covered.
    isDirty = false;
    try {
      await syncOpened(file);
    } catch (error) {
      isDirty = true;
      throw toFault("UNWRITABLE", name, error);
    } finally {
      closeSync(file);
    }
  };
  return {
    name,
    read: () => look(({ path }) => read(path)),
    readFrom: (offset, take) => at("UNREADABLE", ({ path }) => readFrom(path, offset, take)),
    readAt: (offset, length) => at("UNREADABLE", ({ path }) => readAt(path, offset, length)),
    stamp: () => attempt("UNREADABLE", name, () => stamp(held?.path ?? locate(rootFolder, name), name)),
    holder: () => look(({ path }) => holderOf(lockOf(path))),
    append: (text) =>
      at("UNWRITABLE", ({ path, folder }) => {
        isDirty = true;
        if (append(path, name, Buffer.from(text, "utf8"), mode)) unsynced.add(folder);
      }),
    truncate: (size) =>
      at("UNWRITABLE", ({ path }) => {
        isDirty = true;
        truncate(path, size);
      }),
    replace: (text) =>
      at("UNWRITABLE", ({ path, folder }) => {
        unsynced.add(folder);
        if (!replace(path, draftOf(path, token), text, mode)) options.ownerLost(name);
      }),
    sync: sharedSync(async () => {
      if (isDirty) await syncBytes();
      if (unsynced.size > 0) at("UNWRITABLE", () => syncFolders(unsynced));
    }),
    syncNow: () =>
      at("UNWRITABLE", ({ path }) => {
        syncFile(path);
        syncFolders(unsynced);
      }),
    locked(work, unlocked) {
      const deadline = deadlineIn(options.lockTimeout);
      const whileHeld = (found: Located) => () => {
        held = found;
        try {
          return work();
        } finally {
          held = undefined;
        }
      };
      const attemptOnce = () =>
        at("UNWRITABLE", (found) =>
          tryLocked({ ...found, ...links, path: lockOf(found.path) }, name, deadline, whileHeld(found)),
        );
      return inOrder(async () => {
        const known = unlocked?.() ?? null;
        return known === null ? retry(attemptOnce) : known.value;
      });
    },
    index: (kind) =>
      openIndexFile(
        options.indexWorth,
        (work, isWriting) => reach(derived, `${INDEXES}/${name}.${kind}`, isWriting, ({ path }) => work(path)),
        () => lstatSync(held?.path ?? locate(rootFolder, name)).mode,
      ),
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
function attempt<T>(failing: Failing, file: string, work: () => T): T {
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

function refuseEscape(store: string): never {
  throw new StorePathFault(store);
}

/** Names that begin with a letter or a digit, between slashes. */
const PLAIN = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/;

/** The path below the root in its one spelling. */
export function nameBelow(folder: string, path: string): string {
  // Nearly every path: to resolve one takes a start of the process longer than all else that is done with it.
  if (PLAIN.test(path)) return path;
  const name = relative(folder, resolve(folder, path));
  const leaves = name === "" || name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name);
  if (leaves || isAbsolute(path) || path.includes("\0")) refuseEscape(path);
  return name.replaceAll(sep, "/");
}

/** A root in which nothing is made. */
export function readOnly(folder: string): Root {
  return { folder, unsynced: new Set(), mode: 0 };
}

/** Where a store is: the real path of its folder, and a path by which the file is reached as long as that is held. */
interface Located {
  readonly folder: string;
  readonly path: string;
}

/** Where a folder is moved at the very moment, the store is looked for again. */
const ATTEMPTS = 5;

/** What `work` makes of the store where it is; its folder is made first where `isMaking`. */
export function reach<T>(root: Root, name: string, isMaking: boolean, work: (at: Located) => T): T {
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    const { folder, file, held } = throughKnownFolder(root, name) ?? throughLinks(root, name, isMaking);
    if (held === null) continue;
    try {
      return work({ folder, path: `${held.path}/${file}` });
    } finally {
      held.close();
    }
  }
  return refuseEscape(name);
}

interface Found {
  readonly folder: string;
  readonly file: string;
  /** Null where the folder was moved meanwhile. */
  readonly held: OpenFolder | null;
}

/** By a folder handle that is still open: its path has no links, so that only the last name may be one. */
function throughKnownFolder({ folder: root }: Root, name: string): Found | null {
  const path = `${root}/${name}`;
  const folder = dirname(path);
  const file = basename(path);
  const held = alreadyOpen(folder);
  if (held === null || !isLink(`${held.path}/${file}`)) return held && { folder, file, held };
  held.close();
  return null;
}

function throughLinks({ folder: root, unsynced, mode }: Root, name: string, isMaking: boolean): Found {
  const real = locate(root, name);
  const folder = dirname(real);
  const held = isMaking ? makeFolder(folder, mode, (parent) => unsynced.add(parent)) : openFolder(folder);
  return { folder, file: basename(real), held };
}

/**
 * The real location of the store after all links; resolved before every operation, because a link may appear at any
 * time.
 */
function locate(folder: string, name: string): string {
  const missing: string[] = [];
  let existing = join(folder, name);
  for (;;) {
    const real = realPath(existing);
    if (real !== undefined) {
      const path = missing.length === 0 ? real : join(real, ...missing);
      return isBelow(folder, path) ? path : refuseEscape(name);
    }
    // A dangling link: a write would create its target, which may be anywhere.
    if (existing !== folder && isLink(existing)) refuseEscape(name);
    if (existing === folder) return join(folder, ...missing);
    missing.unshift(basename(existing));
    existing = dirname(existing);
  }
}

function isBelow(folder: string, real: string): boolean {
  if (real.startsWith(folder + sep)) return true;
  const realFolder = realPath(folder) ?? folder;
  return real.startsWith(realFolder.endsWith(sep) ? realFolder : realFolder + sep);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch (error) {
    const errno = systemErrno(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return undefined;
    throw error;
  }
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    return false;
  }
}

/** The time of birth is part of the identity, because file systems give a removed file's number to the next one. */
function stamp(path: string, file: string): StoreStamp | null {
  // Not `throwIfNoEntry`: some versions of Node also swallow that a folder on the way is a file.
  const stat = unlessAbsent(() => lstatSync(path, { bigint: true }));
  if (stat === null) return null;
  if (!stat.isFile())
    throw new StoreFault("UNREADABLE", { file, errno: stat.isDirectory() ? "EISDIR" : "ENXIO" });
  return {
    identity: `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`,
    size: Number(stat.size),
    modified: String(stat.mtimeNs),
  };
}

/** Linked folders are not entered: their content inside the root has its own path, and the rest is outside the root. */
function* journalNames(folder: string, below: string): Iterable<string> {
  for (const entry of attempt("UNREADABLE", below === "" ? "." : below, () => entries(join(folder, below)))) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* journalNames(folder, name);
    else if (entry.name.endsWith(".jsonl") && (entry.isFile() || isLinkedJournal(folder, name, entry)))
      yield name;
  }
}

function isLinkedJournal(folder: string, name: string, entry: Dirent): boolean {
  if (!entry.isSymbolicLink()) return false;
  const real = attempt("UNREADABLE", name, () => realPath(join(folder, name)));
  return real !== undefined && isBelow(folder, real) && statSync(real).isFile();
}

function entries(path: string): readonly Dirent[] {
  return unlessAbsent(() => readdirSync(path, { withFileTypes: true })) ?? [];
}
