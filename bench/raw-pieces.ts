/** What a run asks of the system, done bare: the least that a run of this shape can cost. */

import { hash as oneShot } from "node:crypto";
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { type Measure, microseconds } from "./sample.ts";

const EVENTS = 25;
const LINE = `${"x".repeat(608)}\n`;
const DIGESTS = EVENTS + 3;
/** The first event; what comes before each of three effects; the rest. */
const WRITES = 5;
const LINES = LINE.repeat(EVENTS / WRITES);
/** To three stores and the ledger. */
const APPENDS = 4;
/** Runs' worth in one sample. */
const BLOCK = 20;

/** Microseconds per run, by piece, each a fresh sample. */
export function rawPieces(folder: string): Readonly<Record<string, Measure>> {
  mkdirSync(folder);
  const [log, store, spare] = [join(folder, "log"), join(folder, "store"), join(folder, "spare")];
  const [logFile, storeFile] = [openSync(log, "a"), openSync(store, "a")];
  symlinkSync("1:host:start", spare);
  let number = 0;
  const pieces: Record<string, () => void> = {
    "a folder for the trace: mkdir, lock, open, close": () => traceFolder(join(folder, `t${++number}`), spare),
    [`${WRITES} writes of ${LINES.length} bytes to the trace, each with a stat`]: () => {
      ftruncateSync(logFile);
      times(WRITES, () => traceWrite(logFile, log));
    },
    [`${APPENDS} appends under a lock: readlink, link, lstat, write, fstat, unlink`]: () =>
      times(APPENDS, () => lockedAppend(storeFile, store, spare)),
    [`${DIGESTS} SHA-256 of ${LINE.length} bytes`]: () => times(DIGESTS, () => oneShot("sha256", LINE, "hex")),
  };
  return Object.fromEntries(Object.entries(pieces).map(([name, piece]) => [name, () => perRun(piece)]));
}

function perRun(piece: () => void): number {
  const begun = process.hrtime.bigint();
  times(BLOCK, piece);
  return microseconds(begun) / BLOCK;
}

function times(count: number, work: () => void): void {
  for (let i = 0; i < count; i++) work();
}

function traceFolder(folder: string, spare: string): void {
  mkdirSync(folder);
  const [trace, lock] = [join(folder, "trace.jsonl"), join(folder, "trace.jsonl.lock")];
  linkSync(spare, lock);
  const file = openSync(trace, "wx");
  fstatSync(file);
  unlinkSync(lock);
  closeSync(file);
}

function traceWrite(file: number, path: string): void {
  writeSync(file, LINES);
  statSync(path);
}

function lockedAppend(file: number, path: string, spare: string): void {
  const lock = `${path}.lock`;
  readlinkSync(spare);
  linkSync(spare, lock);
  lstatSync(path, { bigint: true });
  writeSync(file, LINE);
  fstatSync(file, { bigint: true });
  unlinkSync(lock);
}
