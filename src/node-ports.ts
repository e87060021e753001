/** The real world behind the ports: Node's file system, clocks and random source. */

import { randomBytes, randomUUID } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { TraceFault } from "./faults.ts";
import { draftOf, replace } from "./node-bytes.ts";
import { type Clock, type Entropy, type Files, IoError, type ListedFile, type TraceFolder } from "./ports.ts";
import { sha256 } from "./trace/canonical.ts";

/** The system's own code for what went wrong. */
export function errnoOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "EUNKNOWN";
}

/** What the file system answers, or `absent` where there is nothing. @throws IoError */
export function attempt<T>(work: () => T, absent: T): T {
  try {
    return work();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return absent;
    throw new IoError(errno, error);
  }
}

export const nodeFiles: Files = {
  read: (file) => attempt<Uint8Array | null>(() => fs.readFileSync(file), null),
  realPath: (file) => attempt<string | null>(() => fs.realpathSync.native(file), null),
  isFolder: (file) => attempt(() => fs.statSync(file).isDirectory(), false),
  list: (folder) => [...listBelow(folder, "")],
  names: (folder) => attempt(() => fs.readdirSync(folder), []),
};

function* listBelow(folder: string, below: string): Generator<ListedFile> {
  const entries = attempt(() => fs.readdirSync(path.join(folder, below), { withFileTypes: true }), []);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* listBelow(folder, name);
    else yield { path: name, isLink: entry.isSymbolicLink() };
  }
}

export const nodeClock: Clock = {
  now: () => Date.now(),
  // Not `performance`, whose first use loads a module of its own.
  micros: () => Number(process.hrtime.bigint() / 1000n),
};

/** A clock that stands still: everything it stamps is the same in every run. */
export function fixedClock(epochMs: number): Clock {
  return { now: () => epochMs, micros: () => 0 };
}

/** Bytes drawn from the system at once, because each drawing costs as much as many bytes. */
const POOL_BYTES = 4096;

export const nodeEntropy: Entropy = pooledEntropy();

function pooledEntropy(): Entropy {
  let pool: Buffer = Buffer.alloc(0);
  return {
    hex(count) {
      if (count > POOL_BYTES) return randomBytes(count).toString("hex");
      if (count > pool.length) pool = randomBytes(POOL_BYTES);
      const drawn = pool.subarray(0, count);
      pool = pool.subarray(count);
      return drawn.toString("hex");
    },
  };
}

/** Bytes that depend on the seed alone, drawn in order. */
export function seededEntropy(seed: string): Entropy {
  let block = 0;
  let ready = "";
  return {
    hex(count) {
      while (ready.length < count * 2) ready += sha256(`${seed}:${block++}`);
      const drawn = ready.slice(0, count * 2);
      ready = ready.slice(count * 2);
      return drawn;
    },
  };
}

/**
 * A new folder for one run's files, `<traces>/<id>`; a name already taken gets `_2`, `_3`, …
 * @throws TraceFault
 */
export function openTrace(traces: string, wanted: string): TraceFolder {
  try {
    const { id, folder } = makeFolder(traces, wanted);
    return { id, folder, file: traceFile(`${folder}${path.sep}${id}.jsonl`) };
  } catch (error) {
    throw traceUnwritable({ folder: traces, file: null }, error);
  }
}

function makeFolder(traces: string, wanted: string): { readonly id: string; readonly folder: string } {
  let taken = 0;
  for (;;) {
    const id = taken === 0 ? wanted : `${wanted}_${taken + 1}`;
    const folder = path.join(traces, id);
    try {
      fs.mkdirSync(folder);
      return { id, folder };
    } catch (error) {
      if (errnoOf(error) === "ENOENT") fs.mkdirSync(traces, { recursive: true });
      else if (errnoOf(error) === "EEXIST") taken++;
      else throw error;
    }
  }
}

function traceUnwritable(
  place: { readonly folder: string; readonly file: string | null },
  cause: unknown,
): TraceFault {
  const facts = { ...place, errno: errnoOf(cause), effects: [], more: 0 };
  return new TraceFault("TRACE_UNWRITABLE", facts, { cause });
}

/** @throws the system's own error where the file cannot be made. */
function traceFile(file: string): TraceFolder["file"] {
  const descriptor = fs.openSync(file, "wx");
  const { dev, ino } = fs.fstatSync(descriptor);
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw traceUnwritable({ folder: path.dirname(file), file }, error);
    }
  };
  return {
    append: (text) => guarded(() => writeWhole(descriptor, text)),
    // A file that was removed takes what is written to it, and nobody can read it.
    checkPlace: () =>
      guarded(() => {
        const there = fs.statSync(file);
        if (there.dev !== dev || there.ino !== ino) throw Object.assign(new Error(file), { code: "ENOENT" });
      }),
    sync: () => guarded(() => fs.fdatasyncSync(descriptor)),
    close: () => guarded(() => fs.closeSync(descriptor)),
  };
}

function writeWhole(descriptor: number, text: string): void {
  const written = fs.writeSync(descriptor, text);
  if (written === Buffer.byteLength(text)) return;
  const bytes = Buffer.from(text);
  for (let offset = written; offset < bytes.length; ) offset += fs.writeSync(descriptor, bytes, offset);
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

/** Writes the whole file. @throws IoError */
export function writeFile(file: string, content: string | Uint8Array): void {
  try {
    fs.writeFileSync(file, content);
  } catch (error) {
    throw new IoError(errnoOf(error), error);
  }
}
