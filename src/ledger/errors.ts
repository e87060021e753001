/** What is wrong with the ledger of the runs, and with the protocols kept beside it. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const ledgerTable = {
  LEDGER_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `the run is not in the ledger, which cannot be written: ${f.errno}`,
    where: f.file,
    hint: "make it a file that you may write; then pgs runs rebuild --missing adds the run",
  }),
  LEDGER_LOCKED: (f: { file: string; pid: number | null; host: string | null; since: string | null }) => ({
    what: `the run is not in the ledger: ${f.pid === null ? "an unnamed process" : `process ${f.pid} on host ${f.host}`} has held its lock since ${f.since}`,
    where: f.file,
    hint: `wait until that process has ended; if it has, remove ${f.file}.lock; then pgs runs rebuild --missing adds the run`,
  }),
  LEDGER_DAMAGED: (f: { file: string; flaw: string }) => ({
    what: `the run is not in the ledger, whose last line is damaged: ${f.flaw}`,
    where: f.file,
    hint: "pgs runs verify lists what is wrong with it; pgs runs rebuild makes a new one from the traces",
  }),
  LEDGER_BEGINS_LATE: (f: { file: string; traces: number }) => ({
    what: `there was no ledger, but ${counted(f.traces, "trace is", "traces are")} there: the ledger begins after them`,
    where: f.file,
    hint: "if it was removed, restore it; else pgs runs rebuild makes one from all traces",
  }),
  PROTOCOL_NOT_KEPT: (f: { file: string; reason: string }) => ({
    what: `the protocol of the run is not kept beside its trace: ${f.reason}`,
    where: f.file,
    hint: "keep the snapshot: without it, the trace cannot be replayed after the protocol has changed",
  }),
} satisfies WordingTable;

/** Nothing of this changes how a run ends. */
export class LedgerFault<C extends keyof typeof ledgerTable = keyof typeof ledgerTable> extends Fault {
  constructor(code: C, facts: FactsOf<typeof ledgerTable, C>, detail: FaultDetail = {}) {
    super("trace", code, facts, wordingFrom(ledgerTable, code, facts), detail);
  }
}
