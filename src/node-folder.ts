/**
 * A folder held open while something is done in it. Its files are reached through the handle, so that nobody who
 * renames a folder or puts a link in its place leads an operation elsewhere than where it was found to lead.
 */

import { closeSync, constants, existsSync, mkdirSync, openSync, readlinkSync } from "node:fs";
import { basename, dirname } from "node:path";
import { errnoOf } from "./node-bytes.ts";

export interface HeldFolder {
  /** The path by which its files are reached. */
  readonly path: string;
  close(): void;
}

const { O_DIRECTORY, O_NOFOLLOW, O_RDONLY } = constants;
/** Linux's flag for a handle that needs only the right to search the folder; Node does not name it. */
const O_PATH = 0x200000;

/** Only Linux has paths that go through a handle. Elsewhere the path is used as it was checked. */
let hasHandlePaths: boolean | undefined;

/** The folder at a path without links; null where the path leads elsewhere by now. */
export function holdFolder(folder: string): HeldFolder | null {
  hasHandlePaths ??= process.platform === "linux" && existsSync("/proc/self/fd");
  const handle = openSync(folder, O_DIRECTORY | O_NOFOLLOW | (hasHandlePaths ? O_PATH : O_RDONLY));
  const path = hasHandlePaths ? `/proc/self/fd/${handle}` : folder;
  const close = () => closeSync(handle);
  try {
    if (!hasHandlePaths || readlinkSync(path) === folder) return { path, close };
  } catch (error) {
    close();
    throw error;
  }
  close();
  return null;
}

/** The same, made with those above it that are missing; `made` is told the parent of each. */
export function makeFolder(folder: string, made: (parent: string) => void): HeldFolder | null {
  try {
    return holdFolder(folder);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  const parent = makeFolder(dirname(folder), made);
  if (parent === null) return null;
  try {
    makeIn(`${parent.path}/${basename(folder)}`);
    made(dirname(folder));
  } finally {
    parent.close();
  }
  return holdFolder(folder);
}

function makeIn(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
