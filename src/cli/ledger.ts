/** The ledger of the traces folder, as the commands open it. */

import { StoreFault } from "../errors/ports.ts";
import { LedgerFault } from "../ledger/errors.ts";
import { faultOf } from "../ledger/ledger.ts";
import { LEDGER_FILE } from "../ledger/line.ts";
import type { RunTable } from "../ledger/run-table.ts";
import { openRuns } from "../ledger/runs.ts";
import { traceNamesIn } from "../ledger/trace-names.ts";
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
    const traces = traceNamesIn(root).length;
    if (traces > 0) throw new LedgerFault("LEDGER_ABSENT", { file, traces });
    return false;
  });
}

/** What `work` makes of the runs; none where there is neither a ledger nor a trace. @throws LedgerFault */
export function withRuns<T>(root: TracesRoot, work: (runs: RunTable) => T): T {
  hasLedger(root);
  return reading(`${root.folder}/${LEDGER_FILE}`, () => openRuns(root)(work));
}

/** @throws LedgerFault where the ledger cannot be read */
export function reading<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreFault) throw faultOf(file, error, "LEDGER_UNREADABLE");
    throw error;
  }
}
