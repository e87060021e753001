/**
 * Mutual exclusion between the processes of one host, and of several hosts that share a folder.
 *
 * A lock is a file that appears together with its text, the name of its owner (`lock-owner.ts`). Making it fails
 * where it exists already, so one process succeeds (`lock-link-pool.ts`); only the owner removes it. Where the owner
 * has died, another process must, and two of them must not: the second could remove what a third has made
 * meanwhile. So a dead owner's lock is removed only under a lock of its own, the claim, and only when it still has
 * the dead owner's text, which no process will ever write again. A claim whose owner has died is taken over in the
 * same way, under a claim on the claim.
 *
 * Nothing here waits but `retry`: a lock that cannot be had is tried again later, and the process does other things
 * in the meantime.
 */

import { StoreFault } from "../../errors/ports.ts";
import type { LockHolder } from "../../ports.ts";
import { codeOf } from "../errno.ts";
import { claimOf, draftOf } from "../own-names.ts";
import { type LockFile, release, removeStale, tryAcquire } from "./lock-link-pool.ts";
import { holderIn, isDead, remove, sinceOf, textOf, tokenIn } from "./lock-owner.ts";

const LONGEST_PAUSE_MS = 10;

/** The outcome of one attempt; null while a process that is not known to have died holds the lock. */
export type Attempt<T> = { readonly value: T } | null;

/** Attempts again and again, with pauses, until it is done. */
export async function retry<T>(attempt: () => Attempt<T>): Promise<T> {
  for (let pause = 1; ; pause = Math.min(pause + 1, LONGEST_PAUSE_MS)) {
    const done = attempt();
    if (done !== null) return done.value;
    await new Promise((resume) => setTimeout(resume, pause));
  }
}

/** The moment until which a lock is waited for. Monotonic; not `performance`, whose first use loads a module. */
export const deadlineIn = (milliseconds: number) => now() + milliseconds;

const now = () => Number(process.hrtime.bigint() / 1_000_000n);

/**
 * Does `work` while this process alone holds the lock of `file`, if it can have it now. A lock whose process has died
 * is taken over.
 * @throws StoreFault `LOCKED` from the deadline on, when a process that is not known to have died holds the lock;
 * `LOCK_UNUSABLE` when the system refuses the lock itself
 */
export function tryLocked<T>(lock: LockFile, file: string, deadline: number, work: () => T): Attempt<T> {
  if (!onLock(file, () => acquire(lock, file, deadline))) return null;
  try {
    return { value: work() };
  } finally {
    onLock(file, () => release(lock));
  }
}

/** Takes the lock, also from a process that has died; false while one that is not known to have died holds it. */
export function tryTake(lock: LockFile, file: string): boolean {
  return acquire(lock, file, Number.POSITIVE_INFINITY);
}

/** The holder of the lock; null if it is free. */
export function holderOf(path: string): LockHolder | null {
  const text = textOf(path);
  const since = sinceOf(path);
  return text === undefined || since === undefined ? null : { ...holderIn(text), since };
}

/** Removes the lock, unless its holder is known to be alive: then that one is the value. @throws StoreFault */
export function tryRemove(lock: LockFile, file: string, deadline: number): Attempt<LockHolder | null> {
  const text = textOf(lock.path);
  if (text === undefined) return { value: null };
  const holder = holderOf(lock.path);
  if (holder?.state === "alive") return { value: holder };
  return takeAway(lock, text, file, deadline) ? { value: null } : null;
}

/** A system error here is a fault of the lock, not of the store. */
function onLock<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const errno = error instanceof StoreFault ? undefined : codeOf(error);
    throw errno === undefined ? error : new StoreFault("LOCK_UNUSABLE", { file, errno }, error);
  }
}

/** False while a process that is not known to have died holds the lock. */
function acquire(lock: LockFile, file: string, deadline: number): boolean {
  while (!tryAcquire(lock)) {
    const text = textOf(lock.path);
    if (text === undefined) continue;
    if (isDead(text)) {
      if (!takeAway(lock, text, file, deadline)) return false;
    } else {
      if (now() >= deadline) throw locked(lock, file);
      return false;
    }
  }
  return true;
}

function locked({ path }: LockFile, file: string): StoreFault {
  const { host = null, pid = null, since = null } = holderOf(path) ?? {};
  return new StoreFault("LOCKED", { file, host, pid, since });
}

/** Removes the lock and the draft that its owner may have left; false while another process is doing so. */
function takeAway(lock: LockFile, text: string, file: string, deadline: number): boolean {
  const claim = { ...lock, path: claimOf(lock.path) };
  const taken = tryLocked(claim, file, deadline, () => {
    if (textOf(lock.path) !== text) return;
    const token = tokenIn(text);
    if (token !== undefined) remove(draftOf(storeOf(lock.path), token));
    remove(lock.path);
  });
  if (taken !== null) removeStale(lock);
  return taken !== null;
}

const storeOf = (lock: string) => lock.replace(/\.lock$/, "");
