/** What a run asks of the system, done bare: the least that a run of this shape can cost. */

import { hash as oneShot } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { type Measure, microseconds } from "./sample.ts";

const EVENTS = 25;
const EFFECTS = 3;
const LINE = `${"x".repeat(608)}\n`;
const DIGESTS = EVENTS + 3;
/** Runs' worth in one sample. */
const BLOCK = 20;

/** Microseconds per run, by piece, each a fresh sample. */
export function rawPieces(folder: string): Readonly<Record<string, Measure>> {
  mkdirSync(folder);
  const store = join(folder, "store");
  const log = openSync(join(folder, "log"), "a");
  closeSync(openSync(store, "a"));
  const spare = join(folder, "spare");
  symlinkSync("1:host:start", spare);
  let number = 0;
  const pieces: Record<string, () => void> = {
    "trace folder: mkdir, open, close": () => traceFolder(join(folder, `t${++number}`)),
    [`${EVENTS} appends of ${LINE.length} bytes to an empty file`]: () => appends(log),
    [`${EFFECTS} lock cycles: link, unlink`]: () => times(EFFECTS, () => lockCycle(spare, `${store}.lock`)),
    [`${EFFECTS} store writes: realpath, stat, open, write, close, stat`]: () =>
      times(EFFECTS, () => storeWrite(store)),
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

function traceFolder(folder: string): void {
  mkdirSync(folder);
  closeSync(openSync(join(folder, "trace.jsonl"), "wx"));
}

function appends(log: number): void {
  ftruncateSync(log);
  times(EVENTS, () => writeSync(log, LINE));
}

function lockCycle(spare: string, lock: string): void {
  linkSync(spare, lock);
  unlinkSync(lock);
}

function storeWrite(path: string): void {
  realpathSync.native(dirname(path));
  statSync(path, { bigint: true });
  const file = openSync(path, "a");
  writeSync(file, LINE);
  closeSync(file);
  statSync(path, { bigint: true });
}
