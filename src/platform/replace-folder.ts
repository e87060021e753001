/**
 * Replaces a folder as a whole: the new one is written beside it, and takes its name when it is complete. What ends in
 * between leaves the old folder or the new one; between the two renames, both, of which the next call puts the new one
 * in place. One process at a time does so: what is to change is asked for when no other one can change it any more.
 */

import * as fs from "node:fs";
import * as path from "node:path";
import { type FolderChange, IoError } from "../ports.ts";
import { errnoOf } from "./errno.ts";
import { syncFolder, writeWhole } from "./file-bytes.ts";
import { deadlineIn, retry, tryLocked } from "./lock/lock.ts";
import { makeFolders } from "./make-folders.ts";
import { lockOf, newFolderOf } from "./own-names.ts";

const formerOf = (folder: string) => beside(folder, "old");

/** The one that a process is writing. */
const unfinishedOf = (folder: string, process: number) => beside(folder, `writing-${process}`);

function beside(folder: string, what: string): string {
  return path.join(path.dirname(folder), `.${path.basename(folder)}.pgs-${what}`);
}

/** How long another process that replaces the folder is waited for, in milliseconds. */
const PATIENCE = 10_000;

/**
 * `changeNow` is asked when this process alone may replace the folder; null where nothing is to change.
 * @throws IoError; StoreFault `LOCKED` while another process replaces it, `LOCK_UNUSABLE`
 */
export async function replaceFolder(
  given: string,
  changeNow: () => FolderChange | null,
  patience = PATIENCE,
): Promise<void> {
  const folder = realFolder(given);
  onDisk(() => makeFolders(path.dirname(folder)));
  const lock = {
    path: lockOf(newFolderOf(folder)),
    folder: path.dirname(folder),
    links: null,
  } as const;
  const deadline = deadlineIn(patience);
  const replaceNow = () => {
    finishReplacement(folder);
    const change = changeNow();
    if (change !== null) onDisk(() => replace(folder, change));
  };
  await retry(() => tryLocked(lock, lock.path, deadline, replaceNow));
}

function replace(folder: string, change: FolderChange): void {
  removeUnfinished(folder);
  const unfinished = unfinishedOf(folder, process.pid);
  fs.mkdirSync(unfinished);
  try {
    fillFolder(unfinished, folder, change);
    fs.renameSync(unfinished, newFolderOf(folder));
  } catch (error) {
    fs.rmSync(unfinished, { recursive: true, force: true });
    throw error;
  }
  finishReplacement(folder);
}

/** @throws IoError */
function onDisk<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof IoError ? error : new IoError(errnoOf(error), error);
  }
}

/** Puts a complete new folder in its place, where an earlier call was ended before it did. @throws IoError */
export function finishReplacement(given: string): void {
  onDisk(() => {
    const folder = realFolder(given);
    const [draft, former] = [newFolderOf(folder), formerOf(folder)];
    if (fs.existsSync(draft)) {
      if (fs.existsSync(folder)) {
        fs.rmSync(former, { recursive: true, force: true });
        fs.renameSync(folder, former);
      }
      fs.renameSync(draft, folder);
      syncFolder(path.dirname(folder));
    }
    fs.rmSync(former, { recursive: true, force: true });
  });
}

/** What processes left that were ended while they wrote. */
function removeUnfinished(folder: string): void {
  const start = path.basename(unfinishedOf(folder, 0)).slice(0, -1);
  for (const name of fs.readdirSync(path.dirname(folder))) {
    const writer = name.startsWith(start) ? Number(name.slice(start.length)) : Number.NaN;
    if (Number.isInteger(writer) && !isAlive(writer))
      fs.rmSync(path.join(path.dirname(folder), name), { recursive: true, force: true });
  }
}

function isAlive(writer: number): boolean {
  if (writer === process.pid) return false;
  try {
    process.kill(writer, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}

function fillFolder(unfinished: string, folder: string, { write, remove }: FolderChange): void {
  if (fs.existsSync(folder)) {
    fs.chmodSync(unfinished, fs.statSync(folder).mode & 0o7777);
    keep(folder, unfinished, new Set([...write.keys(), ...remove]));
  }
  for (const [file, text] of write) {
    const mode = fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.mode;
    writeFile(path.join(unfinished, file), text, mode);
  }
  syncFolder(unfinished);
}

/** A link to a folder stays one, also while the folder is being replaced. */
function realFolder(given: string): string {
  try {
    return fs.realpathSync(given);
  } catch {
    const isLink = fs.lstatSync(given, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
    return isLink ? path.resolve(path.dirname(given), fs.readlinkSync(given)) : path.resolve(given);
  }
}

/** The files that do not change: as the same file where the disk can do that, else as a copy. */
function keep(from: string, to: string, touched: ReadonlySet<string>, below = ""): void {
  for (const entry of fs.readdirSync(path.join(from, below), { withFileTypes: true })) {
    const name = below === "" ? entry.name : `${below}/${entry.name}`;
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (entry.isDirectory()) keep(from, to, touched, name);
    else if (touched.has(name)) continue;
    else {
      makeFolders(path.dirname(target));
      if (entry.isSymbolicLink()) fs.symlinkSync(fs.readlinkSync(source), target);
      else linkOrCopy(source, target);
    }
  }
  // A folder in which nothing is left goes with its files; one that was empty stays.
  if (below !== "" && fs.readdirSync(path.join(from, below)).length === 0) makeFolders(path.join(to, below));
}

function linkOrCopy(source: string, target: string): void {
  try {
    fs.linkSync(source, target);
  } catch (error) {
    // A pipe or a device would be waited for.
    if (!fs.statSync(source).isFile()) throw error;
    fs.copyFileSync(source, target);
  }
}

function writeFile(file: string, text: string, mode: number | undefined): void {
  makeFolders(path.dirname(file));
  const descriptor = fs.openSync(file, "w", 0o666);
  try {
    writeWhole(descriptor, Buffer.from(text));
    if (mode !== undefined) fs.fchmodSync(descriptor, mode & 0o7777);
    fs.fsyncSync(descriptor);
  } finally {
    fs.closeSync(descriptor);
  }
}
