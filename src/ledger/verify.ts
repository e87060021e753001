/** Is the ledger as it was written, and are the traces those that it names? A chain over all runs of a folder. */

import { counted } from "../errors/counted.ts";
import { type TraceFinding, wordsOf } from "../examine/finding.ts";
import { CUT_OFF } from "../examine/verify.ts";
import type { Digest } from "../json/canonical.ts";
import { utf8 } from "../json/text.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { Source, TracesRoot } from "../ports.ts";
import { linesIn } from "../trace/chunks.ts";
import { SEGMENTS, tracesInSegment } from "../trace/segment.ts";
import {
  EMPTY_LEDGER,
  isRunLine,
  LEDGER_FILE,
  type LedgerHead,
  type LedgerLine,
  type LineFlaw,
  type LineState,
  type OpeningLine,
  parseLine,
  type RunLine,
} from "./line.ts";
import { placeIn } from "./run-entry.ts";
import type { RunLineBody } from "./run-lines.ts";
import { isInProgress } from "./standing.ts";
import { traceNamesIn } from "./trace-names.ts";
import { openOwnTrace, piecesOf } from "./trace-place.ts";
import { statesIn } from "./trace-states.ts";

const MAY_BE_LATE =
  "if a process that was killed, a power cut, or a ledger that could not be written explains that, pgs runs rebuild --missing adds it";

/** What is wrong with a ledger or with the traces beside it: by code, what it means and what to do. */
export const ledgerFindings = {
  NOT_JSON: { what: () => "the line is not a JSON object" },
  NOT_CANONICAL: { what: () => "the line is not in canonical form: it was rewritten" },
  BAD_SHAPE: { what: () => "the line is not one of a ledger" },
  BAD_HASH: { what: () => "hash does not match the line: the line was changed" },
  BAD_SEQUENCE: {
    what: (f: JsonObject) => `sequence is ${f["found"]}, expected ${f["expected"]}`,
  },
  BAD_PREV_HASH: {
    what: () => "prev_hash does not match the hash of the line before: a line was removed, moved or added here",
  },
  TORN_LINE: {
    what: () => "the last line is incomplete: a process was interrupted while it wrote the line",
    hint: "the next run removes it; pgs runs rebuild --missing adds what it said",
  },
  HEAD_MISMATCH: {
    what: (f: JsonObject) => `no line has the hash ${f["expected"]}`,
    hint: "the ledger was shortened or rewritten after that hash was noted",
  },
  TRACE_MISSING: {
    what: () => "the trace is gone",
    hint: "restore it from a copy; after a power cut it may never have reached the disk, if its run had just begun",
  },
  TRACE_IRREGULAR: {
    what: () => "no regular file is where the trace should be: it is not read",
    hint: "remove it, and restore the trace from a copy",
  },
  TRACE_DAMAGED: {
    what: (f: JsonObject) => `the trace is damaged: ${f["what"]}`,
    hint: "pgs examine of the trace lists every finding",
  },
  TRACE_CUT: {
    what: (f: JsonObject) =>
      `the trace was cut: the ledger has ${f["state"]}, which the trace does not show any more`,
    hint: "restore it from a copy",
  },
  TRACE_REPLACED: {
    what: (f: JsonObject) =>
      `the trace is another one: it has no event with the hash ${f["head"]} of its ${f["state"]}`,
    hint: "restore it from a copy",
  },
  TRACE_UNLISTED: {
    what: () => "the trace has no line in the ledger",
    hint: MAY_BE_LATE,
  },
  TRACE_COPIED: {
    what: (f: JsonObject) => `lines of the run are also in ${f["segment"]}, where the ledger does not have it`,
    hint: "the trace itself is checked where the ledger has it; remove the copy",
  },
  SEGMENT_DAMAGED: {
    what: (f: JsonObject) =>
      `at line ${f["line"]}, ${f["segment"]} has ${counted(Number(f["lines"]), "line that names", "lines that name")} no run: changed or added`,
    hint: "what is missing in the trace of a run is a finding of its own; restore the file from a copy",
  },
  SEGMENT_IRREGULAR: {
    what: (f: JsonObject) => `${f["segment"]} is no regular file: no trace in it is read`,
    hint: "remove it; if it took the place of a file with traces, restore that from a copy",
  },
  LEDGER_BEHIND: {
    what: (f: JsonObject) => `the trace goes on to ${f["state"]}, which has no line in the ledger`,
    hint: MAY_BE_LATE,
  },
} as const satisfies Readonly<
  Record<string, { readonly what: (facts: JsonObject) => string; readonly hint?: string }>
