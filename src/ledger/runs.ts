/** The runs of a ledger: listed, found by their ids, and with the state that they are in. */

import type { SegmentPlace, StoreFileReader, TracesRoot } from "../ports.ts";
import type { LineReader } from "../storage/files/jsonl-cache.ts";
import { corrupt, isBlank, lineAt, parseEntry } from "../storage/files/jsonl-scan.ts";
import { openLines } from "../storage/files/jsonl-store.ts";
import { isTraceName } from "../trace/trace-name.ts";
import { isRunLine, LEDGER_FILE, parseLine, type RunLine } from "./line.ts";
import type { RunEntry } from "./run-entry.ts";
import { loadTable, RunTable } from "./run-table.ts";

interface State {
  table: RunTable;
}

/** Lenient, as fast as the language parses: whether the lines are as they were written, `verify` finds out. */
const runsReader: LineReader<State> = {
  start: () => ({ table: new RunTable() }),
  take({ table }, { text, number, offset }, file) {
    if (isBlank(text)) return;
    const entry = usualLine(text) ?? parseEntry(text);
    if (entry === undefined) throw corrupt(file, number);
    if (typeof entry.run === "string" && isTraceName(entry.run))
      table.take(entry as unknown as RunLine, offset);
  },
  index: {
    kind: "runs",
    share: 1 / 32,
    load: (pages, facts) => ({ table: loadTable(pages, facts) }),
    save: ({ table }) => table.save(),
  },
};

/** What `work` makes of the runs as they are now. @throws StoreFault */
export type ReadRuns = <T>(work: (runs: RunTable) => T) => T;

export function openRuns(root: Pick<TracesRoot, "store">): ReadRuns {
  const read = openLines(runsReader, root.store(LEDGER_FILE));
  return (work) => read(({ state }) => work(state.table));
}

/** The last line about the run; null where it is not as it was written. @throws StoreFault */
export function lastLineAbout(
  { id, offset }: Pick<RunEntry, "id" | "offset">,
  ledger: StoreFileReader,
): RunLine | null {
  const line = parseLine(lineAt(ledger, offset) ?? "");
  return typeof line === "string" || !isRunLine(line) || line.run !== id ? null : line;
}

const DIGEST = '"[0-9a-f]{64}"';
const TEXT = '"([^"\\\\]*)"';
const PLACE = `(?:"place":\\{"end":(\\d+),"offset":(\\d+),"segment":${TEXT}\\},)?`;
/** A line without waits, bookmark and what else is rare. */
const USUAL = new RegExp(
  `^\\{(?:"actor":${TEXT},)?"at":${TEXT},(?:"exit_reason_code":${TEXT},)?"hash":${DIGEST},"head":${DIGEST},` +
    `(?:"outcome":${TEXT},)?${PLACE}"prev_hash":${DIGEST},"run":${TEXT},"schema":"[^"]*","sequence":\\d+,"state":${TEXT},"workflow":${TEXT}\\}$`,
);

/** The members of a usual line that the table is made of: reading it so takes a third of parsing it. */
function usualLine(text: string): UsualLine | undefined {
  const found = USUAL.exec(text);
  if (found === null) return undefined;
  const [, actor, at, exit_reason_code, outcome, end, offset, segment, run, state, workflow] = found;
  const place = segment === undefined ? undefined : { segment, offset: Number(offset), end: Number(end) };
  return { actor, at, exit_reason_code, outcome, place, run, state, workflow };
}

interface UsualLine
  extends Readonly<
    Record<"actor" | "at" | "exit_reason_code" | "outcome" | "run" | "state" | "workflow", string | undefined>
  > {
  readonly place: SegmentPlace | undefined;
}
