/** Makes a ledger from the traces, or adds to it what they show and it lacks. */

import type { Digest } from "../json/canonical.ts";
import type { Source, StoreFile, TracesRoot } from "../ports.ts";
import { SEGMENTS, tracesInSegment } from "../trace/segment.ts";
import { editLedger } from "./edit.ts";
import { faultOf } from "./ledger.ts";
import {
  EMPTY_LEDGER,
  type EncodedLine,
  encodeLine,
  isRunLine,
  LEDGER_FILE,
  type LedgerHead,
  type LineBody,
  type RunLine,
} from "./line.ts";
import type { RunLineBody } from "./run-lines.ts";
import { isInProgress } from "./standing.ts";
import { traceNamesIn } from "./trace-names.ts";
import { openOwnTrace, piecesOf } from "./trace-place.ts";
import { statesIn } from "./trace-states.ts";
import { readLedger, statesOf, wholeLines } from "./verify.ts";

export interface RebuildPorts {
  readonly root: TracesRoot;
  /** A file by its absolute path; null where there is none. @throws IoError */
  openSource(path: string): Promise<Source | null>;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface Rebuilt {
  /** How many traces there are, and how many lines were made from them and from the ledger before. */
  readonly traces: number;
  readonly lines: number;
  /** How many of the lines are from the ledger before. */
  readonly kept: number;
  /** Traces of which nothing can be read. */
  readonly unreadable: readonly string[];
  /** Hash of the last line. */
  readonly head: Digest;
}

/**
 * A new ledger in the place of the old one. Of that, it keeps what no trace shows: bookmarks, and the runs of whose
 * traces nothing can be read. Lines that other processes add in the meantime are kept, too. @throws LedgerFault, IoError
 */
export async function rebuildLedger(ports: RebuildPorts): Promise<Rebuilt> {
  const { root } = ports;
  const path = `${root.folder}/${LEDGER_FILE}`;
  const store = root.store(LEDGER_FILE);
  const old = (await ports.openSource(path)) ?? EMPTY;
  let before: LedgerHead = EMPTY_LEDGER;
  for (const { sequence, hash } of wholeLines(old.pieces())) before = { sequence, hash };
  const { traces, bodies, unreadable } = await shownByTraces(ports);
  const opening: LineBody = {
    ...{ at: new Date(ports.now()).toISOString(), opening: "REBUILT", traces: traces.length },
    ...(old.size === 0 ? {} : { former_head: before.hash }),
  };
  try {
    return await store.locked(() => {
      const { kept, since } = onlyInLedger(store, before, bodies);
      const lines = [...bodies, ...kept].sort(byMoment);
      const { text, head } = chained(opening, lines, since);
      store.replace(text);
      return { traces: traces.length, lines: lines.length, kept: kept.length, unreadable, head: head.hash };
    });
  } catch (error) {
    throw faultOf(path, error);
  }
}

const EMPTY: Source = { size: 0, pieces: () => [] };

/**
 * Lines about runs that the traces do not show: those up to a head of runs of which no trace shows anything, and later ones,
 * which other processes have added since the traces were read.
 */
function onlyInLedger(store: StoreFile, before: LedgerHead, shown: readonly RunLineBody[]) {
  const [runs, heads] = [new Set(shown.map(({ run }) => run)), new Set(shown.map(({ head }) => head))];
  const [kept, since]: [RunLineBody[], RunLineBody[]] = [[], []];
  for (const line of wholeLines(piecesOf(store.stamp() === null ? null : store))) {
    if (!isRunLine(line)) continue;
    const isLater = line.sequence > before.sequence;
    const isShown = isLater ? heads.has(line.head) : runs.has(line.run);
    if (isOnlyInLedger(line) || !isShown) (isLater ? since : kept).push(unlinked(line));
  }
  return { kept, since };
}

/** What the traces show of their runs. @throws IoError, StoreFault */
async function shownByTraces(ports: RebuildPorts) {
  const traces: string[] = [];
  const bodies: RunLineBody[] = [];
  const unreadable: string[] = [];
  for await (const { run, lines } of shownRuns(ports)) {
    traces.push(run);
    if (lines.length === 0) unreadable.push(run);
    for (const line of lines) bodies.push(line);
  }
  return { traces, bodies, unreadable };
}

interface ShownRun {
  readonly run: string;
  /** None where nothing of the trace can be read. */
  readonly lines: readonly RunLineBody[];
  /** Whether a process may go on with it, which writes into the ledger. */
  readonly isInProgress: boolean;
}

/** Every run once: that of a folder, and else that of a segment. @throws IoError, StoreFault */
async function* shownRuns(ports: RebuildPorts): AsyncGenerator<ShownRun> {
  const { root } = ports;
  const shared = await sharedRuns(ports);
  for (const run of traceNamesIn(root)) {
    // Before it is read: what it says then is all.
    const isGoingOn = isInProgress(run, root);
    const trace = await openOwnTrace(run, ports);
    const moved = shared.get(run);
    if (trace === null && moved !== undefined) continue;
    shared.delete(run);
    const inSegment = new Map(moved?.lines.map((line) => [line.head, line]));
    const lines = trace === null || trace === "IRREGULAR" ? [] : linesOf(run, trace);
    yield { run, lines: lines.map((line) => inSegment.get(line.head) ?? line), isInProgress: isGoingOn };
  }
  yield* shared.values();
}

/** By run, those in segments. @throws IoError, StoreFault */
async function sharedRuns({ root, openSource }: RebuildPorts): Promise<Map<string, ShownRun>> {
  const shared = new Map<string, ShownRun>();
  for (const segment of root.segments()) {
    const writer = root.segmentWriter(segment, "");
    const source = await openSource(`${root.folder}/${SEGMENTS}/${segment}`);
    for (const found of source === null ? [] : tracesInSegment(source)) {
      if ("strayLine" in found || shared.has(found.run)) continue;
      const { run, trace } = found;
      const place = { segment, offset: found.place.offset, end: found.place.end };
      const lines = linesOf(run, trace).map((line) => ({ ...line, place }));
      shared.set(run, { run, lines, isInProgress: (writer ?? root.segmentWriter(segment, run)) !== null });
    }
  }
  return shared;
}

/** The lines that a trace shows of the run of its name. */
function linesOf(name: string, trace: Source): readonly RunLineBody[] {
  const lines = statesIn(trace).lines.filter(({ run }) => run === name);
  // A copy: the texts of these are parts of the lines of the trace, which they keep in memory.
  return structuredClone(lines);
}

const isOnlyInLedger = ({ mark, state }: RunLine) => mark !== undefined || state === "PRUNED";

function unlinked({
  schema: _,
  sequence: __,
  prev_hash: ___,
  hash: ____,
  torn_bytes: _____,
  ...body
}: RunLine): RunLineBody {
  return body;
}

const byMoment = (a: RunLineBody, b: RunLineBody) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0);

