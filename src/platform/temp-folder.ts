/** Temporary folders on the real disk. */

import * as fs from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { TraceFault } from "../errors/ports.ts";
import { IoError, type TempFolder } from "../ports.ts";
import { copyFolder } from "./copy-folder.ts";
import { errnoOf } from "./errno.ts";
import { makeFolders } from "./make-folders.ts";

/** A new empty folder, by default below the system's temporary folder. @throws TraceFault */
export function openTempFolder(within: string = tmpdir()): TempFolder {
  const folder = makeFolder(within);
  const below = (name: string) => path.join(folder, name);
  return {
    folder,
    write: (file, content) =>
      attempt(() => {
        makeFolders(path.dirname(below(file)));
        fs.writeFileSync(below(file), content);
      }),
    makeFolder: (name) => void attempt(() => makeFolders(below(name))),
    remove: (name) => attempt(() => fs.rmSync(below(name), { recursive: true, force: true })),
    copy: (from, to) =>
      attempt(() => {
        fs.rmSync(below(to), { recursive: true, force: true });
        if (fs.existsSync(below(from)))
          fs.cpSync(below(from), below(to), { recursive: true, verbatimSymlinks: true });
      }),
    copyFrom: (source, to, most) => copyFolder(source, below(to), most),
    // A process that was just stopped may still write a last file.
    close: () =>
      attempt(() => fs.rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 })),
  };
}

function makeFolder(within: string): string {
  try {
    return fs.realpathSync(fs.mkdtempSync(path.join(within, "pgs-")));
  } catch (cause) {
    throw new TraceFault("SCRATCH_UNUSABLE", { folder: within, errno: errnoOf(cause) }, { cause });
  }
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new IoError(errnoOf(error), error);
  }
}
