/** Which snapshot and which data root a trace is examined with. */

import { Fault } from "../errors/base.ts";
import { TextMemory } from "../json/text-memory.ts";
import { isHome, isWorkspace, workspaceAbove } from "../snapshot/find-snapshot.ts";
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
 * The same for a command that reads the trace and does not go on with its run: that says with which packages it was
 * recorded, whatever the snapshot pins.
 */
export async function besideRecord(trace: string, context: Context): Promise<Context> {
  const beside = await besideTrace(trace, context);
  return { ...beside, workflowRegistry: beside.capabilities.unlockedWorkflowRegistry };
}

/** As `besideRecord`, for the traces of one command: what is above a folder is looked for once. */
export function besideEachRecord(context: Context): (trace: string) => Promise<Context> {
  const known = new TextMemory<Promise<Context>>();
  const above = (path: string): Promise<Context> => {
    const folder = path.replace(/\/[^/]*$/, "");
    const isLast = () => folder === "" || isHome(folder, context.platform.files);
    return known.recall(folder, () => (isLast() ? besideRecord(path, context) : above(folder)));
  };
  return (trace) => above(context.path(trace));
}

/**
 * What to add to a command that is typed in the current folder, so that it finds the same snapshot and data root; empty
 * where it finds them without options. `trace` is the trace that the command names, if it names one.
 */
export async function placeOptions(context: Context, trace?: string): Promise<string> {
  const { workspace, snapshot, dataRoot } = context.settings;
  const usual = await settingsWith({}, context, trace);
  const found = usual?.workspace === workspace ? usual : await settingsWith({ workspace }, context, trace);
  return optionsText(
    [
      ["workspace", workspace, usual?.workspace],
      ["snapshot", snapshot, found?.snapshot],
      ["data-root", dataRoot, found?.dataRoot],
    ],
    context,
  );
}

/** The same of a command that finds runs in the folder of the traces. */
export async function tracesOptions(traces: string, context: Context): Promise<string> {
  const { workspace } = context.settings;
  const found = await settingsWith({ workspace }, context);
  return `${optionsText([["traces", traces, found?.traces]], context)}${await placeOptions(context)}`;
}

type PlaceOption = readonly [name: string, folder: string, found: string | undefined];

function optionsText(options: readonly PlaceOption[], { platform }: Context): string {
  return options
    .filter(([, folder, found]) => folder !== found)
    .map(([name, folder]) => ` --${name} ${shellWord(shortPath(folder, platform.cwd))}`)
    .join("");
}

/** What a command finds with these options; undefined where it is refused for its `pgs.json`. */
async function settingsWith(
  options: { readonly workspace?: string },
  { platform }: Context,
  trace?: string,
): Promise<Settings | undefined> {
  try {
    const opened = await openContext(options, platform);
    return (trace === undefined ? opened : await besideTrace(trace, opened)).settings;
  } catch (error) {
    if (error instanceof Fault) return undefined;
    throw error;
  }
}
