/** `pgs diff`: do two traces mean the same, or two snapshots, and where do they not? */

import { externalFormat } from "../../../interop/detect.ts";
import type { ExternalFormat } from "../../../interop/record.ts";
import type { CommonOptions, Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { readFileArgument } from "../../file-argument.ts";
import type { SealOptions } from "../../load.ts";
import { TraceArgument } from "../../trace-argument.ts";

export interface DiffOptions extends CommonOptions, SealOptions {
  readonly nondeterministic?: boolean;
}

/** A file is a trace, a folder a snapshot. @throws UsageFault for one of each, or for what is not there */
export async function diffCommand(
  options: DiffOptions,
  context: Context,
  a: string,
  b: string,
): Promise<number> {
  const [isSnapshotA, isSnapshotB] = [a, b].map((given) =>
    context.platform.files.isFolder(context.path(given)),
  );
  if (isSnapshotA !== isSnapshotB) {
    const [folder, file] = isSnapshotA ? [a, b] : [b, a];
    readFileArgument(file, "the snapshot", context);
    throw new UsageFault("NOT_COMPARABLE", { folder, file });
  }
  if (isSnapshotA) return (await import("./snapshots.ts")).diffSnapshotFolders(a, b, options, context);
  const isForeign = [await formatOf(a, context), await formatOf(b, context)].some((format) => format !== null);
  const listsNondeterministic = options.nondeterministic ?? false;
  return isForeign
    ? (await import("./interop.ts")).diffExternalFiles(a, b, listsNondeterministic, context)
    : (await import("./traces.ts")).diffTraceFiles(a, b, listsNondeterministic, context);
}

async function formatOf(file: string, context: Context): Promise<ExternalFormat | null> {
  return externalFormat((await TraceArgument.open(file, context)).firstPiece());
}
