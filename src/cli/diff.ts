/** `pgs diff`: do two traces mean the same, or two snapshots, and where do they not? */

import { UsageFault } from "../faults.ts";
import type { CommonOptions, Context } from "./context.ts";
import { readGiven } from "./read-given.ts";

export interface DiffOptions extends CommonOptions {
  readonly drawn?: boolean;
}

/** A file is a trace, a folder a snapshot. @throws UsageFault for one of each, or for what is not there */
export async function diffCommand(
  options: DiffOptions,
  context: Context,
  a: string,
  b: string,
): Promise<number> {
  const [isSnapshotA, isSnapshotB] = [a, b].map((given) => context.world.files.isFolder(context.path(given)));
  if (isSnapshotA !== isSnapshotB) {
    const [folder, file] = isSnapshotA ? [a, b] : [b, a];
    readGiven(file, "the snapshot", context);
    throw new UsageFault("NOT_COMPARABLE", { folder, file });
  }
  return isSnapshotA
    ? (await import("./diff-snapshots.ts")).diffSnapshotFolders(a, b, context)
    : (await import("./diff-traces.ts")).diffTraceFiles(a, b, options.drawn ?? false, context);
}
