/** What has to change in a snapshot so that it is what the authored Markdown makes. */

import { LOCK_FILE } from "../../capabilities/packages/locked-provider.ts";
import type { Files, FolderChange } from "../../ports.ts";
import { fqdnOfFile } from "../../snapshot/fqdn.ts";
import { SEAL_FILE } from "../../snapshot/seal.ts";
import type { Compilation } from "./compile-authored.ts";
import { readTexts } from "./read-authored.ts";

/** A file of the snapshot that is not what the Markdown makes. */
export interface Difference {
  /** Below the snapshot. */
  readonly path: string;
  readonly what: "missing" | "differs" | "stale";
}

/** By path; empty where the snapshot is what the Markdown makes. @throws SnapshotFault for a file that cannot be read */
export function differencesOf(
  { files: made, isModuleTree }: Pick<Compilation, "files" | "isModuleTree">,
  snapshot: string,
  files: Files,
): readonly Difference[] {
  const found = readTexts(snapshot, files);
  const wrong = [...made].flatMap(([path, text]): readonly Difference[] => {
    if (!found.has(path)) return [{ path, what: "missing" }];
    return found.get(path) === text ? [] : [{ path, what: "differs" }];
  });
  const stale = [...found.keys()].filter((path) => !made.has(path) && isMade(path, isModuleTree));
  const all = [...wrong, ...stale.map((path): Difference => ({ path, what: "stale" }))];
  return all.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The change of the folder; with it, the seal goes, because it is that of another snapshot. */
export function changeFor(
  { files: made }: Pick<Compilation, "files">,
  differences: readonly Difference[],
): FolderChange {
  const write = new Map<string, string>();
  for (const { path } of differences) {
    const text = made.get(path);
    if (text !== undefined) write.set(path, text);
  }
  const stale = differences.filter(({ what }) => what === "stale").map(({ path }) => path);
  return { write, remove: differences.length === 0 ? [] : [...stale, SEAL_FILE] };
}

/** Whether a file has a name that only the compiler gives; whatever else is in the snapshot belongs to others. */
function isMade(path: string, isModuleTree: boolean): boolean {
  if (fqdnOfFile(path) !== undefined) return true;
  if (/^behavior_logic\/([^/]+)\/\1\.graph\.json$/.test(path)) return true;
  if (path === LOCK_FILE) return true;
  if (/^artifact_index\/(?:index|stores)\.json$/.test(path)) return true;
  // In a tree of modules they are made of other files.
  return !isModuleTree && /^conformance\/[^/]+__[^/]+\.json$/.test(path);
}
