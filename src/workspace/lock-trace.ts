/** The lock of a trace that another process may hold for a moment. */

import { TraceFault } from "../errors/ports.ts";

/** How long a delivery waits for a process that appends to the trace, in milliseconds. */
export const PATIENCE_MS = 10_000;

const LONGEST_PAUSE_MS = 100;

/**
 * What `lock` gives, tried again for so many milliseconds while another process holds the lock.
 * @throws TraceFault `TRACE_BUSY` after that
 */
export async function lockWithin<T>(
  milliseconds: number,
  lock: () => T | Promise<T>,
  sleep: (milliseconds: number) => Promise<void>,
): Promise<T> {
  let left = milliseconds;
  for (let pause = 5; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await lock();
    } catch (error) {
      if (!(error instanceof TraceFault && error.code === "TRACE_BUSY") || left <= 0) throw error;
    }
    await sleep(Math.min(pause, left));
    left -= pause;
  }
}
