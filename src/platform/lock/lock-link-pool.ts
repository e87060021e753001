/**
 * Reuses lock files. A new symbolic link needs a new inode, which costs much more than another name for
 * an existing one. The first lock that this process releases in a folder is therefore kept under another name,
 * the spare, and later locks in that folder are hard links to it: the same text, and refused in the same way where
 * the lock is held. Spares are removed when the process ends; those of killed processes are removed by later processes.
 */

import {
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { codeOf, holderIn, remove, self, textOf, token } from "./lock-owner.ts";

/** A lock file, or where one will be. */
export interface LockPlace {
  /** By which the system reaches it now. */
  readonly path: string;
  /** The path of its folder, by which it is known longer. */
  readonly folder: string;
}

const SPARE = /^\.pgs-lock-[0-9a-f]{16}$/;
const OWN = `.pgs-lock-${token}`;
const MOST_SPARES = 256;
const OLD_MS = 3_600_000;

/** The folders that have a spare, in the order of making, and whether the file system lets it be linked. */
const spares = new Map<string, { readonly isLinkable: boolean }>();
let isEndAwaited = false;

/** Creates this process's lock in an existing folder; false if the lock is held. */
export function tryAcquire(lock: LockPlace): boolean {
  return linkSpare(lock) ?? makeNew(lock.path);
}

const besides = ({ path }: LockPlace) => join(dirname(path), OWN);

/** Undefined where there is no spare that can be linked. */
function linkSpare(lock: LockPlace): boolean | undefined {
  const { folder, path } = lock;
  if (!spares.get(folder)?.isLinkable) return undefined;
  const spare = besides(lock);
  try {
    linkSync(spare, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // The spare may have been removed: then another is kept. Creating a new file reports any other problem.
    if (textOf(spare) === undefined) spares.delete(folder);
    else spares.set(folder, { isLinkable: false });
    return undefined;
  }
}

function makeNew(path: string): boolean {
  try {
    makeLink(path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function makeLink(path: string): void {
  try {
    symlinkSync(self(), path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw error;
    makeFile(path);
  }
}

/** For file systems without symbolic links. Until the text is written, the holder is unknown. */
function makeFile(path: string): void {
  const file = openSync(path, "wx");
  try {
    writeSync(file, self());
  } catch (error) {
    remove(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Releases this process's lock; the first of a folder becomes its spare. */
export function release(lock: LockPlace): void {
  if (spares.has(lock.folder) || !keep(lock)) remove(lock.path);
}

function keep(lock: LockPlace): boolean {
  const { folder, path } = lock;
  const spare = besides(lock);
  try {
    renameSync(path, spare);
  } catch {
    return false;
  }
  // Our lock may have been removed by hand and taken by another process: then the text is not ours.
  if (textOf(spare) !== self()) return false;
  spares.set(folder, { isLinkable: true });
  awaitEnd();
  const [oldest] = spares.keys();
  if (spares.size > MOST_SPARES && oldest !== undefined) discard(oldest);
  removeStale(lock);
  return true;
}

function awaitEnd(): void {
  if (isEndAwaited) return;
  isEndAwaited = true;
  process.once("exit", () => {
    for (const folder of spares.keys()) discard(folder);
  });
}

function discard(folder: string): void {
  spares.delete(folder);
  tolerating(() => remove(join(folder, OWN)));
}

/**
 * Removes the spares of dead processes in the lock's folder, and old ones of processes whose state is
 * unknown: a process without a spare makes another.
 */
export function removeStale({ path }: LockPlace): void {
  const folder = dirname(path);
  tolerating(() => {
    for (const name of readdirSync(folder)) {
      if (SPARE.test(name) && isLeft(join(folder, name))) remove(join(folder, name));
    }
  });
}

function isLeft(spare: string): boolean {
  const { state } = holderIn(textOf(spare) ?? "");
  return state === "dead" || (state === "unknown" && Date.now() - lstatSync(spare).ctimeMs > OLD_MS);
}

/** A spare that cannot be removed does no harm. */
function tolerating(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}