>;

export type LedgerFindingCode = keyof typeof ledgerFindings;

export interface LedgerFinding {
  readonly code: LedgerFindingCode;
  /** Line of the ledger; null where the finding is about a trace, or about the whole. */
  readonly line: number | null;
  /** The run; null where the finding is about the ledger alone. */
  readonly run: string | null;
  readonly facts: JsonObject;
}

export interface VerifiedLedger {
  /** How many lines there are. */
  readonly lines: number;
  /** Hash of the last whole line. */
  readonly head: Digest;
  /** Why the ledger does not begin with the first run; null where it does. */
  readonly opening: OpeningLine | null;
  /** How many runs it has, and how many of their traces were pruned. */
  readonly runs: number;
  readonly pruned: number;
  readonly findings: readonly LedgerFinding[];
}

export interface VerifyPorts {
  readonly root: TracesRoot;
  /** A file by its absolute path; null where there is none. @throws IoError */
  openSource(path: string): Promise<Source | null>;
}

/**
 * Reads the ledger, then every trace, and of each trace then whether a process writes it; and for what does not agree, what
 * the ledger has gained meanwhile: other processes may begin, end and prune runs at any moment. `expectedHead` must be the
 * hash of a line. @throws IoError, StoreFault
 */
export async function verifyLedger(
  ledger: Source,
  ports: VerifyPorts,
  expectedHead?: string,
): Promise<VerifiedLedger> {
  const { root } = ports;
  const read = readLedger(ledger, expectedHead);
  const findings = [...read.findings];
  /** By segment, the runs whose traces are nowhere else. */
  const shared = new Map<string, Set<string>>(root.segments().map((name) => [name, new Set()]));
  for (const [run, lines] of read.runs) {
    if (isPruned(lines)) continue;
    const trace = await openOwnTrace(run, ports);
    if (trace === "IRREGULAR") {
      findings.push({ code: "TRACE_IRREGULAR", line: null, run, facts: {} });
      continue;
    }
    const segment = trace === null ? segmentOf(lines) : undefined;
    if (segment !== undefined) {
      shared.set(segment, (shared.get(segment) ?? new Set()).add(run));
      continue;
    }
    const found = trace === null ? MISSING : checkTrace(lines, trace, () => isInProgress(run, root));
    if (found !== null) findings.push({ ...found, line: null, run });
  }
  const folders = new Set(traceNamesIn(root));
  for (const run of folders) if (!read.runs.has(run) && !isInProgress(run, root)) findings.push(unlisted(run));
  for (const name of root.noSegments()) findings.push(irregular(name));
  for (const [segment, runs] of shared)
    for (const found of await checkSegment(segment, { runs, folders }, read, ports)) findings.push(found);
  const pruned = [...read.runs.values()].filter(isPruned).length;
  const { head, count: lines, opening } = read;
  const unexplained = withoutExplained(findings, read.wholeBytes, root);
  return { lines, head: head.hash, opening, runs: read.runs.size, pruned, findings: unexplained };
}

const isPruned = (lines: readonly RunLine[]) => lines.at(-1)?.state === "PRUNED";

/** In which the last line of the run's own has it; undefined for a run that has its own folder. */
function segmentOf(lines: readonly RunLine[]): string | undefined {
  const last = lines.findLast(({ mark }) => mark === undefined);
  return last === undefined ? undefined : placeIn(last)?.segment;
}

const irregular = (segment: string): LedgerFinding => ({
  ...{ code: "SEGMENT_IRREGULAR", line: null, run: null },
  facts: { segment: `${SEGMENTS}/${segment}` },
});

const unlisted = (run: string): LedgerFinding => ({ code: "TRACE_UNLISTED", line: null, run, facts: {} });

