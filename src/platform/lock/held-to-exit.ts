/** Locks that a process may hold until it ends: they are removed then, unless it is killed. */

import { type LockFile, release } from "./lock-link-pool.ts";
import { ownText, remove, textOf } from "./lock-owner.ts";

const held = new Set<string>();
let isListening = false;

/** Of a lock that this process has. Releases it; where that is not called, the end of the process does. */
export function holdToExit(lock: LockFile): () => void {
  held.add(lock.path);
  removeAtExit();
  return () => {
    if (held.delete(lock.path)) release(lock);
  };
}

function removeAtExit(): void {
  if (isListening) return;
  isListening = true;
  process.on("exit", () => {
    // Another's, where this process's was removed by hand and the lock taken since.
    for (const path of held) if (textOf(path) === ownText()) remove(path);
  });
}
