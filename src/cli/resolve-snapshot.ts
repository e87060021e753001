/** Which snapshot and which data root a trace is examined with. */

import type { Context } from "./context.ts";

/**
 * The context with the workspace of a trace: the nearest folder above it that holds a snapshot, unless the command line
 * or the environment names a workspace. A snapshot or a data root that is named itself stays as it is.
 */
export function besideTrace(trace: string, context: Context): Context {
  const { settings } = context;
  const workspace = settings.isWorkspaceNamed ? undefined : workspaceAbove(trace, context);
  if (workspace === undefined) return context;
  const { snapshot, isSnapshotNamed, dataRoot, isDataRootNamed } = settings;
  return {
    ...context,
    settings: {
      ...settings,
      workspace,
      snapshot: isSnapshotNamed ? snapshot : `${workspace}/protocol_snapshot`,
      dataRoot: isDataRootNamed ? dataRoot : `${workspace}/data`,
    },
  };
}

function workspaceAbove(trace: string, { platform, path }: Context): string | undefined {
  const parts = path(trace).split("/");
  for (let length = parts.length - 1; length > 0; length--) {
    const folder = parts.slice(0, length).join("/");
    if (platform.files.isFolder(`${folder}/protocol_snapshot`)) return folder;
  }
  return undefined;
}
