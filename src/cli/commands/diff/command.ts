/** `pgs diff`: do two traces mean the same, or two snapshots, and where do they not? */

import { externalFormat } from "../../../interop/detect.ts";
import type { ExternalFormat } from "../../../interop/record.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { readFileArgument } from "../../file-argument.ts";
import { traceFile } from "../../find-run.ts";
import { argument, flag } from "../../option.ts";
import { TRUST } from "../../shared-options.ts";
import { TraceArgument } from "../../trace-argument.ts";
import { trustOf } from "../../trust.ts";

/** A file is a trace, a folder a snapshot; one of each is refused. */
export const diff = defineCommand({
  details:
    "Ids, times and random values are not compared; traces of other runtimes are compared in what both record.",
  arguments: {
    a: argument("a trace (a file, or the id of its run or the beginning of that) or a snapshot (a folder)", {
      completes: "file",
    }),
    b: argument("what to compare it with, of the same kind", { completes: "file" }),
  },
  options: {
    Comparison: {
      nondeterministic: flag("also list the values that differ in every run: ids, times, random values"),
    },
    Seal: TRUST,
  },
  shared: ["workspace", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs diff monday.jsonl tuesday.jsonl", "show where two runs differ"],
    [
      "pgs diff protocol_snapshot next/protocol_snapshot",
      "show what a new snapshot changes, and what it breaks",
    ],
  ],
  exitCodes: { SUCCESS: "no difference in meaning", SNAPSHOT: "a snapshot was refused", FOUND: "they differ" },
  async action({ nondeterministic, ...request }, context) {
    const a = await traceFile(request.a, context);
    const b = await traceFile(request.b, context);
    const trust = trustOf(request, context);
    const [isSnapshotA, isSnapshotB] = [a, b].map((given) =>
      context.platform.files.isFolder(context.path(given)),
    );
    if (isSnapshotA !== isSnapshotB) {
      const [folder, file] = isSnapshotA ? [a, b] : [b, a];
      readFileArgument(file, "the snapshot", context);
      throw new UsageFault("NOT_COMPARABLE", { folder, file });
    }
    if (isSnapshotA) return (await import("./snapshots.ts")).diffSnapshotFolders(a, b, trust, context);
    const formats = [await formatOf(a, context), await formatOf(b, context)];
    return formats.some((format) => format !== null)
      ? (await import("./interop.ts")).diffExternalFiles(a, b, nondeterministic, context)
      : (await import("./traces.ts")).diffTraceFiles(a, b, nondeterministic, context);
  },
});

async function formatOf(file: string, context: Context): Promise<ExternalFormat | null> {
  return externalFormat((await TraceArgument.open(file, context)).firstPiece());
}