/** Whether a line that the ledger has gained since it was read is why the traces did not agree with it. */
const EXPLANATIONS: {
  readonly [C in LedgerFindingCode]?: (gained: LedgerLine, found: LedgerFinding) => boolean;
} = {
  // The line is not incomplete any more, or was removed by who appended the next one.
  TORN_LINE: () => true,
  TRACE_MISSING: (gained, { run }) => isRunLine(gained) && gained.run === run && gained.state === "PRUNED",
  TRACE_UNLISTED: (gained, { run }) => isRunLine(gained) && gained.run === run,
  LEDGER_BEHIND: (gained, { run, facts }) =>
    isRunLine(gained) && gained.run === run && gained.head === facts["head"] && gained.mark === undefined,
};

/** What other processes did meanwhile is no finding. `from` is the end of the last whole line that was read. @throws StoreFault */
function withoutExplained(
  findings: readonly LedgerFinding[],
  from: number,
  root: TracesRoot,
): readonly LedgerFinding[] {
  const byRun = new Map<string | null, LedgerFinding[]>();
  for (const found of findings)
    if (found.code in EXPLANATIONS) byRun.set(found.run, [...(byRun.get(found.run) ?? []), found]);
  if (byRun.size === 0) return findings;
  const store = root.store(LEDGER_FILE);
  const explained = new Set<LedgerFinding>();
  for (const gained of wholeLines(piecesOf(store.stamp() === null ? null : store, from)))
    for (const run of [null, isRunLine(gained) ? gained.run : null])
      for (const found of byRun.get(run) ?? [])
        if (EXPLANATIONS[found.code]?.(gained, found)) explained.add(found);
  return findings.filter((found) => !explained.has(found));
}

// ---- the ledger ----

/** The lines of a ledger that are as they were written. */
export function* wholeLines(pieces: Iterable<Uint8Array>): Generator<LedgerLine> {
  for (const { bytes } of linesIn(pieces)) {
    const line = parseLine(utf8(bytes));
    if (typeof line !== "string") yield line;
  }
}

interface ReadLedger {
  readonly count: number;
  /** Up to the last line break. */
  readonly wholeBytes: number;
  readonly head: LedgerHead;
  readonly opening: OpeningLine | null;
  readonly findings: readonly LedgerFinding[];
  /** The lines about each run, in order. */
  readonly runs: ReadonlyMap<string, readonly RunLine[]>;
}

/** Every line strictly read, each linked to the one before. */
export function readLedger(ledger: Source, expectedHead?: string): ReadLedger {
  const findings: LedgerFinding[] = [];
  const runs = new Map<string, RunLine[]>();
  let [count, wholeBytes, opening]: [number, number, OpeningLine | null] = [0, 0, null];
  /** Null behind a line that could not be read: the next one is linked to nothing. */
  let before: LedgerHead | null = EMPTY_LEDGER;
  let head: LedgerHead = EMPTY_LEDGER;
  let isHeadFound = expectedHead === undefined;
  const fail = (code: LedgerFindingCode, facts: JsonObject = {}, run: string | null = null) =>
    findings.push({ code, line: count, run, facts });
  for (const { bytes, size, isWhole } of linesIn(ledger.pieces())) {
    count++;
    if (isWhole) wholeBytes += size + 1;
    const line = parseLine(utf8(bytes));
    if (typeof line === "string") {
      fail(isWhole ? line : "TORN_LINE");
      before = null;
      continue;
    }
    for (const [code, facts] of linkFlaws(line, before, count)) fail(code, facts);
    isHeadFound ||= line.hash === expectedHead;
    before = line;
    head = line;
    if (!isRunLine(line)) opening ??= line;
    else {
      const known = runs.get(line.run);
      if (known === undefined) runs.set(line.run, [line]);
      else known.push(line);
    }
  }
  if (!isHeadFound)
    findings.push({ code: "HEAD_MISMATCH", line: null, run: null, facts: { expected: expectedHead as Json } });
  return { count, wholeBytes, head, opening, findings, runs };
}

type Flaw = readonly [code: Exclude<LedgerFindingCode, LineFlaw>, facts: JsonObject];

