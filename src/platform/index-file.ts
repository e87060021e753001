/** Index files on disk: an optimisation that may fail at any time and in any way. */

import { fchmodSync, statSync, unlinkSync } from "node:fs";
import { Fault } from "../errors/base.ts";
import type { IndexFile } from "../ports.ts";
import { systemErrno } from "./errno.ts";
import { readAt, writeDraft, writeWhole } from "./file-bytes.ts";

/** A draft of this age belongs to a process that died. */
const ABANDONED_MS = 60_000;

/**
 * The index file at the path that `at` resolves, or refuses, at every use. It reveals content of the store, so its mode
 * is that of the store.
 */
export function openIndexFile(
  worth: number,
  at: <T>(work: (path: string) => T, isWriting: boolean) => T,
  storeMode: () => number,
): IndexFile {
  return {
    worth,
    read: (offset, length) => orElse(new Uint8Array(), () => at((path) => readAt(path, offset, length), false)),
    replace: (parts) => orElse(undefined, () => at((path) => replace(path, storeMode(), parts), true)),
  };
}

function orElse<T>(fallback: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (systemErrno(error) === undefined && !(error instanceof Fault)) throw error;
    return fallback;
  }
}

/** One draft at a time: a process that finds another draft does not write. */
function replace(path: string, mode: number, parts: readonly Uint8Array[]): void {
  const draft = `${path}.tmp`;
  const begun = statSync(draft, { throwIfNoEntry: false })?.mtimeMs;
  if (begun !== undefined) {
    if (Math.abs(Date.now() - begun) > ABANDONED_MS) unlinkSync(draft);
    return;
  }
  writeDraft(draft, path, (file) => {
    fchmodSync(file, mode & 0o666);
    for (const part of parts) writeWhole(file, part);
  });
}
