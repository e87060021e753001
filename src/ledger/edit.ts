/** Adds lines that depend on what the ledger says. */

import type { TracesRoot } from "../ports.ts";
import { LedgerFault } from "./errors.ts";
import { appendTo, damagedAtEnd, endOf, faultOf } from "./ledger.ts";
import { encodeLine, LEDGER_FILE, type LineBody, type RunLine } from "./line.ts";
import type { RunEntry } from "./run-entry.ts";
import type { RunTable } from "./run-table.ts";
import { lastLineAbout, openRuns } from "./runs.ts";

export interface LedgerEditor {
  readonly runs: RunTable;
  /** The last line about the run. */
  lastLine(entry: RunEntry): RunLine;
  append(line: LineBody): void;
}

/** Does the work while no other process writes to the ledger, which must be there. @throws LedgerFault */
export async function editLedger<T>(root: TracesRoot, work: (editor: LedgerEditor) => T): Promise<T> {
  const file = `${root.folder}/${LEDGER_FILE}`;
  const store = root.store(LEDGER_FILE);
  const read = openRuns(root);
  try {
    return await store.locked(() =>
      read((runs) => {
        const append = (line: LineBody) => {
          const end = endOf(store);
          if (typeof end === "string") throw new LedgerFault("LEDGER_DAMAGED", damagedAtEnd(file, end));
          appendTo(store, end, encodeLine(line, end.head, end.torn).text);
        };
        const lastLine = (entry: RunEntry) => {
          const line = lastLineAbout(entry, store);
          if (line === null)
            throw new LedgerFault("LEDGER_DAMAGED", {
              ...{ file, line: null, flaw: `the last line about ${entry.id} is not as it was written` },
            });
          return line;
        };
        return work({ runs, lastLine, append });
      }),
    );
  } catch (error) {
    throw error instanceof LedgerFault ? error : faultOf(file, error);
  }
}

/** What was added to the ledger is on the device then. @throws LedgerFault */
export async function syncLedger(root: TracesRoot): Promise<void> {
  try {
    await root.store(LEDGER_FILE).sync();
  } catch (error) {
    throw faultOf(`${root.folder}/${LEDGER_FILE}`, error);
  }
}

/** What a line about a run repeats that changes nothing of its state. */
export function repeated({ run, workflow, state, head, outcome, exit_reason_code, place, waits }: RunLine) {
  return {
    ...{ run, workflow, state, head },
    ...(outcome === undefined ? {} : { outcome }),
    ...(exit_reason_code === undefined ? {} : { exit_reason_code }),
    ...(place === undefined ? {} : { place }),
    ...(waits === undefined ? {} : { waits }),
  };
}
