/** The run that an id, or the beginning of one, names. */

import { Fault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import type { RunEntry } from "../ledger/run-entry.ts";
import { openRuns } from "../ledger/runs.ts";
import { isTraceName } from "../ledger/trace-names.ts";
import { traceAddress, traceIdsIn } from "../ledger/trace-place.ts";
import type { TracesRoot } from "../ports.ts";
import { parseAddress } from "../trace/segment.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { tracesRoot } from "./ledger.ts";
import { isAddress, isSegment, placeNow, tracesInSegment } from "./trace-place.ts";

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
  const exact = found.find(({ id }) => id === given);
  const [only, ...others] = exact === undefined ? found : [exact];
  const traces = shortPath(context.settings.traces, context.platform.cwd);
  if (only === undefined) throw new UsageFault("RUN_UNKNOWN", { given, traces });
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
  const address = isAddress(given, context) ? parseAddress(path(given)) : null;
  if (address !== null) return locatedIn(address.traces, address.run, context);
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
 * The trace that the command line names, as its file or its address in a segment: by that or, where nothing of that name
 * is, by the id of its run. What is none of these is answered as it is given.
 * @throws UsageFault, `TRACES_SEVERAL` for a segment with several
 */
export async function traceFile(given: string, context: Context): Promise<string> {
  const { platform, path } = context;
  if (isSegment(given, context)) return onlyOne(given, await tracesInSegment(given, context), context);
  if (isAddress(given, context)) return placeNow(path(given), context);
  if (!ID.test(given) || platform.files.realPath(path(given)) !== null) return given;
  return placeOfRun(findRun(given, context), context);
}

function onlyOne(segment: string, runs: readonly string[], { path }: Context): string {
  const [first = segment, ...others] = runs;
  if (others.length === 0) return first;
  const traces = path(segment).split("/").slice(0, -2).join("/");
  throw new UsageFault("TRACES_SEVERAL", { file: segment, runs: runs.length, first, traces });
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

/** @throws UsageFault `RUN_PRUNED` */
function placeOfRun({ id, entry }: FoundRun, context: Context): string {
  if (entry?.state === "PRUNED")
    throw new UsageFault("RUN_PRUNED", { run: id, since: new Date(entry.changed).toISOString() });
  return tracePath({ id, entry }, context);
}

/** The file of the run's trace, or its address in a segment, as the reader would write it; also where it is gone. */
export function tracePath({ id, entry }: FoundRun, context: Context): string {
  const { platform, settings } = context;
  const address = traceAddress(id, entry?.place ?? null, tracesRoot(context));
  return shortPath(`${settings.traces}/${address}`, platform.cwd);
}
