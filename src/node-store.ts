/** The data root on disk: every path contained, every write whole, every failure a `StoreFault` without absolute paths. */

import {
  type BigIntStats,
  type Dirent,
  lstatSync,
  readdirSync,
  realpathSync,
  statSync,
  truncateSync,
} from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { Fault, RunFault, StoreFault } from "./faults.ts";
import { append, errnoOf, read, readAt, readFrom, replace } from "./node-bytes.ts";
import { openIndexFile } from "./node-index.ts";
import { holderOf, withLock } from "./node-lock.ts";
import type { DataRoot, StoreFile, StoreStamp } from "./ports.ts";

export interface DataRootOptions {
  /** Milliseconds a writer waits for another one before it gives up. */
  readonly lockPatience: number;
  /** Bytes by which a store must have grown before an index of it is written. */
  readonly indexWorth: number;
}

const USUAL: DataRootOptions = { lockPatience: 10_000, indexWorth: 256 * 1024 };

/** Where indexes are, below the root; none of them ends as a journal does. */
const INDEXES = ".pgs/index";

/** The data root at `root`, which need not exist: the first write creates it. Store paths come from the snapshot. */
export function openDataRoot(root: string, options: Partial<DataRootOptions> = {}): DataRoot {
  const folder = resolve(root);
  /** By name, and by every other spelling of its path that was asked for. */
  const stores = new Map<string, StoreFile>();
  return {
    store(path) {
      const known = stores.get(path);
      if (known !== undefined) return known;
      const name = nameBelow(folder, path);
      const store = stores.get(name) ?? openStore(folder, name, { ...USUAL, ...options });
      stores.set(name, store).set(path, store);
      return store;
    },
    journals: () => journals(folder),
  };
}

function openStore(folder: string, name: string, options: DataRootOptions): StoreFile {
  // Where the store was found to be when its lock was taken: inside the lock it is not looked for again.
  let located: string | undefined;
  const on = <T>(failing: Failing, work: (path: string) => T): T =>
    attempt(failing, name, () => work(located ?? locate(folder, name)));
  return {
    name,
    read: () => on("UNREADABLE", read),
    readFrom: (offset, take) => on("UNREADABLE", (path) => readFrom(path, offset, take)),
    readAt: (offset, length) => on("UNREADABLE", (path) => readAt(path, offset, length)),
    stamp: () => on("UNREADABLE", (path) => stamp(path, name)),
    holder: () => on("UNREADABLE", (path) => holderOf(lockOf(path))),
    append: (bytes) => on("UNWRITABLE", (path) => append(path, name, Buffer.from(bytes, "utf8"))),
    truncate: (size) => on("UNWRITABLE", (path) => truncateSync(path, size)),
    replace: (bytes) => on("UNWRITABLE", (path) => replace(path, bytes)),
    locked: (work) =>
      on("UNWRITABLE", (path) =>
        withLock(lockOf(path), name, options.lockPatience, () => {
          located = path;
          try {
            return work();
          } finally {
            located = undefined;
          }
        }),
      ),
    index: (kind) =>
      openIndexFile(
        options.indexWorth,
        () => locate(folder, `${INDEXES}/${name}.${kind}`),
        () => statSync(located ?? locate(folder, name)).mode,
      ),
  };
}

const lockOf = (path: string) => `${path}.lock`;

type Failing = "UNREADABLE" | "UNWRITABLE";

/** What the system refuses becomes a fault of this store; everything else passes through. */
function attempt<T>(failing: Failing, file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const errno = error instanceof Fault ? undefined : errnoOf(error);
    throw errno === undefined ? error : new StoreFault(failing, { file, errno }, error);
  }
}

function escapes(store: string): never {
  throw new RunFault("effect", "CS", "STORE_PATH_ESCAPES", { store });
}

/** The path below the root in its one spelling. */
function nameBelow(folder: string, path: string): string {
  const name = relative(folder, resolve(folder, path));
  const leaves = name === "" || name === ".." || name.startsWith(`..${sep}`) || isAbsolute(name);
  if (leaves || isAbsolute(path) || path.includes("\0")) escapes(path);
  return name.replaceAll(sep, "/");
}

/**
 * Where the store really is after all links; asked before every operation, because a link may appear at any time.
 * Operations then use this path, so that the link that was checked is not followed a second time.
 */
function locate(folder: string, name: string): string {
  const missing: string[] = [];
  let existing = join(folder, name);
  for (;;) {
    const real = realPath(existing);
    if (real !== undefined) {
      const path = missing.length === 0 ? real : join(real, ...missing);
      return isBelow(folder, path) ? path : escapes(name);
    }
    // A link that leads nowhere: what a write creates behind it may be anywhere.
    if (existing !== folder && isLink(existing)) escapes(name);
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
    const errno = errnoOf(error);
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
  const stat = statOrNull(path);
  if (stat === null) return null;
  if (!stat.isFile())
    throw new StoreFault("UNREADABLE", { file, errno: stat.isDirectory() ? "EISDIR" : "ENXIO" });
  return {
    identity: `${stat.dev}:${stat.ino}:${stat.birthtimeNs}`,
    size: Number(stat.size),
    modified: String(stat.mtimeNs),
  };
}

/** Not `throwIfNoEntry`: some versions of Node also swallow that a folder on the way is a file. */
function statOrNull(path: string): BigIntStats | null {
  try {
    return statSync(path, { bigint: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Linked folders are not entered: what they hold inside the root has its own path, the rest is not the root's. */
function* journals(folder: string): Iterable<{ readonly name: string; readonly bytes: Uint8Array }> {
  const names = [...journalNames(folder, "")].sort((a, b) => (a < b ? -1 : 1));
  for (const name of names) {
    const bytes = attempt("UNREADABLE", name, () => read(join(folder, name)));
    if (bytes !== null) yield { name, bytes };
  }
}

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
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}
