/** Reads one file of a snapshot, and nothing outside its folder. Used for running, sealing and verifying. */

import { type Files, IoError } from "../ports.ts";
import { SnapshotFault } from "./errors.ts";

/** The snapshot's folder with all links resolved, and how to read it. */
export interface Place {
  readonly root: string;
  readonly files: Files;
}

/**
 * The file's bytes, or null when nothing is there. A link may lead to a file of the snapshot.
 * `most` is how many bytes are wanted at most.
 * @throws SnapshotFault when it cannot be read, naming the file, or the link on the way to it that is wrong.
 */
export function readInside(place: Place, file: string, most?: number): Uint8Array | null {
  const { root, files } = place;
  try {
    if (files.realPath(`${root}/${file}`) === `${root}/${file}`) return files.read(`${root}/${file}`, most);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    requireWay(place, file);
    throw unreadable(file, error.errno);
  }
  const real = requireWay(place, file);
  return real === null ? null : attempt(file, () => files.read(real, most));
}

/** The real path of the file after all links; null if it does not exist. Checks each name of the path. */
function requireWay({ root, files }: Place, file: string): string | null {
  const names = file.split("/");
  let real: string | null = root;
  for (const [i, name] of names.entries()) {
    const at = names.slice(0, i + 1).join("/");
    real = attempt(at, () => files.realPath(`${root}/${at}`));
    if (real === null) {
      const folder = [root, ...names.slice(0, i)].join("/");
      if (!files.names(folder).includes(name)) return null;
      // Bytes that are no UTF-8 are listed as U+FFFD, and nothing is found by that name.
      throw name.includes("\ufffd")
        ? new SnapshotFault("NAME_NOT_UTF8", { file: at })
        : unreadable(at, "ENOENT");
    }
    if (!real.startsWith(`${root}/`)) throw new SnapshotFault("LINK_ESCAPES", { file: at });
    // Only the last name may be a link, and only to a file: so no file is read under two folders.
    if (real !== `${root}/${at}` && files.isFolder(real))
      throw new SnapshotFault("LINK_TO_FOLDER", { file: at });
  }
  return real;
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof IoError) throw unreadable(file, error.errno);
    throw error;
  }
}

function unreadable(file: string, errno: string): SnapshotFault {
  return new SnapshotFault("ARTIFACT_UNREADABLE", { file, errno });
}
