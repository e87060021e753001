/**
 * Lock files that are made once. A new symbolic link needs a new inode, which costs a multiple of another name for
 * one that is there. The first lock that this process frees in a folder is therefore kept under a name of its own,
 * the spare, and later locks in that folder are hard links to it: the same text, and refused in the same way where
 * the lock is held. Spares go when the process ends; those of killed processes are swept by the next ones.
 */

import { linkSync, mkdirSync, readdirSync, renameSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { codeOf, isDead, remove, self, start, textOf } from "./node-holder.ts";

interface Spare {
  readonly path: string;
  /** False where the file system refuses to link it: there every lock is a new file. */
  readonly isLinkable: boolean;
}

const SPARE = /^\.pgs-lock-[0-9a-f]{16}$/;
const MOST_SPARES = 256;

/** By folder, in the order of making. */
const spares = new Map<string, Spare>();
let isEndAwaited = false;

/** Puts this process's lock there, with its folder when that is absent; false when somebody holds it. */
export function place(lock: string): boolean {
  return linkSpare(lock) ?? makeNew(lock);
}

/** Undefined where there is no spare that can be linked. */
function linkSpare(lock: string): boolean | undefined {
  const folder = dirname(lock);
  const spare = spares.get(folder);
  if (!spare?.isLinkable) return undefined;
  try {
    linkSync(spare.path, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // Somebody may have cleaned up: then another is kept. Whatever else is wrong, making a new file will tell.
    if (textOf(spare.path) === undefined) spares.delete(folder);
    else spares.set(folder, { ...spare, isLinkable: false });
    return undefined;
  }
}

function makeNew(lock: string): boolean {
  try {
    return makeLink(lock);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    mkdirSync(dirname(lock), { recursive: true });
    return makeLink(lock);
  }
}

function makeLink(lock: string): boolean {
  try {
    symlinkSync(self, lock);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Takes this process's lock away; the first of a folder becomes its spare. */
export function free(lock: string): void {
  const folder = dirname(lock);
  if (spares.has(folder) || !keep(lock, folder)) remove(lock);
}

function keep(lock: string, folder: string): boolean {
  const path = join(folder, `.pgs-lock-${start}`);
  try {
    renameSync(lock, path);
  } catch {
    return false;
  }
  // Another's, where ours was removed by hand and the lock taken since: by its text nobody would know us.
  if (textOf(path) !== self) return false;
  spares.set(folder, { path, isLinkable: true });
  awaitEnd();
  const [oldest] = spares.keys();
  if (spares.size > MOST_SPARES && oldest !== undefined) discard(oldest);
  sweep(folder);
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
  const path = spares.get(folder)?.path;
  spares.delete(folder);
  if (path !== undefined) tolerating(() => remove(path));
}

/** Removes the spares that dead processes left in the folder: no living process has their names. */
export function sweep(folder: string): void {
  tolerating(() => {
    for (const name of readdirSync(folder)) {
      if (!SPARE.test(name)) continue;
      const path = join(folder, name);
      if (isDead(textOf(path) ?? "")) remove(path);
    }
  });
}

/** A spare that cannot be removed is in nobody's way. */
function tolerating(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (codeOf(error) === undefined) throw error;
  }
}
