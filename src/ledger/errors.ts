/** What is wrong with the ledger of the runs, and with the protocols kept beside it. */

import {
  type FactsOf,
  Fault,
  type FaultDetail,
  fileLine,
  type WordingTable,
  wordingFrom,
} from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const ledgerTable = {
  LEDGER_UNWRITABLE: (f: { file: string; errno: string }) => ({
    what: `nothing can be added to the ledger of the runs: ${f.errno}`,
    where: f.file,
    hint: "make it a file that you may write; then pgs runs rebuild --missing adds the runs that are not in it",
  }),
  LEDGER_UNREADABLE: (f: { file: string; errno: string }) => ({
    what: `the ledger of the runs cannot be read: ${f.errno}`,
    where: f.file,
    hint: "make it a file that you may read",
  }),
  LEDGER_LOCKED: (f: { file: string; pid: number | null; host: string | null; since: string | null }) => ({
    what: `nothing can be added to the ledger of the runs: ${f.pid === null ? "an unnamed process" : `process ${f.pid} on host ${f.host}`} has held its lock since ${f.since}`,
    where: f.file,
    hint: `wait until that process has ended; if it has, remove ${f.file}.lock; then pgs runs rebuild --missing adds the runs that are not in it`,
  }),
  LEDGER_DAMAGED: (f: { file: string; line: number | null; flaw: string }) => ({
    what: `the ledger of the runs is damaged: ${f.flaw}`,
    where: fileLine(f.file, f.line ?? undefined),
    hint: "pgs runs verify lists what is wrong with it; pgs runs rebuild makes a new one from the traces",
  }),
  LEDGER_ABSENT: (f: { file: string; traces: number }) => ({
    what: `there is no ledger of the ${counted(f.traces, "run")} here`,
    where: f.file,
    hint: "if it was removed, restore it; else pgs runs rebuild makes one from the traces, as where a process was killed before it began one",
  }),
  LEDGER_BEGINS_LATE: (f: { file: string; traces: number }) => ({
    what: `there was no ledger, but ${counted(f.traces, "trace is", "traces are")} there: the ledger begins after them`,
    where: f.file,
    hint: "if it was removed, restore it; else pgs runs rebuild makes one from all traces",
  }),
  LEDGER_LACKS_TRACES: (f: { file: string; traces: number }) => ({
    what: `the ledger does not have ${counted(f.traces, "run")} whose ${f.traces === 1 ? "trace is" : "traces are"} there`,
    where: f.file,
    hint: "they are looked at one by one; pgs runs rebuild --missing adds them to the ledger",
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
