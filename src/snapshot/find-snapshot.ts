/** A protocol snapshot near the place where none is. */

import type { Files } from "../ports.ts";
import { nearestName } from "./nearest-name.ts";

const USUAL = "protocol_snapshot";

/** In the folder, beside it under a similar name, or in or around the folders above it; null where there is none. */
export function findNearbySnapshot(folder: string, files: Files): string | null {
  const [parent = "", ...above] = foldersAbove(folder);
  const similar = nearestName(folder.slice(parent.length + 1), files.names(parent));
  const candidates = [
    `${folder}/${USUAL}`,
    ...(similar === null ? [] : [`${parent}/${similar}`]),
    ...[parent, ...above].flatMap((one) => [one, `${one}/${USUAL}`]),
  ];
  return candidates.find((one) => files.isFolder(`${one}/artifacts/workflows`)) ?? null;
}

/** Where the default paths come from. */
export interface Workspace {
  readonly workspace: string;
  /** `--snapshot` is on the command line. */
  readonly isSnapshotNamed: boolean;
}

/** The options that use the near snapshot; one of a workspace around this one brings its data root, too. */
export function optionsFor(nearby: string, { workspace, isSnapshotNamed }: Workspace): string {
  const [home = ""] = foldersAbove(nearby);
  const named = `--snapshot ${nearby}`;
  if (home === workspace || !workspace.startsWith(`${home}/`)) return named;
  const around = `--workspace ${home === "" ? "/" : home}`;
  return isSnapshotNamed || nearby !== `${home}/${USUAL}` ? `${around} ${named}` : around;
}

function foldersAbove(folder: string): readonly string[] {
  const parts = folder.split("/");
  return parts.slice(0, -1).map((_, i) => parts.slice(0, parts.length - 1 - i).join("/"));
}
