/** Which protocol a trace is held to: the snapshot at hand or, where the run was on another, what was kept of that. */

import { Fault } from "../errors/base.ts";
import type { Digest } from "../json/canonical.ts";
import type { Plan } from "../plan/plan.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Payloads, TraceEvent } from "../trace/event.ts";
import { type FindingCode, finding, type TraceFinding } from "./finding.ts";
import { type Held, holdTo } from "./held.ts";

/** What was kept of the protocol that a run was on. */
export interface KeptProtocol {
  /** The file that it is in. */
  readonly file: string;
  readonly snapshot: Snapshot;
  /** @throws Fault */
  plan(workflow: string): Promise<Plan>;
}

/** Something was kept, and it cannot be used. */
export interface UnusableProtocol {
  readonly file: string;
  readonly reason: string;
}

/** Null where nothing was kept. `roots` are those of the closures of the nested runs. */
export type FindKept = (
  start: Payloads["execution_start"],
  roots: ReadonlySet<Digest>,
) => Promise<KeptProtocol | UnusableProtocol | null>;

/** A trace held to what was kept, as far as that is what the run was on. */
export interface HeldToKept {
  readonly held: Held | null;
  /** The protocol; null where the trace is not held to it. */
  readonly kept: KeptProtocol | null;
  readonly notices: readonly TraceFinding[];
}

export const OTHER_SNAPSHOT: ReadonlySet<FindingCode> = new Set(["SNAPSHOT_DIFFERS", "WORKFLOW_DIFFERS"]);

/** What the snapshot at hand may be found to be, where the run was on another one. */
const OTHER: ReadonlySet<FindingCode> = new Set<FindingCode>([
  ...OTHER_SNAPSHOT,
  ...(["CLOSURE_DIFFERS", "CAPABILITY_DIFFERS", "UNKNOWN_WORKFLOW"] as const),
  ...(["NO_SNAPSHOT", "SNAPSHOT_REFUSED", "CAPABILITY_UNAVAILABLE"] as const),
]);

/** Whether the trace was found to be of another protocol than the one at hand. */
export function isOfAnother({ allowed }: Pick<Held, "allowed">): boolean {
  return allowed.some(({ code }) => OTHER.has(code));
}

/** Gathers what a trace says of the protocols of its runs. */
export class RecordedProtocols {
  start: Payloads["execution_start"] | null = null;
  readonly roots = new Set<Digest>();

  take(event: TraceEvent): void {
    if (event.event_type !== "execution_start") return;
    const { closure_root: root } = event.payload.snapshot;
    this.start ??= event.payload;
    if (root !== undefined) this.roots.add(root);
  }
}

export function recordedIn(events: Iterable<TraceEvent>): RecordedProtocols {
  const recorded = new RecordedProtocols();
  for (const event of events) recorded.take(event);
  return recorded;
}

/** Holds the trace to what was kept of its protocol. */
export async function holdToKept(
  { start, roots }: RecordedProtocols,
  find: FindKept,
  readAgain: <T>(work: (events: Iterable<TraceEvent>) => Promise<T>) => Promise<T>,
): Promise<HeldToKept> {
  const found = start === null ? null : await find(start, roots);
  if (start === null || found === null) return { held: null, kept: null, notices: [] };
  if (!("plan" in found)) return unusable(found);
  try {
    const plan = await found.plan(start.workflow_code);
    const held = await readAgain((events) => holdTo(plan, events[Symbol.iterator]()));
    if (isOfAnother(held)) return unusable({ file: found.file, reason: "the run was on another one" });
    return { held, kept: found, notices: [] };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return unusable({ file: found.file, reason: error.message });
  }
}

function unusable({ file, reason }: UnusableProtocol): HeldToKept {
  return { held: null, kept: null, notices: [finding("PROTOCOL_UNUSABLE", undefined, { file, reason })] };
}
