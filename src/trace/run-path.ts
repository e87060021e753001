/** The path of one run, read from its events: which nodes in which order, and how it ended. */

import type { Graph, NodeType } from "./declared-graph.ts";
import { eventsOf, type Payloads } from "./event.ts";
import { eventsIn, type RunRecord, type VisitRecord } from "./runs.ts";
import { waitsText } from "./sessions.ts";

/** One visit of a node. A member is null if the trace stops before recording it. */
export interface Visit extends VisitRecord {
  /** Counts from 1, EXITs included. */
  readonly order: number;
  readonly type: NodeType;
  readonly outcome: string | null;
  readonly next: string | null;
  readonly durationUs: number | null;
  /** Code of the error that ended the run in this node. */
  readonly refusal: string | null;
}

export interface RunPath extends RunRecord {
  readonly traceId: string;
  readonly start: Payloads["execution_start"] | null;
  readonly visits: Visit[];
  /** Code of the error that ended the run, in whichever stage. */
  readonly refusal: string | null;
  /** Null when the trace stops before the run has ended. */
  readonly end: Payloads["workflow_complete"] | null;
}

/**
 * `refused`: the run was refused in this node. `unfinished`: the end of the visit is not recorded. `waiting`: the run, or
 * one that is nested in this node, waits. `cancelled`: the run was cancelled in this node.
 */
export type EndingStatus = "ok" | "alternate" | "refused" | "unfinished" | "waiting" | "cancelled";

const WELL: ReadonlySet<string> = new Set(["SUCCESS", "ACK", "ALREADY_EXISTS"]);

export function isSuccess(outcome: string): boolean {
  return WELL.has(outcome);
}

export function endingStatusOf(visit: Visit, runPath: RunPath): EndingStatus {
  if (visit.refusal !== null) return "refused";
  if (visit.type === "EXIT") return runPath.end === null ? "unfinished" : mannerOfEnd(runPath.end);
  if (visit.outcome === null) return mannerOfOpen(visit, runPath);
  return isSuccess(visit.outcome) ? "ok" : "alternate";
}

/** Of a node without an end: a run waits in the node that it entered last, or was cancelled there. */
function mannerOfOpen({ order }: Visit, { visits, end, waits }: RunPath): EndingStatus {
  if (order !== visits.length) return "unfinished";
  if (end?.status === "CANCELLED") return "cancelled";
  return waits.length > 0 ? "waiting" : "unfinished";
}

export function endingStatusOfPath(runPath: RunPath): EndingStatus {
  const { end, refusal, waits } = runPath;
  if (isPrevented(runPath)) return "refused";
  if (end === null) return waits.length > 0 ? "waiting" : "unfinished";
  if (refusal !== null) return "refused";
  return mannerOfEnd(end);
}

/** How a visit ended, in a word: with a refusal, the run's exit reason, or the node's outcome. */
export function wordOf(visit: Visit, runPath: RunPath): string {
  const { refusal, type, outcome } = visit;
  if (refusal !== null) return `refused: ${refusal}`;
  return (type === "EXIT" ? runPath.end?.exit_reason_code : outcome) ?? openWord(visit, runPath);
}

function openWord(visit: Visit, runPath: RunPath): string {
  const manner = endingStatusOf(visit, runPath);
  if (manner === "waiting") return waitsText(runPath.waits);
  return manner === "cancelled" ? "cancelled" : "no end recorded";
}

/** The state of the run as the pages name it. */
export function statusOf({ end, waits }: RunPath): string {
  if (end !== null) return end.status;
  return waits.length > 0 ? "WAITING" : "UNFINISHED";
}

/** Whether the run was refused before it began: its only event is the refusal. */
export function isPrevented({ events, visits }: RunPath): boolean {
  return events.length > 0 && visits.length === 0 && events.every(({ event_type }) => event_type === "error");
}

function mannerOfEnd({ status }: Payloads["workflow_complete"]): EndingStatus {
  if (status === "CANCELLED") return "cancelled";
  return status === "SUCCESS" ? "ok" : "alternate";
}

/** The edge that a visit took; `default` if the outcome has no edge of its own. */
export function edgeTaken(visit: Pick<Visit, "outcome">, outcomes: readonly string[]): string | undefined {
  if (visit.outcome !== null && outcomes.includes(visit.outcome)) return visit.outcome;
  return outcomes.includes("default") ? "default" : undefined;
}

/** The order numbers of some visits; of many, the middle ones are omitted. */
export function ordersOf(visits: readonly Visit[]): string {
  const orders = visits.map((visit) => `${visit.order}`);
  return orders.length > 3 ? `${orders.slice(0, 2).join(",")}…${orders.at(-1)}` : orders.join(",");
}

/** The path of one run, as far as it is recorded. */
export function runPathOf(record: RunRecord): RunPath {
  const { events } = record;
  const visits = record.visits.map((visit, i) => visitOf(visit, i + 1));
  const refused = visits.findLast(({ refusal }) => refusal !== null);
  return {
    ...record,
    traceId: events[0]?.execution_id ?? "",
    start: eventsOf(events, "execution_start")[0]?.payload ?? null,
    visits,
    refusal: eventsOf(events, "error").at(-1)?.payload.error_code ?? refused?.refusal ?? null,
    end: eventsOf(events, "workflow_complete")[0]?.payload ?? null,
  };
}

function visitOf(visit: VisitRecord, order: number): Visit {
  // Member by member: a spread takes several times as long, and a run may have many visits.
  const { node, start, events, steps } = visit;
  const end = eventsOf(events, "node_end")[0]?.payload;
  return {
    node,
    start,
    events,
    steps,
    order,
    type: start.payload.node_type,
    outcome: end?.status ?? null,
    next: end?.next ?? null,
    durationUs: end?.duration_us ?? null,
    refusal: eventsOf(eventsIn(visit), "error").at(-1)?.payload.error_code ?? null,
  };
}

export function workflowOf(runPath: RunPath, graph: Graph): string {
  return runPath.start?.workflow_code ?? graph.workflow;
}

/** Microseconds as milliseconds with three digits. */
export function milliseconds(us: number): string {
  return (us / 1000).toFixed(3);
}
