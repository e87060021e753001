/** Copying a folder that was made by others: nothing of it is waited for, held whole, or copied without end. */

import { closeSync, lstatSync, openSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type CopyLimits, FileError, IoError, TooLarge } from "../ports.ts";
import { errnoOf } from "./errno.ts";
import { readFrom, writeWhole } from "./file-bytes.ts";
import { makeFolders } from "./make-folders.ts";

/** @throws FileError, TooLarge; see `TempFolder.copyFrom` */
export function copyFolder(from: string, to: string, most: CopyLimits): void {
  let { files, bytes } = most;
  copyBelow("");

  function copyBelow(folder: string): void {
    const entries = at(folder, () => readdirSync(join(from, folder), { withFileTypes: true }));
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (files-- === 0) throw new TooLarge(null);
      const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) copyBelow(path);
      else if (!entry.isSymbolicLink()) at(path, () => copyFile(path));
    }
  }

  function copyFile(path: string): void {
    const target = join(to, path);
    if (lstatSync(join(from, path)).size > bytes) throw new TooLarge(null);
    makeFolders(dirname(target));
    const file = openSync(target, "w");
    try {
      readFrom(join(from, path), 0, (piece) => {
        bytes -= piece.length;
        if (bytes < 0) throw new TooLarge(null);
        writeWhole(file, piece);
      });
    } finally {
      closeSync(file);
    }
  }
}

function at<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof IoError ? error : new FileError(path, errnoOf(error), error);
  }
}
