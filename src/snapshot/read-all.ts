/** Reads every file of a snapshot, whatever its form: what cannot be read is a finding. */

import type { Fault } from "../errors/base.ts";
import { type Files, IoError } from "../ports.ts";
import { SnapshotFault } from "./errors.ts";
import { type Place, readInside } from "./read-inside.ts";
import { SEAL_FILE } from "./seal.ts";

export interface SnapshotFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Every file of the snapshot but the one of the seal, sorted; what cannot be read is a finding. */
export function readAll(
  folder: string,
  files: Files,
  findings: Fault[],
  sealFile: string = SEAL_FILE,
): readonly SnapshotFile[] {
  const place = { root: files.realPath(folder) ?? folder, files };
  const inFolders = new Set<string>();
  const all = files.list(folder, true).flatMap(({ path, isLink }) => {
    const holder = path
      .split("/")
      .map((_, i, names) => names.slice(0, i).join("/"))
      .find(isFileName);
    if (holder !== undefined) inFolders.add(holder);
    if (holder !== undefined || path === sealFile) return [];
    try {
      const bytes = isLink ? readInside(place, path) : readListed(place, path);
      return bytes === null ? [] : [{ path, bytes }];
    } catch (error) {
      if (!(error instanceof SnapshotFault)) throw error;
      const isEmptyFolder = error.facts["errno" as never] === "EISDIR" && !isLink && !isFileName(path);
      if (!isEmptyFolder) findings.push(error);
      return [];
    }
  });
  for (const file of inFolders)
    findings.push(new SnapshotFault("ARTIFACT_UNREADABLE", { file, errno: "EISDIR" }));
  return all;
}

/** A file that is listed as none that is a link, nor below one, is where its path says. */
function readListed(place: Place, path: string): Uint8Array | null {
  try {
    return place.files.read(`${place.root}/${path}`) ?? readInside(place, path);
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return readInside(place, path);
  }
}

/** Whether there is a folder instead of a file that is read. */
function isFileName(path: string): boolean {
  return path.endsWith(".json");
}

/** The bytes of the seal, null when there is none; undefined, with the finding, when it cannot be read. */
export function readSealFile(folder: string, files: Files, findings: Fault[]): Uint8Array | null | undefined {
  try {
    return readInside({ root: files.realPath(folder) ?? folder, files }, SEAL_FILE);
  } catch (error) {
    if (!(error instanceof SnapshotFault)) throw error;
    findings.push(error);
    return undefined;
  }
}
