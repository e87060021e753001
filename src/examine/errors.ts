/** Refusals of what is examined as a trace, and is none. */

import { type FactsOf, Fault, type FaultDetail, type WordingTable, wordingFrom } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";

export const traceInputTable = {
  FOREIGN_TRACE: (f: { file: string; format: string }) => ({
    what: `the trace has the format ${f.format} of another runtime, which can only be examined and compared`,
    where: f.file,
    hint: `pgs examine ${f.file} shows what it contains`,
  }),
  NOT_A_TRACE: (f: { file: string }) => ({
    what: "this is not a trace: no line is an event of this runner",
    where: f.file,
    hint: "name the .jsonl file of a run; pgs run prints its path",
  }),
  TRACES_SEVERAL: (f: { file: string; runs: number; first: string; traces: string }) => ({
    what: `the file has the traces of ${counted(f.runs, "run")}`,
    where: f.file,
    hint: `name one of them by the id of its run, which pgs runs lists, or as ${f.first}`,
  }),
  FILE_CHANGED: (f: { file: string }) => ({
    what: "the file was changed while it was read",
    where: f.file,
    hint: "wait until no process writes to it, then try again",
  }),
} satisfies WordingTable;

export class TraceInputFault<
  C extends keyof typeof traceInputTable = keyof typeof traceInputTable,
> extends Fault {
  constructor(code: C, facts: FactsOf<typeof traceInputTable, C>, detail: FaultDetail = {}) {
    super("usage", code, facts, wordingFrom(traceInputTable, code, facts), detail);
  }
}
