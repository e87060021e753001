/** Waits until a file changes that a command may depend on. */

import * as fs from "node:fs";
import * as path from "node:path";
import type { FolderWatch } from "../ports.ts";
import { nodeSleep } from "./node-ports.ts";

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

/** How often one looks for a folder that is not there yet, or cannot be watched. */
const LOOK_MS = 500;

/** Watches the entries of the folder itself, not those of the folders in it. Where it cannot be watched, only time passes. */
export function watchFolder(folder: string): FolderWatch {
  let isChanged = false;
  let tell: () => void = () => undefined;
  const open = () =>
    openWatcher(folder, () => {
      isChanged = true;
      tell();
    });
  let watcher = open();
  return {
    async changed(milliseconds, signal) {
      const isWatched = watcher !== null;
      watcher ??= open();
      // What has happened in a folder before it could be watched was told to nobody.
      if (!isChanged && isWatched === (watcher !== null)) {
        const told = new AbortController();
        tell = () => told.abort();
        const signals = signal === undefined ? [told.signal] : [told.signal, signal];
        await nodeSleep(Math.min(milliseconds, isWatched ? LONGEST_MS : LOOK_MS), AbortSignal.any(signals));
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

/** The longest time that a timer takes. */
const LONGEST_MS = 2 ** 31 - 1;
