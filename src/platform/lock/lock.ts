/**
 * Mutual exclusion between the processes of one host, and of several hosts that share a folder.
 *
 * A lock is a file that appears together with its text, the name of its holder (`lock-owner.ts`). Making it fails
 * where it exists already, so one process succeeds (`lock-link-pool.ts`); only the holder removes it. Where the holder
 * has died, another process must, and two of them must not: the second could remove what a third has made
 * meanwhile. So a dead one's lock is removed only under a lock of its own, the claim, and only when it still has
 * the dead one's text, which nobody will ever write again. A claim whose maker has died is taken over in the same
 * way, under a claim on the claim.
 */

import { StoreFault } from "../../errors/ports.ts";
import type { LockHolder } from "../../ports.ts";
import { draftOf } from "../file-bytes.ts";
import { type LockPlace, release, removeStale, tryAcquire } from "./lock-link-pool.ts";
import { codeOf, holderIn, isDead, remove, sinceOf, textOf, tokenIn } from "./lock-owner.ts";

const LONGEST_PAUSE_MS = 10;

/**
 * Runs `work` while this process alone holds the lock of `file`. A lock whose process has died is taken over.
 * @throws StoreFault `LOCKED` when it was held for `patience` milliseconds by a process that is not known to have
 * died, `LOCK_UNUSABLE` when the system refuses the lock itself
 */
export function withLock<T>(lock: LockPlace, file: string, patience: number, work: () => T): T {
  return whileHolding(lock, file, milliseconds() + patience, work);
}

/** The holder of the lock; null if it is free. */
export function holderOf(path: string): LockHolder | null {
  const text = textOf(path);
  const since = sinceOf(path);
  return text === undefined || since === undefined ? null : { ...holderIn(text), since };
}

/** Removes the lock, unless its holder is known to be alive: then that one is returned. @throws StoreFault */
export function releaseAbandoned(lock: LockPlace, file: string, patience: number): LockHolder | null {
  const text = textOf(lock.path);
  if (text === undefined) return null;
  const holder = holderOf(lock.path);
  if (holder?.state === "alive") return holder;
  takeAway(lock, text, file, milliseconds() + patience);
  return null;
}

function whileHolding<T>(lock: LockPlace, file: string, deadline: number, work: () => T): T {
  onLock(file, () => acquire(lock, file, deadline));
  try {
    return work();
  } finally {
    onLock(file, () => release(lock));
  }
}

/** A system error here is a fault of the lock, not of the store. */
function onLock(file: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    const errno = error instanceof StoreFault ? undefined : codeOf(error);
    throw errno === undefined ? error : new StoreFault("LOCK_UNUSABLE", { file, errno }, error);
  }
}

function acquire(lock: LockPlace, file: string, deadline: number): void {
  for (let pause = 1; !tryAcquire(lock); ) {
    const text = textOf(lock.path);
    if (text === undefined) continue;
    if (isDead(text)) {
      takeAway(lock, text, file, deadline);
      continue;
    }
    if (milliseconds() >= deadline) throw locked(lock, file);
    sleep(pause);
    pause = Math.min(pause + 1, LONGEST_PAUSE_MS);
  }
}

function locked({ path }: LockPlace, file: string): StoreFault {
  const { host = null, pid = null, since = null } = holderOf(path) ?? {};
  return new StoreFault("LOCKED", { file, host, pid, since });
}

/** Removes the lock and the draft that its holder may have left. */
function takeAway(lock: LockPlace, text: string, file: string, deadline: number): void {
  const claim = { ...lock, path: `${lock.path}.claim` };
  whileHolding(claim, file, deadline, () => {
    if (textOf(lock.path) !== text) return;
    const token = tokenIn(text);
    if (token !== undefined) remove(draftOf(storeOf(lock.path), token));
    remove(lock.path);
  });
  removeStale(lock);
}

export const lockOf = (store: string) => `${store}.lock`;
const storeOf = (lock: string) => lock.replace(/\.lock$/, "");

/** Monotonic. Not `performance`, whose first use loads a module of its own. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

const never = new Int32Array(new SharedArrayBuffer(4));

function sleep(duration: number): void {
  Atomics.wait(never, 0, 0, duration);
}