function linkFlaws(
  line: LedgerHead & { readonly prev_hash: Digest },
  before: LedgerHead | null,
  at: number,
): readonly Flaw[] {
  const expected = before === null ? at : before.sequence + 1;
  const { sequence: found, prev_hash } = line;
  return [
    ...(found === expected ? [] : [["BAD_SEQUENCE", { expected, found }] as const]),
    ...(before === null || prev_hash === before.hash ? [] : [["BAD_PREV_HASH", {}] as const]),
  ];
}

// ---- traces ----

type Found = Pick<LedgerFinding, "code" | "facts">;

const ENDINGS: ReadonlySet<LineState | undefined> = new Set(["COMPLETED", "FAILED", "CANCELLED"]);

const MISSING: Found = { code: "TRACE_MISSING", facts: {} };

/** What is wrong with a segment, and with the traces that are only there. @throws IoError, StoreFault */
async function checkSegment(
  segment: string,
  expected: { readonly runs: ReadonlySet<string>; readonly folders: ReadonlySet<string> },
  { runs }: ReadLedger,
  { root, openSource }: VerifyPorts,
): Promise<readonly LedgerFinding[]> {
  const isThere = root.segments().includes(segment);
  const source = isThere ? await openSource(`${root.folder}/${SEGMENTS}/${segment}`) : null;
  const findings: LedgerFinding[] = [];
  const missing = new Set(expected.runs);
  for (const found of source === null ? [] : tracesInSegment(source)) {
    if ("strayLine" in found) {
      const facts = { segment: `${SEGMENTS}/${segment}`, line: found.strayLine, lines: found.lines };
      findings.push({ code: "SEGMENT_DAMAGED", line: null, run: null, facts });
      continue;
    }
    const { run, trace } = found;
    const lines = runs.get(run);
    const isWritten = () => root.segmentWriter(segment, run) !== null;
    if (missing.delete(run) && lines !== undefined) {
      const flaw = checkTrace(lines, trace, isWritten);
      if (flaw !== null) findings.push({ ...flaw, line: null, run });
    } else if (lines === undefined) {
      if (!expected.folders.has(run) && !isWritten()) findings.push(unlisted(run));
    } else if ((segmentOf(lines) ?? segment) !== segment)
      findings.push({ code: "TRACE_COPIED", line: null, run, facts: { segment: `${SEGMENTS}/${segment}` } });
  }
  return [...findings, ...[...missing].map((run) => ({ ...MISSING, line: null, run }))];
}

/** Compares the states that the ledger has of a run with those that its trace shows. */
function checkTrace(lines: readonly RunLine[], trace: Source, isGoingOn: () => boolean): Found | null {
  const { lines: shown, verified } = statesIn(trace);
  // Behind the end of its run, no process has left a line incomplete.
  const hasEnded = ENDINGS.has(shown.at(-1)?.state);
  const damage = verified.findings.find(({ code }) => hasEnded || !CUT_OFF.has(code));
  if (damage !== undefined) return { code: "TRACE_DAMAGED", facts: damageFacts(damage) };
  const recorded = statesOf(lines);
  const [first] = recorded;
  if (first === undefined) return null;
  // A ledger that began late has the later states alone.
  const start = shown.findIndex(({ head }) => head === first.head);
  for (const [i, { head, state }] of recorded.entries()) {
    const at = start === -1 ? undefined : shown[start + i];
    if (at === undefined && start !== -1) return { code: "TRACE_CUT", facts: { state, head } };
    if (at?.head !== head || at.state !== state) return { code: "TRACE_REPLACED", facts: { state, head } };
  }
  const next = shown[start + recorded.length];
  if (next === undefined || isGoingOn()) return null;
  return { code: "LEDGER_BEHIND", facts: { state: next.state, head: next.head } };
}

function damageFacts(damage: TraceFinding): JsonObject {
  return { finding: damage.code, line: damage.line ?? null, what: wordsOf(damage).what };
}

/** The states that the run's own lines have: a bookmark repeats one, and so may a line that was added later. */
export function statesOf(lines: readonly RunLine[]): readonly Pick<RunLineBody, "state" | "head">[] {
  const own = lines.filter(({ mark, state }) => mark === undefined && state !== "PRUNED");
  return own.filter(({ head }, i) => own.findIndex((one) => one.head === head) === i);
}
