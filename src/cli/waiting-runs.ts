/** The runs of a traces folder that wait. */

import { StoreFault, StorePathFault } from "../errors/ports.ts";
import { LedgerFault } from "../ledger/errors.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import { selectRuns } from "../ledger/query.ts";
import type { RunTable } from "../ledger/run-table.ts";
import { openRuns } from "../ledger/runs.ts";
import { isInProgress, lastLineOf } from "../ledger/standing.ts";
import { traceFileOf, traceNamesIn } from "../ledger/trace-names.ts";
import { traceAddress } from "../ledger/trace-place.ts";
import type { SegmentPlace, TracesRoot } from "../ports.ts";
import type { WaitEntry } from "../trace/event.ts";
import { eventIn } from "../trace/read-event.ts";
import type { Context } from "./context.ts";
import { tracesRoot } from "./ledger.ts";
import { noticeText, printError } from "./print.ts";

export interface WaitingRun {
  readonly id: string;
  /** The path of the trace, or its address in a segment. */
  readonly trace: string;
  readonly waits: readonly WaitEntry[];
}

/**
 * By the ledger and, of the traces that it does not have, by the last event of each; where there is no ledger that can be
 * read, by that of all traces. In order of their names. `notice` is told that the ledger lacks traces.
 */
export async function waitingRuns(
  context: Context,
  notice = (fault: LedgerFault) => sayNotice(fault, context),
): Promise<readonly WaitingRun[]> {
  const { traces } = context.settings;
  const root = tracesRoot(context);
  // Before the ledger is read: a run that begins meanwhile is in both or in neither.
  const names = traceNamesIn(root);
  const listed = inLedger(names, root);
  const unlisted = (listed?.missing ?? names).flatMap((id) => shownBy(id, root) ?? []);
  const found = [...(listed?.waiting ?? []), ...unlisted.filter(({ waits }) => waits.length > 0)];
  if (listed !== null && unlisted.length > 0)
    notice(
      new LedgerFault("LEDGER_LACKS_TRACES", {
        ...{ file: `${root.folder}/${LEDGER_FILE}`, traces: unlisted.length },
      }),
    );
  return found
    .map(({ id, waits, place }) => ({ id, trace: `${traces}/${traceAddress(id, place, root)}`, waits }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function sayNotice(fault: LedgerFault, context: Context): void {
  if (!context.settings.quiet) printError(context, noticeText(fault, context));
}

interface FoundRun extends Omit<WaitingRun, "trace"> {
  readonly place: SegmentPlace | null;
}

interface Listed {
  readonly waiting: readonly FoundRun[];
  /** The names that the ledger does not have. */
  readonly missing: readonly string[];
}

/** Null where there is no ledger that can be read. */
function inLedger(names: readonly string[], root: TracesRoot): Listed | null {
  try {
    if (root.store(LEDGER_FILE).stamp() === null) return null;
    return openRuns(root)((runs) => ({ waiting: waitingIn(runs, root), missing: runs.missing(names) }));
  } catch (error) {
    if (error instanceof StoreFault || error instanceof StorePathFault) return null;
    throw error;
  }
}

function waitingIn(runs: RunTable, root: TracesRoot): readonly FoundRun[] {
  const found = [...selectRuns(runs, { state: "WAITING" }, root)];
  return found.map(({ entry: { id, place }, standing: { waits } }) => ({ id, place, waits }));
}

/** What the trace waits for at its end; null for one that a process appends to, or that cannot be read. */
function shownBy(id: string, root: TracesRoot): FoundRun | null {
  try {
    if (isInProgress(id, root)) return null;
    const last = eventIn(lastLineOf(root.store(traceFileOf(id))));
    if (last.execution_id !== id) return null;
    return { id, place: null, waits: last.event_type === "run_suspended" ? last.payload.waits : [] };
  } catch {
    return null; // resuming the run would say what is wrong with the trace
  }
}
