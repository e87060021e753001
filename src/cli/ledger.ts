/** The ledger of the traces folder, as the commands open it. */

import { StoreFault, StorePathFault } from "../errors/ports.ts";
import { LedgerFault } from "../ledger/errors.ts";
import { faultOf } from "../ledger/ledger.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import type { RunTable } from "../ledger/run-table.ts";
import { openRuns } from "../ledger/runs.ts";
import { isInProgress } from "../ledger/standing.ts";
import { traceNamesIn } from "../ledger/trace-names.ts";
import { runsIn, traceIdsIn } from "../ledger/trace-place.ts";
import type { TracesRoot } from "../ports.ts";
import { type Context, shortPath } from "./context.ts";

export function tracesRoot({ platform, settings }: Context): TracesRoot {
  return platform.openTracesRoot(settings.traces);
}

/** The ledger's path, as the reader would write it. */
export function ledgerFile({ platform, settings }: Context): string {
  return shortPath(`${settings.traces}/${LEDGER_FILE}`, platform.cwd);
}

/** Whether there is a ledger; none is needed where there are no traces. @throws LedgerFault where one is missing */
export function hasLedger(root: TracesRoot): boolean {
  const file = `${root.folder}/${LEDGER_FILE}`;
  return reading(file, () => {
    if (root.store(LEDGER_FILE).stamp() !== null) return true;
    const traces = traceIdsIn(root).length;
    if (traces > 0) throw new LedgerFault("LEDGER_ABSENT", { file, traces });
    return false;
  });
}

/** What `work` makes of the runs; none where there is neither a ledger nor a trace. @throws LedgerFault */
export function withRuns<T>(root: TracesRoot, work: (runs: RunTable) => T): T {
  const file = `${root.folder}/${LEDGER_FILE}`;
  hasLedger(root);
  return reading(file, () => {
    // A run makes the ledger before its trace, which is locked until the ledger has it.
    if (root.store(LEDGER_FILE).stamp()?.size === 0) {
      const traces = tracesAtRest(root);
      if (traces > 0) throw new LedgerFault("LEDGER_ABSENT", { file, traces });
    }
    return openRuns(root)(work);
  });
}

/** How many traces no process writes. */
function tracesAtRest(root: TracesRoot): number {
  const folders = traceNamesIn(root).filter((name) => !isInProgress(name, root)).length;
  const shared = root
    .segments()
    .flatMap((segment) =>
      [...runsIn(segment, root).keys()].filter((run) => root.segmentWriter(segment, run) === null),
    );
  return folders + shared.length;
}

/** @throws LedgerFault where the ledger cannot be read; StoreFault where a trace cannot */
export function reading<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const isOfTrace = error instanceof StoreFault && error.facts["file"] !== LEDGER_FILE;
    if (!isOfTrace && (error instanceof StoreFault || error instanceof StorePathFault))
      throw faultOf(file, error, "LEDGER_UNREADABLE");
    throw error;
  }
}
