/** Retention: removes the traces of runs that ended long ago, and says so in the ledger. */

import { TraceFault } from "../errors/ports.ts";
import type { TracesRoot } from "../ports.ts";
import { editLedger, repeated } from "./edit.ts";
import type { RunEntry } from "./run-entry.ts";
import { openRuns } from "./runs.ts";
import { type RunState, standingOf } from "./standing.ts";
import { traceFileOf } from "./trace-names.ts";

export interface PruneRequest {
  /** Runs that came into their state before this moment, in milliseconds since the epoch. */
  readonly before: number;
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
export type KeptBecause = "running" | "waiting" | "marked" | "attested" | "newest";

export interface Pruned {
  readonly runs: readonly PrunedRun[];
  readonly kept: Readonly<Record<KeptBecause, number>>;
}

/** @throws LedgerFault, StoreFault, IoError */
export async function pruneRuns(request: PruneRequest, ports: PrunePorts): Promise<Pruned> {
  const { root } = ports;
  const kept: Record<KeptBecause, number> = { running: 0, waiting: 0, marked: 0, attested: 0, newest: 0 };
  const chosen = openRuns(root)((runs) => [...choose(runs.newestFirst(), request, root, kept)]);
  const runs: PrunedRun[] = [];
  for (const { entry, ...one } of chosen.reverse()) {
    if (one.bytes === 0) continue;
    const isRemoved = request.isDryRun || (await remove(entry, one.state, request, ports));
    if (isRemoved) runs.push(one);
    else kept.running++;
  }
  return { runs, kept };
}

interface Chosen extends PrunedRun {
  readonly entry: RunEntry;
}

function* choose(
  entries: Iterable<RunEntry>,
  { before, state: wanted, keep, attested }: PruneRequest,
  root: TracesRoot,
  kept: Record<KeptBecause, number>,
): Generator<Chosen> {
  let newest = 0;
  for (const entry of entries) {
    const { state, changed } = standingOf(entry, root);
    const { id } = entry;
    if (wanted !== undefined && state !== wanted && state !== "PRUNED") continue;
    // What a prune that was interrupted left is removed by the next one.
    const isLeft = state === "PRUNED";
    const isNew = !isLeft && newest++ < keep;
    if (changed >= before && !isLeft) continue;
    const because = isLeft ? undefined : becauseOf(entry, state, { isNew, attested }, root);
    if (because !== undefined) kept[because]++;
    else yield { entry, id, state, changed, bytes: root.size(id) };
  }
}

function becauseOf(
  { id, marks }: RunEntry,
  state: RunState,
  { isNew, attested }: { readonly isNew: boolean; readonly attested: boolean },
  root: TracesRoot,
): KeptBecause | undefined {
  if (state === "RUNNING") return "running";
  if (state === "WAITING") return "waiting";
  if (marks.length > 0) return "marked";
  if (!attested && root.store(`${id}/${id}.intoto.json`).stamp() !== null) return "attested";
  return isNew ? "newest" : undefined;
}

/** False where a process has begun to go on with it. The ledger says so first: a trace that is only gone was deleted. */
async function remove(
  entry: RunEntry,
  state: RunState,
  { before }: PruneRequest,
  ports: PrunePorts,
): Promise<boolean> {
  const { root, lockTrace, now } = ports;
  const { id } = entry;
  const lock =
    state === "PRUNED"
      ? { unlock: () => undefined }
      : lockOrNull(`${root.folder}/${traceFileOf(id)}`, lockTrace);
  if (lock === null) return false;
  try {
    const isAgreed = await editLedger(root, ({ runs, lastLine, append }) => {
      const current = runs.get(id);
      if (current === undefined || current.state === "PRUNED") return true;
      if (current.changed >= before || current.marks.length > 0 || current.state === "WAITING") return false;
      append({ ...repeated(lastLine(current)), at: new Date(now()).toISOString(), state: "PRUNED" });
      return true;
    });
    if (isAgreed) root.remove(id);
    return isAgreed;
  } finally {
    lock.unlock();
  }
}

function lockOrNull(file: string, lockTrace: PrunePorts["lockTrace"]): { unlock(): void } | null {
  try {
    return lockTrace(file);
  } catch (error) {
    if (error instanceof TraceFault && error.code === "TRACE_BUSY") return null;
    throw error;
  }
}
