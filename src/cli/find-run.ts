/** The run that an id, or the beginning of one, names. */

import { Fault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { TraceInputFault } from "../examine/errors.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import type { RunEntry } from "../ledger/run-entry.ts";
import { openRuns } from "../ledger/runs.ts";
import { foldersAbove, traceFileOf } from "../ledger/trace-names.ts";
import { isThere, traceAddress, traceIdsIn } from "../ledger/trace-place.ts";
import type { TracesRoot } from "../ports.ts";
import { SEGMENTS, type SegmentAddress, segmentAddress } from "../trace/segment.ts";
import { isTraceName } from "../trace/trace-name.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { tracesRoot } from "./ledger.ts";
import { isSegment, namedInSegment, placeNow, runNamesIn, tracesInSegment } from "./trace-place.ts";

/** A run of the traces folder. */
export interface FoundRun {
  readonly id: string;
  /** What the ledger says of it; null where it says nothing. */
  readonly entry: RunEntry | null;
}

/** @throws UsageFault `RUN_UNKNOWN`, `RUN_AMBIGUOUS` */
export function findRun(given: string, context: Context): FoundRun {
  const root = tracesRoot(context);
  const listed = entriesIn(root, given);
  const found: readonly FoundRun[] =
    listed.length > 0
      ? listed.map((entry) => ({ id: entry.id, entry }))
      : traceIdsIn(root)
          .filter((id) => id.startsWith(given))
          .map((id) => ({ id, entry: null }));
  const traces = shortPath(context.settings.traces, context.platform.cwd);
  return onlyRun(found, given, { traces, searched: traces });
}

/** The one whose id is the given one, or else the only one. @throws UsageFault as above */
function onlyRun<T extends Pick<FoundRun, "id">>(
  found: readonly T[],
  given: string,
  places: { readonly traces: string; readonly searched: string },
): T {
  const exact = found.find(({ id }) => id === given);
  const [only, ...others] = exact === undefined ? found : [exact];
  if (only === undefined) throw new UsageFault("RUN_UNKNOWN", { given, ...places, suggestion: null });
  if (others.length === 0) return only;
  const ids = found.slice(0, NAMED).map(({ id }) => id);
  throw new UsageFault("RUN_AMBIGUOUS", { given, ids, more: found.length - ids.length });
}

/** How many of several runs are named. */
const NAMED = 5;

/** With the context of the traces folder that the run is in. */
export interface LocatedRun {
  readonly run: FoundRun;
  readonly within: Context;
}

/** The run of a trace that is named by its file, folder or address, or by its id. @throws UsageFault */
export function locateRun(given: string, context: Context): LocatedRun {
  const { platform, path } = context;
  const named = namedInSegment(given, context);
  if (named !== null) return locatedIn(named.traces, named.run, context);
  const parts = path(given).split("/");
  if (parts.at(-1) === `${parts.at(-2)}.jsonl`) parts.pop();
  const id = parts.pop() ?? "";
  if (!isTraceName(id) || platform.files.realPath(path(given)) === null)
    return { run: findRun(given, context), within: context };
  return locatedIn(parts.join("/"), id, context);
}

function locatedIn(traces: string, id: string, context: Context): LocatedRun {
  const within = { ...context, settings: { ...context.settings, traces } };
  return { run: findRun(id, within), within };
}

/** None where there is no ledger, or one that cannot be read: then the names of the folders count. */
function entriesIn(root: TracesRoot, prefix: string): readonly RunEntry[] {
  try {
    if (root.store(LEDGER_FILE).stamp() === null) return [];
    return openRuns(root)((runs) => runs.startingWith(prefix));
  } catch (error) {
    if (error instanceof StoreFault || error instanceof Fault) return [];
    throw error;
  }
}

/** An id, or the beginning of one: it begins with the moment of the run. */
const ID = /^\+?\d[\dTZ]*(?:_\w*)?$/;

/**
 * The trace that the command line names, as its file or its address in a segment, which may end in the beginning of an
 * id: by that or, where nothing of that name is, by the id of its run. What is none of these is answered as it is given.
 * @throws UsageFault; TraceInputFault `TRACES_SEVERAL` for a segment with several
 */
export async function traceFile(given: string, context: Context): Promise<string> {
  const { platform, path } = context;
  if (isSegment(given, context)) return onlyOne(given, await tracesInSegment(given, context), context);
  const named = namedInSegment(given, context);
  if (named !== null)
    return isTraceName(named.run) ? placeNow(path(given), context) : begunInSegment(named, context);
  if (!ID.test(given) || platform.files.realPath(path(given)) !== null) return given;
  return placeOfRun(findRun(given, context), context);
}

/** @throws FileFault, UsageFault `RUN_UNKNOWN`, `RUN_AMBIGUOUS` */
async function begunInSegment({ traces, segment, run }: SegmentAddress, context: Context): Promise<string> {
  const { cwd } = context.platform;
  const file = shortPath(`${traces}/${SEGMENTS}/${segment}`, cwd);
  const ids = (await runNamesIn(file, context)).filter((id) => id.startsWith(run)).map((id) => ({ id }));
  const only = onlyRun(ids, run, { traces: shortPath(traces, cwd), searched: file });
  return placeNow(`${traces}/${segmentAddress(segment, only.id)}`, context);
}

function onlyOne(segment: string, runs: readonly string[], { path }: Context): string {
  const [first = segment, ...others] = runs;
  if (others.length === 0) return first;
  const [traces = ""] = foldersAbove(path(segment));
  throw new TraceInputFault("TRACES_SEVERAL", { file: segment, runs: runs.length, first, traces });
}

/** The file of the trace of the run that began last. @throws UsageFault `NO_RUNS` */
export function lastTraceFile(context: Context): string {
  const { platform, settings } = context;
  const last = lastIn(tracesRoot(context));
  if (last === null) throw new UsageFault("NO_RUNS", { traces: shortPath(settings.traces, platform.cwd) });
  return placeOfRun(last, context);
}

function lastIn(root: TracesRoot): FoundRun | null {
  try {
    if (root.store(LEDGER_FILE).stamp() !== null) {
      const last = openRuns(root)((runs) => {
        for (const entry of runs.newestFirst()) if (entry.state !== "PRUNED") return { id: entry.id, entry };
        return null;
      });
      if (last !== null) return last;
    }
  } catch (error) {
    if (!(error instanceof StoreFault || error instanceof Fault)) throw error;
  }
  const id = traceIdsIn(root).at(-1);
  return id === undefined ? null : { id, entry: null };
}

/** @throws UsageFault `RUN_PRUNED`, but for a trace that is in its folder again */
function placeOfRun({ id, entry }: FoundRun, context: Context): string {
  if (entry?.state === "PRUNED" && !isThere(tracesRoot(context).store(traceFileOf(id))))
    throw new UsageFault("RUN_PRUNED", { run: id, since: new Date(entry.changed).toISOString() });
  return tracePath({ id, entry }, context);
}

/** The file of the run's trace, or its address in a segment, as the reader would write it; also where it is gone. */
export function tracePath({ id, entry }: FoundRun, context: Context): string {
  const { platform, settings } = context;
  const address = traceAddress(id, entry?.place ?? null, tracesRoot(context));
  return shortPath(`${settings.traces}/${address}`, platform.cwd);
}
