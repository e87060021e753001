/** Who writes a segment. */

import { basename, dirname, resolve } from "node:path";
import type { LockHolder } from "../../ports.ts";
import { holderOf, tryTake } from "../lock/lock.ts";
import { release } from "../lock/lock-link-pool.ts";
import { textOf, tokenIn } from "../lock/lock-owner.ts";
import { linksIn, lockOf } from "../own-names.ts";

/** By path, the runs that this process writes into each of its segments now. */
const writtenHere = new Map<string, ReadonlySet<string>>();

/** Says which runs this process writes into the segment: a set that may change. What is answered takes that back. */
export function setWrittenHere(segment: string, runs: ReadonlySet<string>): () => void {
  writtenHere.set(segment, runs);
  return () => void writtenHere.delete(segment);
}

export function isWrittenHere(segment: string): boolean {
  return writtenHere.has(segment);
}

/** The name of a segment ends with the token of the process that made it, and nobody else writes to it. */
const MADE_BY = /__([0-9a-f]{16})(?:_\d+)?\.jsonl$/;

/**
 * Who may write the run into the segment; null where nobody does. Of its own segments, this process knows that of each run;
 * of another process's, it is the process itself, as long as it lives. Whoever locks a segment to move a run out of it, or
 * to prune it, does not write it.
 */
export function writerOf(segment: string, run: string): LockHolder | null {
  const path = resolve(segment);
  if (writtenHere.get(path)?.has(run) === false) return null;
  const lock = lockOf(path);
  const token = tokenIn(textOf(lock) ?? "");
  const [, maker] = MADE_BY.exec(basename(path)) ?? [];
  if (token === undefined || token !== maker) return null;
  const holder = holderOf(lock);
  return holder?.state === "dead" ? null : holder;
}

/** How long this waits for a process that moves a run out of the segment, or prunes it. */
const PATIENCE_MS = 5000;
const PAUSE_MS = 5;

/**
 * Locks a segment that nobody writes, so that its runs are neither moved nor pruned by others. What is answered unlocks it;
 * null where another process has it for too long.
 */
export function lockSegment(segment: string): (() => void) | null {
  const folder = dirname(segment);
  const lock = { path: lockOf(segment), folder, links: linksIn(dirname(folder)) };
  for (let waited = 0; !tryTake(lock, basename(segment)); waited += PAUSE_MS) {
    if (waited >= PATIENCE_MS) return null;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  }
  return () => release(lock);
}
