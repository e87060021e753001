/** Opens what is kept beside the traces of a folder. */

import { StoreFault, StorePathFault } from "../errors/ports.ts";
import { type Clock, IoError, type TracesRoot } from "../ports.ts";
import type { LedgerFault } from "./errors.ts";
import { openLedger } from "./ledger.ts";
import { LEDGER_FILE, type RunLine } from "./line.ts";
import { openProtocolArchive } from "./protocols/archive.ts";
import type { ProtocolSource } from "./protocols/protocol-file.ts";
import type { TraceRecords } from "./recording.ts";
import { lastLineAbout, openRuns } from "./runs.ts";

/** `notice` is told each thing that is not as it should be once, however many runs find it. */
export function openTraceRecords(
  root: TracesRoot,
  source: ProtocolSource,
  clock: Pick<Clock, "now">,
  notice: (fault: LedgerFault) => void,
): TraceRecords {
  const said = new Set<string>();
  return {
    ledger: openLedger(root, () => clock.now()),
    protocols: openProtocolArchive(root, source),
    lastLine: lastLines(root),
    notice(fault) {
      if (said.has(fault.message)) return;
      said.add(fault.message);
      notice(fault);
    },
  };
}

/** A ledger that cannot be read ends no run. */
function lastLines(root: TracesRoot): TraceRecords["lastLine"] {
  const ledger = root.store(LEDGER_FILE);
  const read = openRuns(root);
  return (run): RunLine | null => {
    try {
      if (ledger.stamp() === null) return null;
      const entry = read((runs) => runs.get(run));
      return entry === undefined ? null : lastLineAbout(entry, ledger);
    } catch (error) {
      if (error instanceof StoreFault || error instanceof StorePathFault || error instanceof IoError)
        return null;
      throw error;
    }
  };
}
