/** The traces that a command line names: each file or run, and every trace below a folder. */

import { counted } from "../errors/counted.ts";
import { externalFormat } from "../interop/detect.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { openFileArgument } from "./file-argument.ts";
import { lastTraceFile, traceFile } from "./find-run.ts";
import { printError } from "./print.ts";

/** What names traces on a command line. */
export interface NamedTraces {
  readonly traces: readonly string[];
  /** The run that began last. */
  readonly last: boolean;
}

/** @throws UsageFault for none, for an id that is none, and as `tracesAt` */
export async function namedTraces({ traces, last }: NamedTraces, context: Context): Promise<readonly string[]> {
  if (last && traces.length > 0)
    throw new UsageFault("BAD_USAGE", {
      message: "--last names a trace, and so does an argument",
      hint: "omit --last",
    });
  if (last) return [lastTraceFile(context)];
  if (traces.length > 0) return tracesAt(traces, context);
  const hint = "type the file of a trace, the id of its run, or --last";
  throw new UsageFault("BAD_USAGE", { message: "no trace is named", hint });
}

/**
 * Says in one line how many files of a folder were left out: `*.jsonl` that are no traces at all, as stores are.
 * @throws UsageFault `TRACES_MISSING` for a folder without any trace
 */
async function tracesAt(places: readonly string[], context: Context): Promise<readonly string[]> {
  const { files, cwd } = context.platform;
  const traces: string[] = [];
  let others = 0;
  for (const place of places) {
    const at = context.path(place);
    if (!files.isFolder(at)) {
      traces.push(traceFile(place, context));
      continue;
    }
    const before = traces.length;
    for (const { path: one } of files.list(at)) {
      if (!one.endsWith(".jsonl")) continue;
      const file = shortPath(`${at}/${one}`, cwd);
      if (isLedger(one)) continue;
      if (await isTraceFile(file, context)) traces.push(file);
      else others++;
    }
    if (traces.length === before) throw new UsageFault("TRACES_MISSING", { path: place });
  }
  if (others > 0 && !context.settings.quiet)
    printError(
      context,
      `${counted(others, "other *.jsonl file is not a trace", "other *.jsonl files are not traces")}\n`,
    );
  return traces;
}

/** What is kept beside the traces of a folder. */
function isLedger(file: string): boolean {
  return file === LEDGER_FILE || file.endsWith(`/${LEDGER_FILE}`);
}

/** However damaged: a run's folder has the name of its trace, and every event names the format. */
async function isTraceFile(file: string, context: Context): Promise<boolean> {
  const [, folder, name] = /([^/]*)\/([^/]*)\.jsonl$/.exec(context.path(file)) ?? [];
  if (folder === name) return true;
  let isFirst = true;
  for (const piece of (await openFileArgument(file, "the trace", context)).pieces()) {
    if (isFirst && externalFormat(piece) !== null) return true;
    if (Buffer.from(piece.buffer, piece.byteOffset, piece.length).includes(EVENT)) return true;
    isFirst = false;
  }
  return false;
}

const EVENT = '"schema":"pgs.trace/';
