/** One file's bytes on disk, read in part or whole, added to or replaced. Paths have been checked by the caller. */

import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { StoreFault } from "./faults.ts";

const PIECE_BYTES = 1 << 20;

/** The system's code of a failed call; undefined for anything else that was thrown. */
export function errnoOf(error: unknown): string | undefined {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : code;
}

/** The whole content, or null when the file does not exist. */
export function read(path: string): Uint8Array | null {
  try {
    return readFileSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

export function readAt(path: string, offset: number, length: number): Uint8Array {
  return reading(path, (file) => fill(file, offset, length));
}

/** All pieces are of the file that was there at the beginning, also when its name is given to another meanwhile. */
export function readFrom(path: string, offset: number, take: (piece: Uint8Array) => void): void {
  reading(path, (file) => {
    let at = offset;
    for (;;) {
      const wanted = Math.min(PIECE_BYTES, fstatSync(file).size - at);
      const piece = wanted > 0 ? fill(file, at, wanted) : undefined;
      if (piece === undefined || piece.length === 0) return;
      take(piece);
      at += piece.length;
    }
  });
}

function reading<T>(path: string, work: (file: number) => T): T {
  const file = openSync(path, "r");
  try {
    return work(file);
  } finally {
    closeSync(file);
  }
}

function fill(file: number, offset: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const count = readSync(file, bytes, filled, length - filled, offset + filled);
    if (count === 0) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

/** Adds all bytes or none: what a full disk let through is taken back. `name` is for the fault. */
export function append(path: string, name: string, bytes: Uint8Array): void {
  const target = openInFolder(path, "a");
  try {
    const count = writeSync(target, bytes);
    if (count === bytes.length) return;
    ftruncateSync(target, fstatSync(target).size - count);
    throw new StoreFault("UNWRITABLE", { file: name, errno: "ENOSPC" });
  } finally {
    closeSync(target);
  }
}

/** Writes beside the file, waits for the disk, and only then takes the file's name. */
export function replace(path: string, text: string): void {
  const mode = statSync(path, { throwIfNoEntry: false })?.mode;
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  writeDraft(draft, path, (file) => {
    if (mode !== undefined) fchmodSync(file, mode & 0o7777);
    writeFileSync(file, text);
    fsyncSync(file);
  });
}

/** What `write` puts into a new file of the draft's name takes the path's name; a failure leaves neither. */
export function writeDraft(draft: string, path: string, write: (file: number) => void): void {
  const file = openInFolder(draft, "wx");
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

function openInFolder(path: string, flags: "a" | "wx"): number {
  try {
    return openSync(path, flags);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, flags);
  }
}
