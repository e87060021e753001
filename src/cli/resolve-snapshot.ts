/** Which snapshot and which data root a trace is examined with. */

import { workspaceAbove } from "../snapshot/find-snapshot.ts";
import type { Context } from "./context.ts";

/**
 * The context with the workspace of a trace: the nearest folder above it that holds a snapshot, unless the command line
 * or the environment names a workspace. A snapshot or a data root that is named itself stays as it is.
 */
export function besideTrace(trace: string, context: Context): Context {
  const { platform, settings, path } = context;
  const workspace = settings.isWorkspaceNamed ? undefined : workspaceAbove(path(trace), platform.files);
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
