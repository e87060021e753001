/**
 * Appends to the ledger of a traces folder. Only the end of the file is read, so that a line costs the same however long
 * the ledger is; any process may append between two lines of this one. Nothing waits for the disk.
 */

import { StoreFault, StorePathFault } from "../errors/ports.ts";
import { utf8 } from "../json/text.ts";
import { IoError, type StoreFile, type StoreStamp, type TracesRoot } from "../ports.ts";
import { isSame } from "../storage/files/jsonl-cache.ts";
import { LedgerFault } from "./errors.ts";
import {
  EMPTY_LEDGER,
  type EncodedLine,
  encodeLine,
  LEDGER_FILE,
  type LedgerHead,
  type LineBody,
  type LineFlaw,
  parseLine,
} from "./line.ts";
import { traceIdsIn } from "./trace-place.ts";

/** Every method resolves to what is to be said about the ledger; nothing is thrown. */
export interface Ledger {
  /** As the notices name it. */
  readonly file: string;
  /**
   * Makes the ledger where there is none. The first line of one that begins after traces says so. Called before the trace
   * of a run is made, so that it is not one of those.
   */
  prepare(): Promise<LedgerFault | null>;
  /**
   * Appends the line. Lines that are recorded at the same time are appended together, in their order. The last line of a
   * run does not wait for others where there are none of another run.
   */
  record(line: LineBody, isLast?: boolean): Promise<LedgerFault | null>;
}

/** One in so many appends waits for the next turn of the event loop, so that timers are answered. */
const TURNS = 16;

/** The ledger of the folder; `now` is the time, in milliseconds since the epoch. */
export function openLedger(root: TracesRoot, now: () => number): Ledger {
  const store = root.store(LEDGER_FILE);
  const file = `${root.folder}/${LEDGER_FILE}`;
  let isThere = false;
  /** The lines of the next append. */
  let batch: Batch | null = null;
  /** The end that this process wrote, and the file as it was then: while it is the same, the end is not read. */
  let known: { readonly stamp: StoreStamp; readonly end: LedgerEnd } | null = null;
  let appendsAtOnce = 0;
  const opening = (own: ReadonlySet<string> = new Set()): LedgerFault | null => {
    const traces = traceIdsIn(root).filter((name) => !own.has(name)).length;
    store.append(traces === 0 ? "" : openingLine(traces, now()));
    return traces === 0 ? null : new LedgerFault("LEDGER_BEGINS_LATE", { file, traces });
  };
  const appendLines = (lines: readonly LineBody[]): LedgerFault | null => {
    const stamp = store.stamp();
    const late = stamp === null ? opening(runsOf(lines)) : null;
    const end = known !== null && isSame(known.stamp, stamp) ? known.end : endOf(store);
    known = null;
    if (typeof end === "string") return new LedgerFault("LEDGER_DAMAGED", damagedAtEnd(file, end));
    const { text, head } = encodeLines(lines, end);
    const size = appendTo(store, end, text);
    const after = store.stamp();
    if (after?.size === size) known = { stamp: after, end: { head, size, isUnended: false, torn: 0 } };
    return late;
  };
  const beginBatch = (): Batch => {
    const close = (closed: Batch) => {
      if (batch === closed) batch = null;
    };
    const begun = new Batch((lines) => {
      const append = () =>
        store.locked(() => {
          close(begun);
          return appendLines(lines);
        });
      return guarded(file, append).finally(() => close(begun));
    });
    return begun;
  };
  return {
    file,
    prepare: () =>
      guarded(file, async () => {
        isThere ||= store.stamp() !== null;
        // Before anything is locked in it: who makes the folder knows that its name is to be synced.
        if (!isThere) root.make();
        const late = isThere ? null : await store.locked(() => (store.stamp() === null ? opening() : null));
        isThere = true;
        return late;
      }),
    record(line, isLast = false) {
      batch ??= beginBatch();
      const { appended } = batch;
      batch.add(line);
      if (isLast && batch.runs.size === 1 && ++appendsAtOnce % TURNS !== 0) batch.append();
      return appended;
    },
  };
}

/** Lines that are appended together, at the latest when the process has its next turn. */
class Batch {
  readonly #lines: LineBody[] = [];
  readonly runs = new Set<string>();
  /** What is to be said about the ledger then. */
  readonly appended: Promise<LedgerFault | null>;
  #append: (() => void) | null = null;

  constructor(append: (lines: readonly LineBody[]) => Promise<LedgerFault | null>) {
    this.appended = new Promise((resolve) => {
      this.#append = () => resolve(append(this.#lines));
    });
    setImmediate(() => this.append());
  }

  add(line: LineBody): void {
    this.#lines.push(line);
    if ("run" in line) this.runs.add(line.run);
  }

  append(): void {
    this.#append?.();
    this.#append = null;
  }
}

