/** Which snapshot and which data root a trace is examined with. */

import { Fault } from "../errors/base.ts";
import { isWorkspace, workspaceAbove } from "../snapshot/find-snapshot.ts";
import {
  type Context,
  openContext,
  pathsOf,
  requireOwn,
  type Settings,
  shellWord,
  shortPath,
  withCapabilities,
} from "./context.ts";

/**
 * The context with the workspace of a trace: the nearest folder above it that has a `pgs.json` or holds a snapshot, unless
 * the command line or the environment names a workspace. A snapshot or a data root that is named itself stays as it is.
 * @throws WorkspaceFault for a `pgs.json` that is not one, or another user's
 */
export async function besideTrace(trace: string, context: Context): Promise<Context> {
  const { platform, settings, path } = context;
  const { files } = platform;
  const workspace = settings.isWorkspaceNamed ? undefined : workspaceAbove(path(trace), files);
  if (workspace === undefined || workspace === settings.workspace) return context;
  const hasFile = isWorkspace(workspace, files);
  if (hasFile) await requireOwn(workspace, platform);
  const paths = await pathsOf({ folder: workspace, hasFile }, platform);
  const { snapshot, isSnapshotNamed, dataRoot, isDataRootNamed, traces } = settings;
  return {
    ...withCapabilities(context, workspace, paths),
    settings: {
      ...settings,
      ...paths,
      workspace,
      snapshot: isSnapshotNamed ? snapshot : paths.snapshot,
      dataRoot: isDataRootNamed ? dataRoot : paths.dataRoot,
      traces,
    },
  };
}

/**
 * What to add to a command that is typed in the current folder, so that it finds the same snapshot and data root; empty
 * where it finds them without options.
 */
export async function placeOptions({ platform, settings }: Context): Promise<string> {
  const { workspace, snapshot, dataRoot } = settings;
  const usual = await settingsWith({}, platform);
  const found = usual?.workspace === workspace ? usual : await settingsWith({ workspace }, platform);
  const options = [
    ["workspace", workspace, usual?.workspace],
    ["snapshot", snapshot, found?.snapshot],
    ["data-root", dataRoot, found?.dataRoot],
  ] as const;
  return options
    .filter(([, folder, found]) => folder !== found)
    .map(([name, folder]) => ` --${name} ${shellWord(shortPath(folder, platform.cwd))}`)
    .join("");
}

/** What a command finds with these options; undefined where it is refused for its `pgs.json`. */
async function settingsWith(
  options: { readonly workspace?: string },
  platform: Context["platform"],
): Promise<Settings | undefined> {
  try {
    return (await openContext(options, platform)).settings;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
