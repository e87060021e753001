/** Makes a ledger from the traces, or adds to it what they show and it lacks. */

import type { Digest } from "../json/canonical.ts";
import type { Source, TracesRoot } from "../ports.ts";
import { SEGMENTS, tracesInSegment } from "../trace/segment.ts";
import { editLedger } from "./edit.ts";
import { faultOf } from "./ledger.ts";
import { EMPTY_LEDGER, encodeLine, LEDGER_FILE, type LedgerHead, type LineBody, type RunLine } from "./line.ts";
import type { RunLineBody } from "./run-lines.ts";
import { isInProgress } from "./standing.ts";
import { traceNamesIn } from "./trace-names.ts";
import { openOwnTrace } from "./trace-place.ts";
import { statesIn } from "./trace-states.ts";
import { readLedger, statesOf } from "./verify.ts";

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
  const old = await ports.openSource(path);
  const before = old === null ? null : readLedger(old);
  const { traces, bodies, unreadable } = await shownByTraces(ports);
  const known = new Set(bodies.map(({ head }) => head));
  const present = new Set(bodies.map(({ run }) => run));
  const kept = [...(before?.runs ?? [])].flatMap(([run, lines]) =>
    present.has(run) ? lines.filter(isOnlyInLedger).map(unlinked) : lines.map(unlinked),
  );
  const made = [...bodies, ...kept].sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
  const opening: LineBody = {
    ...{ at: new Date(ports.now()).toISOString(), opening: "REBUILT", traces: traces.length },
    ...(before === null || before.count === 0 ? {} : { former_head: before.head.hash }),
  };
  const write = (since: readonly LineBody[]) => {
    const chain = chained([opening, ...made.map((line): LineBody => ({ ...line, rebuilt: true })), ...since]);
    store.replace(chain.text);
    return chain.head.hash;
  };
  try {
    const head = await store.locked(() => {
      const now = readBytes(store.read());
      const since = now === null ? [] : addedSince(readLedger(now), before?.head ?? EMPTY_LEDGER, known);
      return write(since);
    });
    return { traces: traces.length, lines: made.length, kept: kept.length, unreadable, head };
  } catch (error) {
    throw faultOf(path, error);
  }
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
  return statesIn(trace).lines.filter(({ run }) => run === name);
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

/** Lines about runs that were added behind the head, but for those that are known from the traces. */
function addedSince(
  { runs }: ReturnType<typeof readLedger>,
  { sequence }: LedgerHead,
  known: ReadonlySet<string>,
): readonly LineBody[] {
  const added = [...runs.values()].flat().filter((line) => line.sequence > sequence);
  return added
    .sort((a, b) => a.sequence - b.sequence)
    .filter((line) => isOnlyInLedger(line) || !known.has(line.head))
    .map(unlinked);
}

function chained(lines: readonly LineBody[]): { readonly text: string; readonly head: LedgerHead } {
  let head: LedgerHead = EMPTY_LEDGER;
  const texts = lines.map((line) => {
    const encoded = encodeLine(line, head);
    head = encoded.head;
    return encoded.text;
  });
  return { text: texts.join(""), head };
}

function readBytes(bytes: Uint8Array | null): Source | null {
  return bytes === null ? null : { size: bytes.length, pieces: () => [bytes] };
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
  missing.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
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
