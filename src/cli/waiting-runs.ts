/** The runs of a traces folder that wait. */

import { StoreFault } from "../errors/ports.ts";
import { eventIn } from "../examine/verify.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import { selectRuns } from "../ledger/query.ts";
import { openRuns } from "../ledger/runs.ts";
import { lastLineOf } from "../ledger/standing.ts";
import { traceFileOf, traceNamesIn } from "../ledger/trace-names.ts";
import type { StoreFileReader, TracesRoot } from "../ports.ts";
import type { WaitEntry } from "../trace/event.ts";
import type { Context } from "./context.ts";
import { tracesRoot } from "./ledger.ts";

export interface WaitingRun {
  readonly id: string;
  /** The path of the trace. */
  readonly trace: string;
  readonly waits: readonly WaitEntry[];
}

/** By the ledger or, where there is none that can be read, by the last event of each trace. In order of their names. */
export async function waitingRuns(context: Context): Promise<readonly WaitingRun[]> {
  const { traces } = context.settings;
  const root = tracesRoot(context);
  const found = inLedger(root) ?? inTraces(root);
  return found.map(({ id, waits }) => ({ id, trace: `${traces}/${traceFileOf(id)}`, waits }));
}

type FoundRun = Omit<WaitingRun, "trace">;

/** Null where there is no ledger that can be read. */
function inLedger(root: TracesRoot): readonly FoundRun[] | null {
  try {
    if (root.store(LEDGER_FILE).stamp() === null) return null;
    const found = openRuns(root)((runs) => [...selectRuns(runs, { state: "WAITING" }, root)]);
    const waiting = found.map(({ entry: { id }, standing: { waits } }) => ({ id, waits }));
    return waiting.sort((a, b) => (a.id < b.id ? -1 : 1));
  } catch (error) {
    if (error instanceof StoreFault) return null;
    throw error;
  }
}

function inTraces(root: TracesRoot): readonly FoundRun[] {
  return traceNamesIn(root).flatMap((id) => {
    const waits = waitsIn(root.store(traceFileOf(id)));
    return waits === null ? [] : [{ id, waits }];
  });
}

/** Null where the trace does not end in a suspension. */
function waitsIn(trace: StoreFileReader): readonly WaitEntry[] | null {
  const line = lastLineOf(trace);
  if (!line.includes(SUSPENDED)) return null;
  try {
    const event = eventIn(line);
    return event.event_type === "run_suspended" ? event.payload.waits : null;
  } catch {
    return null; // a damaged line is none of ours: resuming the run would say so
  }
}

const SUSPENDED = '"event_type":"run_suspended"';
