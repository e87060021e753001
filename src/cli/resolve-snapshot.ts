/** Which snapshot and which data root a trace is examined with. */

import { workspaceAbove } from "../snapshot/find-snapshot.ts";
import { type Context, shortPath, toContext } from "./context.ts";

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

/**
 * What to add to a command that is typed in the current folder, so that it finds the same snapshot and data root; empty
 * where it finds them without options.
 */
export function placeOptions({ platform, settings }: Context): string {
  const usual = toContext({}, platform).settings;
  const { workspace, snapshot, dataRoot } = settings;
  const options = [
    ["workspace", workspace, usual.workspace],
    ["snapshot", snapshot, `${workspace}/protocol_snapshot`],
    ["data-root", dataRoot, usual.isDataRootNamed ? usual.dataRoot : `${workspace}/data`],
  ] as const;
  return options
    .filter(([, folder, found]) => folder !== found)
    .map(([name, folder]) => ` --${name} ${shellWord(shortPath(folder, platform.cwd))}`)
    .join("");
}

function shellWord(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
