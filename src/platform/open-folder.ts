/**
 * A folder that is held open during an operation. Its files are reached through the handle, so that another process that
 * renames a folder or replaces it with a link cannot redirect the operation.
 */

import { closeSync, constants, existsSync, mkdirSync, openSync, readlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { systemErrno } from "./errno.ts";

export interface OpenFolder {
  /** The path by which its files are reached. */
  readonly path: string;
  close(): void;
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Linux's flag for a handle that needs only the right to search the folder; Node does not name it. */
const O_PATH = 0x200000;

/** Handles are kept for the next use: resolving a folder again costs much more than checking a handle. */
const MOST_KEPT = 8;

interface Kept extends OpenFolder {
  readonly handle: number;
  users: number;
}

/** By the path without links that each was opened at, in the order of opening. */
const kept = new Map<string, Kept>();

/**
 * The folder of this process's handles. Only Linux has paths through a handle, other systems use the checked path: null.
 * Not `/proc/self` itself, because that link would be followed once more by every call.
 */
let handles: string | null | undefined;

function handlesOf(): string | null {
  const self = "/proc/self";
  return process.platform === "linux" && existsSync(`${self}/fd`) ? `/proc/${readlinkSync(self)}/fd` : null;
}

/** The folder at a path without links, if its handle was kept and is still valid for the path; else null. */
export function alreadyOpen(folder: string): OpenFolder | null {
  const found = kept.get(folder);
  if (found === undefined || !isAt(found, folder)) return null;
  found.users++;
  return found;
}

const isAt = ({ path }: Kept, folder: string) => readlinkSync(path) === folder;

/** The folder at a path without links; null if the path now leads to another folder. */
export function openFolder(folder: string): OpenFolder | null {
  const held = alreadyOpen(folder);
  if (held !== null) return held;
  if (handles === undefined) handles = handlesOf();
  const handle = openSync(folder, O_DIRECTORY | O_NOFOLLOW | (handles === null ? O_RDONLY : O_PATH));
  if (handles === null) return { path: folder, close: () => closeSync(handle) };
  const path = `${handles}/${handle}`;
  const made = keep(folder, handle, path);
  if (readlinkSync(path) === folder) return made;
  drop(folder);
  made.close();
  return null;
}

function keep(folder: string, handle: number, path: string): Kept {
  const made: Kept = {
    ...{ handle, path, users: 1 },
    close() {
      made.users--;
      if (made.users === 0 && kept.get(folder) !== made) closeSync(handle);
    },
  };
  drop(folder);
  kept.set(folder, made);
  for (const [oldest] of kept) {
    if (kept.size <= MOST_KEPT) break;
    drop(oldest);
  }
  return made;
}

/** One that is in use is closed by its last user. */
function drop(folder: string): void {
  const dropped = kept.get(folder);
  kept.delete(folder);
  if (dropped?.users === 0) closeSync(dropped.handle);
}

/** The same, created with its missing parents; `made` is called with the parent of each new folder. */
export function makeFolder(folder: string, mode: number, made: (parent: string) => void): OpenFolder | null {
  try {
    return openFolder(folder);
  } catch (error) {
    if (systemErrno(error) !== "ENOENT") throw error;
  }
  const parent = makeFolder(dirname(folder), mode, made);
  if (parent === null) return null;
  try {
    makeIn(`${parent.path}/${basename(folder)}`, mode);
    made(dirname(folder));
  } finally {
    parent.close();
  }
  return openFolder(folder);
}

function makeIn(path: string, mode: number): void {
  try {
    mkdirSync(path, { mode });
  } catch (error) {
    if (systemErrno(error) !== "EEXIST") throw error;
  }
}
