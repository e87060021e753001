/** Where the file of a store is: looked for before every operation, because any process may move things at any time. */

import { type BigIntStats, lstatSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { StorePathFault } from "../errors/ports.ts";
import { systemErrno } from "./errno.ts";
import { unlessAbsent } from "./file-bytes.ts";
import { alreadyOpen, makeFolder, type OpenFolder, openFolder } from "./open-folder.ts";

/** The folders in which names were made or replaced that may not have reached the device yet. */
export type Unsynced = Set<string>;

export interface Root {
  readonly folder: string;
  readonly unsynced: Unsynced;
  /** Of folders that are made. */
  readonly mode: number;
}

/** A file below a root, before anything is known of links on the way. */
export interface Place {
  readonly root: Root;
  /** Its path below the root. */
  readonly name: string;
  readonly path: string;
  readonly folder: string;
  readonly file: string;
}

export function placeOf(root: Root, name: string): Place {
  const path = `${root.folder}/${name}`;
  return { root, name, path, folder: dirname(path), file: basename(path) };
}

function refuseEscape(store: string): never {
  throw new StorePathFault(store);
}

/** Names that begin with a letter or a digit, between slashes: nearly every path. */
const PLAIN = /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/;

/** The path below the root in its one spelling. */
export function nameBelow(folder: string, path: string): string {
  // Resolving takes V8 longer, until it is compiled, than all else that a run does with the path.
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
export interface Located {
  readonly folder: string;
  readonly path: string;
  /** The real path of the file, only to look whether another file is there by now. */
  readonly plainPath: string;
  /** What was found there; null for nothing, undefined where nobody has looked. */
  readonly stat: BigIntStats | null | undefined;
}

/**
 * What is done about the store's folder and its file: `make` makes a folder that is missing, `look` does not, `trust`
 * is for who looks later whether the file has become a link.
 */
export type Approach = "look" | "make" | "trust";

/** Where a folder is moved at the very moment, the store is looked for again. */
const ATTEMPTS = 5;

/** What `work` makes of the store where it is. */
export function reach<T>(place: Place, approach: Approach, work: (at: Located) => T): T {
  for (let attempts = 0; attempts < ATTEMPTS; attempts++) {
    const { folder, file, held, stat } =
      throughKnownFolder(place, approach !== "trust") ?? throughLinks(place, approach !== "look");
    if (held === null) continue;
    try {
      return work({ folder, path: `${held.path}/${file}`, plainPath: `${folder}/${file}`, stat });
    } finally {
      held.close();
    }
  }
  return refuseEscape(place.name);
}

interface Found {
  readonly folder: string;
  readonly file: string;
  /** Null where the folder was moved meanwhile. */
  readonly held: OpenFolder | null;
  readonly stat: Located["stat"];
}

/** By a folder handle that is still open: its path has no links, so that only the last name may be one. */
function throughKnownFolder({ path, folder, file }: Place, isLooking: boolean): Found | null {
  const held = alreadyOpen(folder);
  if (held === null) return null;
  const stat = isLooking ? lookAt(path) : undefined;
  if (!stat?.isSymbolicLink()) return { folder, file, held, stat };
  held.close();
  return null;
}

/** Undefined where the system refuses: the operation itself says why. */
export function lookAt(path: string): Located["stat"] {
  try {
    return statAt(path);
  } catch {
    return undefined;
  }
}

/** What is at the path itself, which may be a link; null where nothing is. */
export function statAt(path: string): BigIntStats | null {
  // Not `throwIfNoEntry`: some versions of Node also swallow that a folder on the way is a file.
  return unlessAbsent(() => lstatSync(path, { bigint: true }));
}

function throughLinks({ root, name }: Place, isMaking: boolean): Found {
  const real = locate(root.folder, name);
  const folder = dirname(real);
  const held = isMaking
    ? makeFolder(folder, root.mode, (parent) => root.unsynced.add(parent))
    : openFolder(folder);
  return { folder, file: basename(real), held, stat: undefined };
}

/**
 * The real location of the store after all links; resolved before every operation, because a link may appear at any
 * time.
 */
export function locate(folder: string, name: string): string {
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

export function isBelow(folder: string, real: string): boolean {
  if (real.startsWith(folder + sep)) return true;
  const realFolder = realPath(folder) ?? folder;
  return real.startsWith(realFolder.endsWith(sep) ? realFolder : realFolder + sep);
}

export function realPath(path: string): string | undefined {
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
