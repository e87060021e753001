/** Finds workspaces, and a protocol snapshot near a folder that has none. */

import { type Files, IoError } from "../ports.ts";
import { isAssembled } from "./form.ts";
import { nearestName } from "./nearest-name.ts";

const USUAL = "protocol_snapshot";

/** The usual name of an assembled snapshot. */
const ASSEMBLED = "snapshot";

/** The snapshot of a workspace that names none: `protocol_snapshot/` or, where that is none, an assembled `snapshot/`. */
export function usualSnapshot(workspace: string, files: Pick<Files, "isFolder" | "names">): string {
  const usual = `${workspace}/${USUAL}`;
  const assembled = `${workspace}/${ASSEMBLED}`;
  return !files.isFolder(usual) && isAssembled(assembled, files) ? assembled : usual;
}

/** Makes a folder a workspace, and says where its parts are. */
export const WORKSPACE_FILE = "pgs.json";

/** In the folder, next to it under a similar name, or in or next to the parent folders; null if there is none. */
export function findNearbySnapshot(folder: string, files: Files): string | null {
  const [parent = "", ...above] = foldersAbove(folder);
  const similar = nearestName(folder.slice(parent.length + 1), files.names(parent));
  const candidates = [
    ...usualIn(folder),
    ...(similar === null ? [] : [`${parent}/${similar}`]),
    ...[parent, ...above].flatMap((one) => [one, ...usualIn(one)]),
  ];
  return candidates.find((one) => isSnapshot(one, files)) ?? null;
}

const usualIn = (folder: string) => [`${folder}/${USUAL}`, `${folder}/${ASSEMBLED}`];

function isSnapshot(folder: string, files: Files): boolean {
  return files.isFolder(`${folder}/artifacts/workflows`) || isAssembled(folder, files);
}

/** The nearest folder above the path that is a workspace, or holds a snapshot under its usual name. */
export function workspaceAbove(path: string, files: Files): string | undefined {
  return foldersAbove(path).find((folder) => folder !== "" && isHome(folder, files));
}

/** Whether the folder is a workspace, or holds a snapshot under its usual name. */
export function isHome(folder: string, files: Files): boolean {
  return isWorkspace(folder, files) || files.isFolder(usualSnapshot(folder, files));
}

/** The folder itself or the nearest one above it that has a `pgs.json`. */
export function findWorkspace(folder: string, files: Files): string | undefined {
  return [folder, ...foldersAbove(folder)].find((one) => isWorkspace(one, files));
}

export function isWorkspace(folder: string, files: Files): boolean {
  try {
    return files.realPath(`${folder}/${WORKSPACE_FILE}`) !== null;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    // In a folder that may not be searched there is nothing to find. Any other error is refused when the file is read.
    return error.errno !== "EACCES";
  }
}

/** Where the default paths come from. */
export interface Workspace {
  readonly workspace: string;
  /** `--snapshot` is on the command line. */
  readonly isSnapshotNamed: boolean;
}

/** The options for the found snapshot; --workspace also selects its data root. */
export function optionsFor(nearby: string, { workspace, isSnapshotNamed }: Workspace, files: Files): string {
  const [home = ""] = foldersAbove(nearby);
  const named = `--snapshot ${nearby}`;
  if (home === workspace || !workspace.startsWith(`${home}/`)) return named;
  const around = `--workspace ${home === "" ? "/" : home}`;
  const isFoundThere = nearby === usualSnapshot(home, files) && !isWorkspace(home, files);
  return isSnapshotNamed || !isFoundThere ? `${around} ${named}` : around;
}

function foldersAbove(folder: string): readonly string[] {
  const parts = folder.split("/");
  return parts.slice(0, -1).map((_, i) => parts.slice(0, parts.length - 1 - i).join("/"));
}
