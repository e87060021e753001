/** Waits until a file changes that a command may depend on. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { FolderWatch } from "../ports.ts";

/** Authored Markdown, scenarios and what they name, and the files of capability packages. */
const READ = /\.(?:ya?ml|jsonl?|md|m?js)$/;

/** Several files are often written in a row: a change is complete if no other follows within this time. */
const QUIET_MS = 60;

/** Resolves after a change at or below one of the paths; missing paths are ignored. */
export function awaitChange(places: readonly string[]): Promise<void> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined;
    const over = () => {
      for (const watcher of watchers) watcher.close();
      resolve();
    };
    const changed = (_: string, name: string | null) => {
      if (name !== null && !READ.test(name)) return;
      clearTimeout(timer);
      timer = setTimeout(over, QUIET_MS);
    };
    const watchers = [...new Set(places.flatMap(folderAt))].map((folder) =>
      fs.watch(folder, { recursive: true }, changed).on("error", () => undefined),
    );
  });
}

/** The folder, links resolved, that a place is or stands in: a file that is replaced is another one. */
function folderAt(place: string): readonly string[] {
  try {
    const real = fs.realpathSync(place);
    return [fs.statSync(real).isDirectory() ? real : path.dirname(real)];
  } catch {
    return [];
  }
}

/** Watches the entries of the folder itself, not those of the folders in it. Where it cannot be watched, only time passes. */
export function watchFolder(folder: string): FolderWatch {
  let isChanged = false;
  let tell: () => void = () => undefined;
  const watcher = openWatcher(folder, () => {
    isChanged = true;
    tell();
  });
  return {
    async changed(milliseconds, signal) {
      if (!isChanged) {
        const told = new AbortController();
        tell = () => told.abort();
        await sleep(milliseconds, signal === undefined ? told.signal : AbortSignal.any([told.signal, signal]));
      }
      isChanged = false;
    },
    close: () => watcher?.close(),
  };
}

function openWatcher(folder: string, changed: () => void): fs.FSWatcher | null {
  try {
    return fs.watch(folder, changed).on("error", () => undefined);
  } catch {
    return null;
  }
}

/** Resolves after so many milliseconds, or when it is aborted. */
export function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const over = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, Math.min(milliseconds, LONGEST_MS));
    signal?.addEventListener("abort", over);
  });
}

/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;
