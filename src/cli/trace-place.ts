/** Where the trace of a run is: in the folder of its own, or among those of other runs in a segment. */

import {
  isSegmentPath,
  ownFileOf,
  parseAddress,
  parseNamed,
  runsInSegment,
  type SegmentAddress,
  segmentAddress,
  traceNow,
} from "../trace/segment.ts";
import { lockWithin } from "../workspace/lock-trace.ts";
import { type Context, shortPath } from "./context.ts";
import { openRegularArgument } from "./file-argument.ts";
import { TraceArgument } from "./trace-argument.ts";

/** The path of what is written next to a trace, without its ending. */
export function besideBase(trace: string): string {
  return ownFileOf(trace).replace(/\.jsonl$/, "");
}

/**
 * The trace, as it was given, in a folder of its own: what belongs to one run is written there. One in a segment is moved.
 * A process that executes the run is waited for, as many milliseconds as `patience` says. @throws FileFault, TraceFault
 */
export async function ownTrace(trace: string, context: Context, patience = 0): Promise<string> {
  const { platform, path } = context;
  if (!isAddress(trace, context)) return trace;
  // A trace that is not there is refused before a folder is made for it.
  await TraceArgument.open(trace, context);
  const file = await lockWithin(patience, () => platform.ownFolder(path(trace)), platform.sleep);
  return shortPath(file, platform.cwd);
}

/** A file of that very name is a file. */
export function isAddress(given: string, { platform, path }: Context): boolean {
  return parseAddress(path(given)) !== null && platform.files.realPath(path(given)) === null;
}

/** What names a run of a segment by its name or the beginning of that; null for every other path, and for a file of that very name. */
export function namedInSegment(given: string, { platform, path }: Context): SegmentAddress | null {
  return platform.files.realPath(path(given)) === null ? parseNamed(path(given)) : null;
}

/** Whether the path is that of a file with the traces of many runs. */
export function isSegment(given: string, { platform, path }: Context): boolean {
  return isSegmentPath(path(given)) && platform.files.realPath(path(given)) !== null;
}

/** Where the trace of each run in the segment is now, in the order in which they began. @throws FileFault */
export async function tracesInSegment(segment: string, context: Context): Promise<readonly string[]> {
  const [name = "", , ...above] = context.path(segment).split("/").reverse();
  const traces = above.reverse().join("/");
  const runs = await runNamesIn(segment, context);
  return runs.map((run) => placeNow(`${traces}/${segmentAddress(name, run)}`, context));
}

/** In the order in which they began. @throws FileFault */
export async function runNamesIn(segment: string, context: Context): Promise<readonly string[]> {
  const { pieces } = await openRegularArgument(segment, "the trace", context);
  return [...runsInSegment(pieces()).keys()];
}

/** Where the trace at the address is now, as the reader would write it. */
export function placeNow(address: string, { platform }: Context): string {
  return shortPath(traceNow(address, platform.files), platform.cwd);
}
