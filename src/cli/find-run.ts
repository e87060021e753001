/** The run that an id, or the beginning of one, names. */

import { Fault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import type { RunEntry } from "../ledger/run-entry.ts";
import { openRuns } from "../ledger/runs.ts";
import { isTraceName, traceFileOf, traceNamesIn } from "../ledger/trace-names.ts";
import type { TracesRoot } from "../ports.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import { tracesRoot } from "./ledger.ts";

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
      : traceNamesIn(root)
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

/**
 * The run of a trace that is named by its file or folder, or by its id, with the context of the traces folder that it is
 * in. @throws UsageFault
 */
export function locateRun(
  given: string,
  context: Context,
): { readonly run: FoundRun; readonly within: Context } {
  const { platform, settings, path } = context;
  const parts = path(given).split("/");
  if (parts.at(-1) === `${parts.at(-2)}.jsonl`) parts.pop();
  const id = parts.pop() ?? "";
  if (!isTraceName(id) || platform.files.realPath(path(given)) === null)
    return { run: findRun(given, context), within: context };
  const traces = parts.join("/");
  const within = { ...context, settings: { ...settings, traces } };
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
 * The file of a trace that the command line names: as a file or, where there is none of that name, by the id of its run.
 * What is neither is answered as it is given. @throws UsageFault
 */
export function traceFile(given: string, context: Context): string {
  const { platform, settings, path } = context;
  if (!ID.test(given) || platform.files.realPath(path(given)) !== null) return given;
  return fileOfRun(findRun(given, context), context, settings.traces);
}

/** The file of the trace of the run that began last. @throws UsageFault `NO_RUNS` */
export function lastTraceFile(context: Context): string {
  const { platform, settings } = context;
  const root = tracesRoot(context);
  const id = lastIn(root);
  if (id === undefined) throw new UsageFault("NO_RUNS", { traces: shortPath(settings.traces, platform.cwd) });
  return fileOfRun({ id, entry: null }, context, settings.traces);
}

function lastIn(root: TracesRoot): string | undefined {
  try {
    if (root.store(LEDGER_FILE).stamp() !== null) {
      const last = openRuns(root)((runs) => {
        for (const { id, state } of runs.newestFirst()) if (state !== "PRUNED") return id;
        return undefined;
      });
      if (last !== undefined) return last;
    }
  } catch (error) {
    if (!(error instanceof StoreFault || error instanceof Fault)) throw error;
  }
  return traceNamesIn(root).at(-1);
}

/** @throws UsageFault `RUN_PRUNED` */
function fileOfRun({ id, entry }: FoundRun, { platform }: Context, traces: string): string {
  if (entry?.state === "PRUNED")
    throw new UsageFault("RUN_PRUNED", { run: id, since: new Date(entry.changed).toISOString() });
  return shortPath(`${traces}/${traceFileOf(id)}`, platform.cwd);
}
