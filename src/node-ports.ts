/** The real world behind the ports: Node's file system, clocks and random source. */

import { randomBytes } from "node:crypto";
import * as fs from "node:fs";
import * as path from "node:path";
import { TraceFault } from "./faults.ts";
import { type Clock, type Entropy, type Files, IoError, type ListedFile, type TraceFolder } from "./ports.ts";
import { sha256 } from "./trace/canonical.ts";

function errnoOf(error: unknown): string {
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
  list: (folder, withEmptyFolders = false) => [...listBelow(folder, "", withEmptyFolders)],
  names: (folder) => attempt(() => fs.readdirSync(folder), []),
};

function* listBelow(folder: string, below: string, withEmptyFolders: boolean): Generator<ListedFile> {
  const entries = attempt(() => fs.readdirSync(path.join(folder, below), { withFileTypes: true }), []);
  if (entries.length === 0 && withEmptyFolders && below !== "") yield { path: below, isLink: false };
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) yield* listBelow(folder, name, withEmptyFolders);
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
    const descriptor = fs.openSync(`${folder}${path.sep}${id}.jsonl`, "wx");
    return { id, folder, file: traceFile(descriptor, folder) };
  } catch (error) {
    throw new TraceFault("TRACE_UNWRITABLE", { folder: traces, errno: errnoOf(error) }, { cause: error });
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

function traceFile(descriptor: number, folder: string): TraceFolder["file"] {
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      throw new TraceFault("TRACE_UNWRITABLE", { folder, errno: errnoOf(error) }, { cause: error });
    }
  };
  return {
    append: (text) => guarded(() => writeWhole(descriptor, text)),
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

/** Writes the whole file. @throws IoError */
export function writeFile(file: string, content: string | Uint8Array): void {
  try {
    fs.writeFileSync(file, content);
  } catch (error) {
    throw new IoError(errnoOf(error), error);
  }
}