/** The text of a ledger: how it begins, what is made anew, and what follows as it is. */
function chained(opening: LineBody, made: readonly RunLineBody[], since: readonly RunLineBody[]): EncodedLine {
  let { text, head } = encodeLine(opening, EMPTY_LEDGER);
  const add = (line: LineBody) => {
    const encoded = encodeLine(line, head);
    text += encoded.text;
    head = encoded.head;
  };
  for (const line of made) add({ ...line, rebuilt: true });
  for (const line of since) add(line);
  return { text, head };
}

export interface Completed {
  /** The runs of which lines were added. */
  readonly runs: readonly string[];
  readonly lines: number;
  readonly unreadable: readonly string[];
}

/** Adds the lines that traces show and the ledger lacks. @throws LedgerFault, IoError */
export async function completeLedger(ledger: Source, ports: RebuildPorts): Promise<Completed> {
  const { root } = ports;
  const { runs } = readLedger(ledger);
  const missing: RunLineBody[] = [];
  const unreadable: string[] = [];
  for await (const { run, lines, isInProgress } of shownRuns(ports)) {
    if (isInProgress) continue;
    if (lines.length === 0) unreadable.push(run);
    for (const line of behind(lines, statesOf(runs.get(run) ?? []))) missing.push(line);
  }
  missing.sort(byMoment);
  await editLedger(root, ({ runs: now, append }) => {
    for (const line of missing) {
      // Another process may have added the same in the meantime.
      const last = now.get(line.run);
      if (last === undefined || last.changed <= Date.parse(line.at)) append({ ...line, rebuilt: true });
    }
  });
  return { runs: [...new Set(missing.map(({ run }) => run))], lines: missing.length, unreadable };
}

/** What the trace shows behind the last state that is recorded; nothing of a trace that is another one. */
function behind(shown: readonly RunLineBody[], recorded: ReturnType<typeof statesOf>): readonly RunLineBody[] {
  const last = recorded.at(-1);
  if (last === undefined) return shown;
  const at = shown.findIndex(({ head }) => head === last.head);
  return at === -1 ? [] : shown.slice(at + 1);
}
