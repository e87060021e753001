/** The real world behind the ports: Node's file system, clocks and random source. */

import { randomBytes, randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { sha256 } from "../json/canonical.ts";
import { SIZE } from "../json/limits.ts";
import {
  type Clock,
  type Entropy,
  type Files,
  IoError,
  type ListedFile,
  type Sleep,
  TooLarge,
  type TraceAccess,
} from "../ports.ts";
import { attempt, errnoOf } from "./errno.ts";
import { replace } from "./file-bytes.ts";
import { makeFolders } from "./make-folders.ts";
import { draftOf } from "./own-names.ts";
import { readSegmented } from "./segments/source.ts";
import { TRACE_MODES } from "./trace-files.ts";

export const nodeFiles: Files = {
  read: (file, most) =>
    attempt<Uint8Array | null>(() => readOpened(file, most), null) ?? readSegmented(file, most ?? SIZE.text),
  realPath: (file) => attempt(() => (statOf(file) === undefined ? null : fs.realpathSync.native(file)), null),
  isFolder: (file) => attempt(() => statOf(file)?.isDirectory() ?? false, false),
  list: (folder, withEmptyFolders = false) => [...listBelow(folder, "", withEmptyFolders)],
  names: (folder) => attempt(() => fs.readdirSync(folder), []),
};

/** Undefined where nothing is there: an error would take ten times as long to make. */
const statOf = (file: string) => fs.statSync(file, { throwIfNoEntry: false });

/**
 * Whether the path belongs to somebody who is neither the user nor root. Who became root with sudo is still the user whom
 * `sudoUser` names. Never where the system has no owners, nor of what cannot be looked at, which cannot be read either.
 */
export function isOfAnother(file: string, user: number | undefined, sudoUser: string | undefined): boolean {
  if (user === undefined) return false;
  const users = [0, user, ...(user === 0 && /^\d+$/.test(sudoUser ?? "") ? [Number(sudoUser)] : [])];
  try {
    return !users.includes(fs.statSync(file).uid);
  } catch {
    return false;
  }
}

/** Opening a pipe waits for its writer only if a pipe may be read. */
function readOpened(file: string, most: number | undefined): Uint8Array {
  const { O_NONBLOCK, O_RDONLY } = fs.constants;
  const descriptor = fs.openSync(file, most === undefined ? O_RDONLY | O_NONBLOCK : O_RDONLY);
  try {
    const stat = fs.fstatSync(descriptor);
    if (most === undefined && !stat.isFile() && !stat.isDirectory()) throw new IoError("ENXIO", undefined);
    return readKnown(descriptor, stat, most ?? SIZE.text);
  } finally {
    fs.closeSync(descriptor);
  }
}

const PIECE_BYTES = 2 ** 16;

/** All that can be read, unless it is more. @throws TooLarge */
export function readAtMost(descriptor: number, most: number): Uint8Array {
  return readKnown(descriptor, fs.fstatSync(descriptor), most);
}

function readKnown(descriptor: number, stat: fs.Stats, most: number): Uint8Array {
  if (stat.isFile()) {
    if (stat.size > most) throw new TooLarge(stat.size);
    return fs.readFileSync(descriptor);
  }
  const pieces: Buffer[] = [];
  for (let read = 0; read <= most; ) {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const length = readSome(descriptor, piece);
    if (length === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, length));
    read += length;
  }
  throw new TooLarge(null);
}

/** A pipe that another process opened may be empty for a moment. */
function readSome(descriptor: number, piece: Buffer): number {
  for (;;) {
    try {
      return fs.readSync(descriptor, piece, 0, piece.length, null);
    } catch (error) {
      if (errnoOf(error) === "EOF") return 0;
      if (errnoOf(error) !== "EAGAIN") throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
    }
  }
}

function* listBelow(folder: string, below: string, withEmptyFolders: boolean): Generator<ListedFile> {
  const entries = attempt(() => fs.readdirSync(path.join(folder, below), { withFileTypes: true }), []);
  if (entries.length === 0 && withEmptyFolders && below !== "")
    yield { path: below, isFile: false, isLink: false };
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* listBelow(folder, name, withEmptyFolders);
    else yield { path: name, isFile: entry.isFile(), isLink: entry.isSymbolicLink() };
  }
}