/** The text of the lines, one behind the other, and the head of the last one. */
function encodeLines(lines: readonly LineBody[], end: LedgerEnd): EncodedLine {
  let { head, torn } = end;
  let text = "";
  for (const line of lines) {
    const encoded = encodeLine(line, head, torn);
    text += encoded.text;
    head = encoded.head;
    torn = 0;
  }
  return { text, head };
}

function runsOf(lines: readonly LineBody[]): ReadonlySet<string> {
  return new Set(lines.flatMap((line) => ("run" in line ? [line.run] : [])));
}

function openingLine(traces: number, now: number): string {
  const opening: LineBody = { at: new Date(now).toISOString(), opening: "AFTER_TRACES", traces };
  return encodeLine(opening, EMPTY_LEDGER).text;
}

/** The last line of a ledger, and what stands behind it. */
export interface LedgerEnd {
  readonly head: LedgerHead;
  /** Bytes up to the last line break. */
  readonly size: number;
  /** Whether a last line without line break follows, which is whole. */
  readonly isUnended: boolean;
  /** Bytes of an incomplete line behind that. */
  readonly torn: number;
}

/** Appends lines under the lock of the file, under which its end was read. Returns the size that it has then. */
export function appendTo(store: StoreFile, { size, isUnended, torn }: LedgerEnd, lines: string): number {
  const text = `${isUnended ? "\n" : ""}${lines}`;
  if (torn > 0) store.truncate(size);
  store.append(text);
  return size + Buffer.byteLength(text);
}

/** More than a line usually has. */
const TAIL_BYTES = 4096;
const NEWLINE = 0x0a;

/** The end of the file, which may be empty; what is wrong with the last line where it is none. @throws StoreFault */
export function endOf(store: StoreFile): LedgerEnd | LineFlaw {
  const length = store.stamp()?.size ?? 0;
  for (let wanted = TAIL_BYTES; ; wanted *= 8) {
    const offset = Math.max(0, length - wanted);
    const bytes = Buffer.from(store.readAt(offset, length - offset));
    const size = bytes.lastIndexOf(NEWLINE) + 1;
    const before = size < 2 ? -1 : bytes.lastIndexOf(NEWLINE, size - 2);
    if (offset > 0 && before === -1) continue;
    const rest = bytes.subarray(size);
    const unended = rest.length === 0 ? "NOT_JSON" : parseLine(utf8(rest));
    if (typeof unended !== "string") return { head: unended, size: offset + size, isUnended: true, torn: 0 };
    const end = { size: offset + size, isUnended: false, torn: rest.length };
    if (end.size === 0) return { ...end, head: EMPTY_LEDGER };
    const last = parseLine(utf8(bytes.subarray(before + 1, size - 1)));
    return typeof last === "string" ? last : { ...end, head: last };
  }
}

/** What goes wrong with a ledger ends no run. */
async function guarded(file: string, work: () => Promise<LedgerFault | null>): Promise<LedgerFault | null> {
  try {
    return await work();
  } catch (error) {
    return faultOf(file, error);
  }
}

/** The facts of a ledger whose last line is not as it was written. */
export function damagedAtEnd(file: string, flaw: LineFlaw) {
  return { file, line: null, flaw: `its last line is ${LAST_LINE[flaw]}` };
}

const LAST_LINE: Readonly<Record<LineFlaw, string>> = {
  NOT_JSON: "no JSON object",
  NOT_CANONICAL: "not in canonical form",
  BAD_SHAPE: "no line of a ledger",
  BAD_HASH: "not what its hash says",
};

/** What failed while the ledger was read or written to. @throws what is no failure of the storage */
export function faultOf(
  file: string,
  error: unknown,
  code: "LEDGER_UNREADABLE" | "LEDGER_UNWRITABLE" = "LEDGER_UNWRITABLE",
): LedgerFault {
  const because = (errno: string) => new LedgerFault(code, { file, errno }, { cause: error });
  if (error instanceof IoError) return because(error.errno);
  if (error instanceof StorePathFault) return because("ELOOP");
  if (!(error instanceof StoreFault)) throw error;
  const { pid = null, host = null, since = null, line = null, errno = error.reason } = error.facts;
  if (error.reason === "LOCKED")
    return new LedgerFault("LEDGER_LOCKED", lockFacts(file, pid, host, since), { cause: error });
  if (error.reason !== "CORRUPT") return because(String(errno));
  const facts = { file, line: typeof line === "number" ? line : null, flaw: "a line is no JSON object" };
  return new LedgerFault("LEDGER_DAMAGED", facts, { cause: error });
}

function lockFacts(file: string, pid: unknown, host: unknown, since: unknown) {
  return {
    file,
    pid: typeof pid === "number" ? pid : null,
    host: typeof host === "string" ? host : null,
    since: typeof since === "string" ? since : null,
  };
}
