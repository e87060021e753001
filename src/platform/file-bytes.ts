/** One file's bytes on disk, read in part or whole, added to or replaced. Paths have been checked by the caller. */

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fdatasync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { StoreFault } from "../errors/ports.ts";
import { SIZE } from "../json/limits.ts";
import { systemErrno } from "./errno.ts";

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;
const PIECE_BYTES = 1 << 20;
/** The mode of a file that is made, unless another is given. */
const NEW_FILE = 0o666;

/** The result of `work`, or null if something that it needs does not exist. */
export function unlessAbsent<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (systemErrno(error) === "ENOENT") return null;
    throw error;
  }
}

/** Refuses bytes that are too long for a string, or than is said, so that callers never meet them. */
export function read(path: string, most: number = SIZE.text): Uint8Array {
  return reading(path, (file) => {
    if (fstatSync(file).size > most) throw systemError("EFBIG", path);
    return readFileSync(file);
  });
}

export function readAt(path: string, offset: number, length: number): Uint8Array {
  return reading(path, (file) => readOpenedAt(file, offset, length));
}

/** All chunks are of the same file, even if the name is given to another file meanwhile. */
export function readFrom(path: string, offset: number, take: (piece: Uint8Array) => void): void {
  reading(path, (file) => readOpenedFrom(file, offset, take));
}

export function readOpenedFrom(file: number, offset: number, take: (piece: Uint8Array) => void): void {
  let at = offset;
  for (;;) {
    const wanted = Math.min(PIECE_BYTES, fstatSync(file).size - at);
    const piece = wanted > 0 ? readOpenedAt(file, at, wanted) : undefined;
    if (piece === undefined || piece.length === 0) return;
    take(piece);
    at += piece.length;
  }
}

function reading<T>(path: string, work: (file: number) => T): T {
  const file = openRegular(path, O_NOFOLLOW);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

/**
 * The file, opened to be read. A pipe or a device is not a regular file: opening it must not block, and reading it might
 * never end. @throws the system's own error, `ENXIO` for those, `EISDIR` for a folder
 */
export function openRegular(path: string, flags = 0): number {
  const file = openSync(path, O_RDONLY | O_NONBLOCK | flags);
  const stat = fstatSync(file);
  if (stat.isFile()) return file;
  closeSync(file);
  throw systemError(stat.isDirectory() ? "EISDIR" : "ENXIO", path);
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(code), { code, syscall: "read", path });
}

/** Paths contain no links: a link in the file's place was created meanwhile. */
function opened<T>(path: string, flags: number, work: (file: number) => T, mode = NEW_FILE): T {
  const file = openSync(path, flags | O_NOFOLLOW, mode);
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

export function readOpenedAt(file: number, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Adds all bytes to the end of the open file or none: a partial write on a full disk is undone. `name` is for the fault. */
export function appendWhole(file: number, bytes: Uint8Array, name: string): void {
  const count = writeSync(file, bytes);
  if (count === bytes.length) return;
  ftruncateSync(file, fstatSync(file).size - count);
  throw new StoreFault("UNWRITABLE", { file: name, errno: "ENOSPC" });
}

/** Writing to a file that was removed or replaced succeeds, but the content is lost. @throws the system's own error */
export function requireAt(path: string, { dev, ino }: Pick<Stats, "dev" | "ino">): void {
  const there = statSync(path);
  if (there.dev !== dev || there.ino !== ino) throw Object.assign(new Error(path), { code: "ENOENT" });
}

/**
 * Appends all bytes or none: a partial write on a full disk is undone. `name` is for the fault. Returns whether the
 * file is new.
 */
export function append(path: string, name: string, bytes: Uint8Array, mode?: number): boolean {
  const add = (file: number) => appendWhole(file, bytes, name);
  try {
    opened(path, O_WRONLY | O_APPEND, add);
    return false;
  } catch (error) {
    if (systemErrno(error) !== "ENOENT") throw error;
    opened(path, O_WRONLY | O_APPEND | O_CREAT, add, mode);
    return true;
  }
}

export function truncate(path: string, size: number): void {
  opened(path, O_WRONLY, (file) => ftruncateSync(file, size));
}

/** The file's bytes are on the device when this returns; its name may not be. */
export function syncFile(path: string): void {
  opened(path, O_RDONLY, fdatasyncSync);
}

/** The file, opened for `syncOpened`. */
export function openToSync(path: string): number {
  return openSync(path, O_RDONLY | O_NOFOLLOW);
}

/** Resolves when everything that was written to the open file before is on the device. */
export function syncOpened(file: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fdatasync(file, (error) => (error === null ? resolve() : reject(error)));
  });
}

/** The names in the folder are on the device when this returns, where the file system can be asked for that. */
export function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } catch (error) {
    if (!["EINVAL", "ENOTSUP"].includes(systemErrno(error) ?? "")) throw error;
  } finally {
    closeSync(folder);
  }
}

/** Writes all of the bytes, in as many calls as that takes. */
export function writeWhole(file: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length; ) offset += writeSync(file, bytes, offset);
}

/**
 * Writes a draft next to the file, syncs it, and then renames it to the file. Mode, owner and group stay as
 * they are; returns false if the owner or the group could not be kept.
 */
export function replace(path: string, draft: string, text: string | Uint8Array, mode?: number): boolean {
  const before = lstatSync(path, { throwIfNoEntry: false });
  let isKept = true;
  const write = (file: number) => {
    if (before !== undefined) isKept = keepAccess(file, before);
    writeFileSync(file, text);
    fsyncSync(file);
  };
  writeDraft(draft, path, write, mode);
  return isKept;
}

/** Before a byte is written, so that no user can read what they could not read before. */
function keepAccess(file: number, { uid, gid, mode }: Stats): boolean {
  const own = fstatSync(file);
  const hasGroup = own.gid === gid || isDone(() => fchownSync(file, own.uid, gid));
  const hasOwner = own.uid === uid || isDone(() => fchownSync(file, uid, hasGroup ? gid : own.gid));
  // After the owner: a change of that takes the bits away by which a program gets its owner's rights.
  fchmodSync(file, mode & 0o7777);
  return hasGroup && hasOwner;
}

function isDone(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (systemErrno(error) !== "EPERM") throw error;
    return false;
  }
}

/** Writes a new draft file and renames it to the path; a failure leaves neither. */
export function writeDraft(draft: string, path: string, write: (file: number) => void, mode = NEW_FILE): void {
  const file = openSync(draft, "wx", mode);
  try {
    try {
      write(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    unlinkSync(draft);
    throw error;
  }
}