/** The files below a folder that were changed after `than` was; none where that is not there. */
export function newerFiles(folder: string, than: string): readonly string[] {
  const since = attempt(() => fs.statSync(than).mtimeMs, Number.POSITIVE_INFINITY);
  if (since === Number.POSITIVE_INFINITY) return [];
  return nodeFiles
    .list(folder)
    .map(({ path: file }) => file)
    .filter((file) => attempt(() => fs.statSync(path.join(folder, file)).mtimeMs, 0) > since);
}

// Not `performance`, whose first use loads a module of its own; and in two numbers, not in one large integer.
const { hrtime } = process;
const [begun] = hrtime();

export const nodeClock: Clock = {
  now: () => Date.now(),
  // From the start of the program: V8 keeps numbers below 2 ** 31 in place, others in objects.
  micros() {
    const [seconds, nanoseconds] = hrtime();
    return (seconds - begun) * 1e6 + Math.floor(nanoseconds / 1000);
  },
};

export const nodeSleep: Sleep = (milliseconds, signal) =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = () => {
      clearTimeout(timeout);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timeout = setTimeout(end, milliseconds);
    signal?.addEventListener("abort", end);
  });

/** A clock with a fixed time: its readings are the same in every run. */
export function fixedClock(epochMs: number): Clock {
  return { now: () => epochMs, micros: () => 0 };
}

/** Random bytes that are read at once, because each read costs as much as many bytes. */
const POOL_BYTES = 4096;

export const nodeEntropy: Entropy = pooledEntropy();

function pooledEntropy(): Entropy {
  let pool: Buffer = Buffer.alloc(0);
  return {
    hex(count) {
      if (count > POOL_BYTES) return randomBytes(count).toString("hex");
      if (count > pool.length) pool = randomBytes(POOL_BYTES);
      const taken = pool.subarray(0, count);
      pool = pool.subarray(count);
      return taken.toString("hex");
    },
  };
}

/** Pseudo-random bytes that depend only on the seed. */
export function seededEntropy(seed: string): Entropy {
  let block = 0;
  let ready = "";
  return {
    hex(count) {
      while (ready.length < count * 2) ready += sha256(`${seed}:${block++}`);
      const taken = ready.slice(0, count * 2);
      ready = ready.slice(count * 2);
      return taken;
    },
  };
}

/** Not through a link, and over nothing but a regular file. @throws IoError */
export function replaceFile(file: string, content: string | Uint8Array): void {
  try {
    const there = fs.lstatSync(file, { throwIfNoEntry: false });
    const errno = there?.isSymbolicLink() ? "ELOOP" : there?.isDirectory() ? "EISDIR" : "EEXIST";
    if (there !== undefined && !there.isFile()) throw new IoError(errno, undefined);
    replace(file, draftOf(file, randomUUID()), content);
  } catch (error) {
    throw error instanceof IoError ? error : new IoError(errnoOf(error), error);
  }
}

/** Writes the whole file; a new one is for those who have the access, where that is given. @throws IoError */
export function writeFile(file: string, content: string | Uint8Array, access?: TraceAccess): void {
  try {
    fs.writeFileSync(file, content, access === undefined ? {} : { mode: TRACE_MODES[access].file });
  } catch (error) {
    throw new IoError(errnoOf(error), error);
  }
}

/**
 * Writes a new file, and the folders it needs, for those who have the access; without it, the umask says.
 * @throws IoError, `EEXIST` where something is there
 */
export function createFile(file: string, content: string | Uint8Array, access?: TraceAccess): () => void {
  const { folder: folderMode, file: mode } = access === undefined ? NO_MODES : TRACE_MODES[access];
  let made: number;
  try {
    made = makeFolders(path.dirname(file), folderMode).length;
  } catch (error) {
    // Where a folder should be is something else.
    throw new IoError(errnoOf(error) === "EEXIST" ? "ENOTDIR" : errnoOf(error), error);
  }
  try {
    fs.writeFileSync(file, content, { flag: "wx", mode });
  } catch (error) {
    removeFolders(path.dirname(file), made);
    throw new IoError(errnoOf(error), error);
  }
  return () => {
    fs.rmSync(file, { force: true });
    removeFolders(path.dirname(file), made);
  };
}

/** Those of the system's calls. */
const NO_MODES = { folder: 0o777, file: 0o666 };

/** Removes the folder and some of those above it, as far as they are empty. */
function removeFolders(folder: string, count: number): void {
  for (let i = 0, at = folder; i < count; i++, at = path.dirname(at)) {
    try {
      fs.rmdirSync(at);
    } catch {
      return;
    }
  }
}
