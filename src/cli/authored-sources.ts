/** What the workspace's snapshot is made from, for commands that hold it to that. */

import type { AuthoredSources } from "../check/authored/authored-state.ts";
import type { AuthoredFault } from "../check/authored/errors.ts";
import { type Context, shortPath } from "./context.ts";

/**
 * What the workspace's snapshot is made from; null where no Markdown is named, and for a snapshot that an option names:
 * it need not be the workspace's.
 */
export function sourceFoldersOf({ settings }: Context): SourceFolders | null {
  const { authored, onto, isSnapshotNamed } = settings;
  return authored === null || isSnapshotNamed ? null : { authored, onto };
}

export type SourceFolders = Pick<AuthoredSources, "authored" | "onto">;

/** The same with the lock of the packages. @throws CapabilityFault */
export async function sourcesOf(context: Context): Promise<AuthoredSources | null> {
  const folders = sourceFoldersOf(context);
  const shown = (file: string) => shortPath(file, context.platform.cwd);
  return folders && { ...folders, lock: await context.capabilities.lock(), shown };
}

/** Where the snapshot is not what its Markdown makes. @throws SnapshotFault */
export async function authoredFindings(context: Context): Promise<readonly AuthoredFault[]> {
  const sources = await sourcesOf(context);
  if (sources === null) return [];
  const { authoredFaults, authoredState } = await import("../check/authored/authored-state.ts");
  const { platform, settings } = context;
  const registry = await context.capabilities.unlockedRegistry();
  const state = authoredState({ ...sources, snapshot: settings.snapshot, files: platform.files, registry });
  return authoredFaults(state, sources);
}
