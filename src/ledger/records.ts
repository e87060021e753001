/** Opens what is kept beside the traces of a folder. */

import type { Clock, TracesRoot } from "../ports.ts";
import type { LedgerFault } from "./errors.ts";
import { openLedger } from "./ledger.ts";
import { openProtocolArchive } from "./protocols/archive.ts";
import type { ProtocolSource } from "./protocols/protocol-file.ts";
import type { TraceRecords } from "./recording.ts";

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
    notice(fault) {
      if (said.has(fault.message)) return;
      said.add(fault.message);
      notice(fault);
    },
  };
}
