/** Retention: removes the traces of runs that ended long ago, and says so in the ledger. */

import { TraceFault } from "../errors/ports.ts";
import type { TracesRoot } from "../ports.ts";
import { editLedger, repeated, syncLedger } from "./edit.ts";
import type { RunEntry } from "./run-entry.ts";
import { openRuns } from "./runs.ts";
import { type RunState, standingOf } from "./standing.ts";
import { traceFileOf } from "./trace-names.ts";
import { isAt, isThere, runsIn } from "./trace-place.ts";

export interface PruneRequest {
  /** Runs that came into their state before this moment, in milliseconds since the epoch. */
  readonly before: number;
  /** Only runs in this state; those that were interrupted, and can go on, are removed where this names them alone. */
  readonly state?: RunState | undefined;
  /** So many of the last runs stay, however old they are. */
  readonly keep: number;
  /** Also those with an attestation beside the trace. */
  readonly attested: boolean;
  /** Removes nothing. */
  readonly isDryRun: boolean;
}

export interface PrunePorts {
  readonly root: TracesRoot;
  /** Keeps others from going on with the run. @throws TraceFault while another process appends to the trace */
  lockTrace(file: string): { unlock(): void };
  now(): number;
}

export interface PrunedRun {
  readonly id: string;
  readonly state: RunState;
  /** When it came into that state, in milliseconds since the epoch. */
  readonly changed: number;
  /** Of its files. */
  readonly bytes: number;
}

/** Why runs that are old enough stay. */
export const KEPT_BECAUSE = [
  "running",
  "waiting",
  "interrupted",
  "marked",
  "irregular",
  "attested",
  "newest",
] as const;

export type KeptBecause = (typeof KEPT_BECAUSE)[number];

export type Kept = Readonly<Record<KeptBecause, number>>;

export const noneKept = (): Record<KeptBecause, number> =>
  Object.fromEntries(KEPT_BECAUSE.map((because) => [because, 0])) as Record<KeptBecause, number>;

export interface Pruned {
  readonly runs: readonly PrunedRun[];
  readonly kept: Kept;
}

/** @throws LedgerFault, StoreFault, IoError */
export async function pruneRuns(request: PruneRequest, ports: PrunePorts): Promise<Pruned> {
  const { root } = ports;
  const kept = noneKept();
  const all = openRuns(root)((runs) => [...choose(runs.newestFirst(), request, root, kept)]);
  const names = new Set(root.names());
  // Of one that was pruned, an empty folder may be left.
  const isThere = ({ id, state, bytes }: Chosen) => bytes > 0 || (state === "PRUNED" && names.has(id));
  const chosen = all.reverse().filter(isThere);
  const removed = request.isDryRun
    ? new Set(chosen.map(({ id }) => id))
    : await removeAll(chosen, request, ports);
  const runs = chosen.filter(({ id }) => removed.has(id));
  kept.running += chosen.length - runs.length;
  return { runs: runs.map(({ id, state, changed, bytes }) => ({ id, state, changed, bytes })), kept };
}

interface Chosen extends PrunedRun {
  /** In which it has lines, whether it has a folder or not. */
  readonly segment: string | null;
}

function* choose(
  entries: Iterable<RunEntry>,
  { before, state: wanted, keep, attested }: PruneRequest,
  root: TracesRoot,
  kept: Record<KeptBecause, number>,
): Generator<Chosen> {
  let newest = 0;
  const sizeIn = sizesIn(root);
  for (const entry of entries) {
    const { state, changed } = standingOf(entry, root);
    const { id, segment } = entry;
    if (wanted !== undefined && state !== wanted && state !== "PRUNED") continue;
    // What a prune that was interrupted left is removed by the next one.
    const isLeft = state === "PRUNED";
    const isNew = !isLeft && newest++ < keep;
    if (changed >= before && !isLeft) continue;
    const because = isLeft ? undefined : becauseOf(entry, state, { isNew, attested, wanted }, root);
    if (because !== undefined) kept[because]++;
    else yield { id, state, changed, bytes: root.size(id) + sizeIn(entry), segment };
  }
}

/** Bytes of a run in its segment. Of one that was pruned, the segment is only read where it seems to be left. */
function sizesIn(root: TracesRoot): (entry: RunEntry) => number {
  const segments = new Map<string, ReturnType<typeof runsIn>>();
  return ({ id, state, place, segment }) => {
    if (segment === null || (state === "PRUNED" && (place === null || !isAt(place, id, root)))) return 0;
    const runs = segments.get(segment) ?? runsIn(segment, root);
    segments.set(segment, runs);
    return runs.get(id)?.bytes ?? 0;
  };
}

interface Exceptions {
  readonly isNew: boolean;
  readonly attested: boolean;
  readonly wanted: RunState | undefined;
}

function becauseOf(
  { id, marks }: RunEntry,
  state: RunState,
  { isNew, attested, wanted }: Exceptions,
  root: TracesRoot,
): KeptBecause | undefined {
  if (state === "RUNNING") return "running";
  if (state === "WAITING") return "waiting";
  if (state === "INTERRUPTED" && wanted !== state) return "interrupted";
  if (marks.length > 0) return "marked";
  if (root.isIrregular(id)) return "irregular";
  if (!attested && isThere(root.store(`${id}/${id}.intoto.json`))) return "attested";
  return isNew ? "newest" : undefined;
}

