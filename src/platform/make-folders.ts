/** Making a folder with those above it. */

import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { systemErrno } from "./errno.ts";

/**
 * Makes the folder and those above it that are missing, and returns the parent of each new one, the nearest first.
 * Node's recursive `mkdir` is not used: it never returns where nothing can be made, such as below `/proc`.
 * @throws the system's own error
 */
export function makeFolders(folder: string, mode = 0o777): readonly string[] {
  const parent = dirname(folder);
  try {
    return makeFolder(folder, mode) ? [parent] : [];
  } catch (error) {
    if (systemErrno(error) !== "ENOENT" || parent === folder) throw error;
  }
  const above = makeFolders(parent, mode);
  return makeFolder(folder, mode) ? [parent, ...above] : above;
}

/** Whether it was made; false where there is such a folder. */
function makeFolder(folder: string, mode: number): boolean {
  try {
    mkdirSync(folder, { mode });
    return true;
  } catch (error) {
    if (systemErrno(error) !== "EEXIST" || statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true)
      throw error;
    return false;
  }
}
