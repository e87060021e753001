/**
 * Mutual exclusion between the processes of one host, and of several hosts that share a folder.
 *
 * A lock is a file that appears together with its text, the name of its holder (`node-holder.ts`). Making it fails
 * where it exists already, so one process succeeds (`node-spare.ts`); only the holder removes it. Where the holder
 * has died, another process must, and two of them must not: the second could remove what a third has made
 * meanwhile. So a dead one's lock is removed only under a lock of its own, the claim, and only when it still has
 * the dead one's text, which nobody will ever write again. A claim whose maker has died is taken over in the same
 * way, under a claim on the claim.
 */

import { dirname } from "node:path";
import { StoreFault } from "./faults.ts";
import { isDead, pidOf, remove, textOf } from "./node-holder.ts";
import { free, place, sweep } from "./node-spare.ts";
import type { LockHolder } from "./ports.ts";

const LONGEST_PAUSE_MS = 10;

/**
 * Runs `work` while this process alone holds `lock`. A lock whose process has died is taken over.
 * @throws StoreFault `LOCKED` when a living process held it for `patience` milliseconds.
 */
export function withLock<T>(lock: string, file: string, patience: number, work: () => T): T {
  return whileHolding(lock, file, milliseconds() + patience, work);
}

/** Who holds the lock; null when nobody does. */
export function holderOf(lock: string): LockHolder | null {
  const holder = textOf(lock);
  return holder === undefined ? null : { process: pidOf(holder), isDead: isDead(holder) };
}

function whileHolding<T>(lock: string, file: string, deadline: number, work: () => T): T {
  acquire(lock, file, deadline);
  try {
    return work();
  } finally {
    free(lock);
  }
}

function acquire(lock: string, file: string, deadline: number): void {
  for (let pause = 1; !place(lock); ) {
    const holder = textOf(lock);
    if (holder === undefined) continue;
    if (isDead(holder)) {
      takeAway(lock, holder, file, deadline);
      continue;
    }
    if (milliseconds() >= deadline) throw new StoreFault("LOCKED", { file, holder: pidOf(holder) });
    sleep(pause);
    pause = Math.min(pause + 1, LONGEST_PAUSE_MS);
  }
}

function takeAway(lock: string, holder: string, file: string, deadline: number): void {
  whileHolding(`${lock}.claim`, file, deadline, () => {
    if (textOf(lock) === holder) remove(lock);
  });
  sweep(dirname(lock));
}

/** Monotonic. Not `performance`, whose first use loads a module of its own. */
function milliseconds(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

const never = new Int32Array(new SharedArrayBuffer(4));

function sleep(duration: number): void {
  Atomics.wait(never, 0, 0, duration);
}
