/** The traces that a command line names: each file or run, all runs of a segment, and every trace below a folder. */

import { counted } from "../errors/counted.ts";
import { FileFault } from "../errors/ports.ts";
import { externalFormat } from "../interop/detect.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import { type Files, IoError, type ListedFile } from "../ports.ts";
import { SEGMENTS } from "../trace/segment.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { openRegularArgument } from "./file-argument.ts";
import { lastTraceFile, traceFile } from "./find-run.ts";
import { printError } from "./print.ts";
import { isSegment, tracesInSegment } from "./trace-place.ts";

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
  const traces: string[] = [];
  let others = 0;
  for (const place of places) {
    if (!context.platform.files.isFolder(context.path(place))) {
      for (const trace of await namedBy(place, context)) traces.push(trace);
      continue;
    }
    const below = await tracesBelow(place, context);
    if (below.traces.size === 0) throw new UsageFault("TRACES_MISSING", { path: place });
    for (const trace of below.traces) traces.push(trace);
    others += below.others;
  }
  if (others > 0 && !context.settings.quiet)
    printError(
      context,
      `${counted(others, "other *.jsonl file is not a trace", "other *.jsonl files are not traces")}\n`,
    );
  return traces;
}

/** Each trace once: one that was moved out of a segment is found in both. */
async function tracesBelow(
  folder: string,
  context: Context,
): Promise<{ readonly traces: ReadonlySet<string>; readonly others: number }> {
  const { files, cwd } = context.platform;
  const at = context.path(folder);
  const traces = new Set<string>();
  let others = 0;
  for (const { path: one, isFile } of filesBelow(at, files)) {
    if (!one.endsWith(".jsonl") || isLedger(one)) continue;
    const found = await tracesIn(shortPath(`${at}/${one}`, cwd), isFile, context);
    for (const trace of found) traces.add(trace);
    if (found.length === 0) others++;
  }
  return { traces, others };
}

/** Of the links to folders, that of the segments alone is followed: they may be on another disk. */
function* filesBelow(folder: string, files: Files): Generator<Pick<ListedFile, "path" | "isFile">> {
  for (const listed of files.list(folder)) {
    const { path: one, isLink } = listed;
    if (!isLink || basename(one) !== SEGMENTS) yield listed;
    else for (const name of files.names(`${folder}/${one}`)) yield { path: `${one}/${name}`, isFile: false };
  }
}

const basename = (path: string) => path.slice(path.lastIndexOf("/") + 1);

async function namedBy(place: string, context: Context): Promise<readonly string[]> {
  const inSegment = isSegment(place, context) ? await tracesInSegment(place, context) : [];
  return inSegment.length > 0 ? inSegment : [await traceFile(place, context)];
}

/** None in a pipe or a device: to read what nobody named might never end. What cannot be read otherwise is refused as a trace. */
async function tracesIn(file: string, isFile: boolean, context: Context): Promise<readonly string[]> {
  try {
    if (isSegment(file, context)) return await tracesInSegment(file, context);
    const isNamed = isNamedAsFolder(file, context);
    // Of a file it need not be asked whether it could be read to its end.
    if (isNamed && isFile) return [file];
    return (await isTraceFile(file, isNamed, context)) ? [file] : [];
  } catch (error) {
    if (!(error instanceof FileFault || error instanceof IoError)) throw error;
    return error instanceof FileFault && error.facts["errno"] === "ENXIO" ? [] : [file];
  }
}

/** What is kept beside the traces of a folder. */
function isLedger(file: string): boolean {
  return file === LEDGER_FILE || file.endsWith(`/${LEDGER_FILE}`);
}

/** A run's folder has the name of its trace. */
function isNamedAsFolder(file: string, context: Context): boolean {
  const [, folder, name] = /([^/]*)\/([^/]*)\.jsonl$/.exec(context.path(file)) ?? [];
  return folder === name;
}

/** However damaged: it has the name of its folder, or an event in it names the format. */
async function isTraceFile(file: string, isNamed: boolean, context: Context): Promise<boolean> {
  const { pieces } = await openRegularArgument(file, "the trace", context);
  if (isNamed) return true;
  let isFirst = true;
  for (const piece of pieces()) {
    if (isFirst && externalFormat(piece) !== null) return true;
    if (Buffer.from(piece.buffer, piece.byteOffset, piece.length).includes(EVENT)) return true;
    isFirst = false;
  }
  return false;
}

const EVENT = '"schema":"pgs.trace/';