/** The ids of the runs that were removed. With the others, or with their segment, another process has begun to do something. */
async function removeAll(
  chosen: readonly Chosen[],
  request: PruneRequest,
  ports: PrunePorts,
): Promise<ReadonlySet<string>> {
  const removed = new Set<string>();
  const { pruned, segments } = openRuns(ports.root)((runs) => prunedIn(runs.newestFirst()));
  const isRemoved = (id: string) => removed.has(id) || pruned.has(id);
  for (const [segment, runs] of bySegment(chosen)) {
    const locked = segment === null ? null : ports.root.lockSegment(segment);
    if (segment !== null && locked === null && ports.root.segments().includes(segment)) continue;
    try {
      for (const id of await removeGroup(runs, request, ports)) removed.add(id);
      locked?.remove(isRemoved);
    } finally {
      locked?.unlock();
    }
  }
  for (const segment of ports.root.segments())
    if (!segments.has(segment)) removeFromCopy(segment, isRemoved, ports.root);
  return removed;
}

/** The ids of pruned runs, and the segments in which the ledger has runs. */
function prunedIn(entries: Iterable<RunEntry>) {
  const [pruned, segments] = [new Set<string>(), new Set<string>()];
  for (const { id, state, segment } of entries) {
    if (state === "PRUNED") pruned.add(id);
    if (segment !== null) segments.add(segment);
  }
  return { pruned, segments };
}

/** A segment in which the ledger has no run may be the copy of another one. */
function removeFromCopy(segment: string, isRemoved: (id: string) => boolean, root: TracesRoot): void {
  const locked = root.lockSegment(segment);
  try {
    if (locked !== null && [...runsIn(segment, root).keys()].some(isRemoved)) locked.remove(isRemoved);
  } finally {
    locked?.unlock();
  }
}

function bySegment(chosen: readonly Chosen[]): ReadonlyMap<string | null, readonly Chosen[]> {
  const groups = new Map<string | null, Chosen[]>();
  for (const run of chosen) {
    const group = groups.get(run.segment) ?? [];
    group.push(run);
    groups.set(run.segment, group);
  }
  return groups;
}

/** Folders that are locked at the same time, so that one synchronisation of the ledger serves them all. */
const TOGETHER = 64;

/**
 * Removes the folders of runs that have one. First the ledger says of all of them that they are pruned: a trace that is gone
 * without that was deleted. Answers their ids.
 */
async function removeGroup(
  runs: readonly Chosen[],
  request: PruneRequest,
  ports: PrunePorts,
): Promise<readonly string[]> {
  const { root } = ports;
  const inFolders: Chosen[] = [];
  const others: Chosen[] = [];
  for (const run of runs) {
    const hasFolder = run.state !== "PRUNED" && isThere(root.store(traceFileOf(run.id)));
    (hasFolder ? inFolders : others).push(run);
  }
  const removed: string[] = [];
  for (let i = 0; i < inFolders.length; i += TOGETHER)
    for (const id of await removeFolders(inFolders.slice(i, i + TOGETHER), request, ports)) removed.push(id);
  const agreed = others.length === 0 ? [] : await agreeOn(others, request, ports);
  for (const id of agreed) root.remove(id);
  return [...removed, ...agreed];
}

/** Removes the folders of those that no other process goes on with. Answers their ids. */
async function removeFolders(
  runs: readonly Chosen[],
  request: PruneRequest,
  ports: PrunePorts,
): Promise<readonly string[]> {
  const { root, lockTrace } = ports;
  const locks: { unlock(): void }[] = [];
  try {
    const locked = runs.filter(({ id }) => {
      const lock = lockOrNull(`${root.folder}/${traceFileOf(id)}`, lockTrace);
      if (lock !== null) locks.push(lock);
      return lock !== null;
    });
    const agreed = locked.length === 0 ? [] : await agreeOn(locked, request, ports);
    for (const id of agreed) root.remove(id);
    return agreed;
  } finally {
    for (const lock of locks) lock.unlock();
  }
}

/**
 * Says in the ledger that the runs are pruned, but for those that have changed meanwhile. Answers the ids of the pruned
 * ones, of which the ledger says so after a power cut, too.
 */
async function agreeOn(
  chosen: readonly Chosen[],
  { before }: PruneRequest,
  { root, now }: PrunePorts,
): Promise<readonly string[]> {
  const agreed = await editLedger(root, ({ runs, lastLine, append }) => {
    const isAgreed = (id: string): boolean => {
      const current = runs.getIndexed(id);
      if (current === undefined || current.state === "PRUNED") return true;
      if (current.changed >= before || current.marks.length > 0 || current.state === "WAITING") return false;
      append({ ...repeated(lastLine(current)), at: new Date(now()).toISOString(), state: "PRUNED" });
      return true;
    };
    return chosen.map(({ id }) => id).filter(isAgreed);
  });
  await syncLedger(root);
  return agreed;
}

function lockOrNull(file: string, lockTrace: PrunePorts["lockTrace"]): { unlock(): void } | null {
  try {
    return lockTrace(file);
  } catch (error) {
    if (error instanceof TraceFault && error.code === "TRACE_BUSY") return null;
    throw error;
  }
}
