/**
 * Reuses lock files. A new symbolic link needs a new inode, which costs much more than another name for
 * one that is there. The first lock that this process releases in a folder is therefore kept under a name of its own,
 * the pooled link, and later locks in that folder are hard links to it: the same text, and refused in the same way
 * where the lock is held. Pooled links are removed when the process ends; those of killed processes are removed by
 * the next ones.
 */

import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "../errno.ts";
import { isLinkName, linkNameOf } from "../own-names.ts";
import { holderIn, ownText, remove, textOf, token } from "./lock-owner.ts";

/** A lock file, or where one will be. */
export interface LockFile {
  /** By which the system reaches it now. */
  readonly path: string;
  /** The path of its folder, by which it is known longer. */
  readonly folder: string;
  /** The folder in which a link is kept for later, made where it is missing; by default that of the lock. Null: none is kept. */
  readonly links?: string | null | undefined;
}

const OWN = linkNameOf(token);
const MOST_LINKS = 256;
const OLD_MS = 3_600_000;

/** The folders that have a pooled link, by the path by which they are known longer, in the order of making, and whether the file system allows links to it. */
const pool = new Map<string, { readonly isLinkable: boolean }>();
let isRemovedAtExit = false;

/** Puts this process's lock into its folder, which exists; false when the lock is held. */
export function tryAcquire(lock: LockFile): boolean {
  return linkFromPool(lock) ?? makeLock(lock.path);
}

const poolOf = ({ folder, links }: LockFile) => links ?? folder;

const pooledLinkOf = (lock: LockFile) => `${poolOf(lock)}/${OWN}`;

/** Undefined where there is no pooled link, or none that can be linked. */
function linkFromPool(lock: LockFile): boolean | undefined {
  const { path } = lock;
  const folder = poolOf(lock);
  if (!pool.get(folder)?.isLinkable) return undefined;
  const link = pooledLinkOf(lock);
  try {
    linkSync(link, path);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // A pooled link that was removed is made again. Whatever else is wrong, making a new file shows.
    if (textOf(link) === undefined) pool.delete(folder);
    else pool.set(folder, { isLinkable: false });
    return undefined;
  }
}

function makeLock(path: string): boolean {
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
    symlinkSync(ownText(), path);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw error;
    makeFile(path);
  }
}

/** For file systems without symbolic links. Until the text is written, the holder is unknown. */
function makeFile(path: string): void {
  const file = openSync(path, "wx");
  try {
    writeSync(file, ownText());
  } catch (error) {
    remove(path);
    throw error;
  } finally {
    closeSync(file);
  }
}

/** Removes this process's lock; the first of a folder becomes its pooled link. */
export function release(lock: LockFile): void {
  if (lock.links === null || pool.has(poolOf(lock)) || !addToPool(lock)) remove(lock.path);
}

function addToPool(lock: LockFile): boolean {
  const { path, links } = lock;
  const link = pooledLinkOf(lock);
  try {
    if (typeof links === "string" && !isMade(links)) return false;
    renameSync(path, link);
  } catch {
    return false;
  }
  // Another's, where ours was removed by hand and the lock taken since: its text does not name this process.
  if (textOf(link) !== ownText()) return false;
  pool.set(poolOf(lock), { isLinkable: true });
  removeAtExit();
  const [oldest] = pool.keys();
  if (pool.size > MOST_LINKS && oldest !== undefined) removeFromPool(oldest);
  removeStale(lock);
  return true;
}

/** For those who have access to the folder that it is in; false for a link, which may lead elsewhere. */
function isMade(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found === undefined) mkdirSync(folder, { mode: lstatSync(dirname(folder)).mode & 0o777 });
  return found?.isDirectory() ?? true;
}

function removeAtExit(): void {
  if (isRemovedAtExit) return;
  isRemovedAtExit = true;
  process.on("exit", () => {
    for (const folder of pool.keys()) removeFromPool(folder);
  });
}

function removeFromPool(folder: string): void {
  pool.delete(folder);
  ignoringErrors(() => remove(`${folder}/${OWN}`));
}

/**
 * Removes the pooled links that dead processes left where this lock's would be, and old ones of processes of which
 * nothing is known: a process whose link is gone makes another.
 */
export function removeStale(lock: LockFile): void {
  if (lock.links === null) return;
  const folder = dirname(pooledLinkOf(lock));
  ignoringErrors(() => {
    for (const name of readdirSync(folder)) {
      const link = `${folder}/${name}`;
      if (isLinkName(name) && isStale(link)) remove(link);
    }
  });
}

function isStale(link: string): boolean {
  const { state } = holderIn(textOf(link) ?? "");
  return state === "dead" || (state === "unknown" && Date.now() - lstatSync(link).ctimeMs > OLD_MS);
}

/** A link that cannot be removed does no harm. */
function ignoringErrors(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}
