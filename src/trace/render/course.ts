/** The course one run took, read from its events: which nodes in which order, and how it ended. */

import { MAIN_RUN, type Payloads, type TraceEvent } from "../event.ts";
import type { Graph, NodeType } from "./graph.ts";

/** One entering of a node. What the trace does not say, because it stops early, is null. */
export interface Visit {
  /** Counts from 1, EXITs included. */
  readonly order: number;
  readonly node: string;
  readonly type: NodeType;
  readonly outcome: string | null;
  readonly next: string | null;
  readonly durationUs: number | null;
  /** Code of the error that ended the run in this node. */
  readonly refusal: string | null;
}

export interface Course {
  readonly run: string;
  readonly traceId: string;
  readonly start: Payloads["execution_start"] | null;
  readonly visits: readonly Visit[];
  /** Code of the error that ended the run, in whichever stage. */
  readonly refusal: string | null;
  /** Null when the trace stops before the run has ended. */
  readonly end: Payloads["workflow_complete"] | null;
}

/** `refused` is the node in which a run broke off, `unfinished` one whose end was never recorded. */
export type Manner = "well" | "otherwise" | "refused" | "unfinished";

const WELL: ReadonlySet<string> = new Set(["SUCCESS", "ACK", "ALREADY_EXISTS"]);

export function isWell(outcome: string): boolean {
  return WELL.has(outcome);
}

export function mannerOf(visit: Visit, course: Course): Manner {
  if (visit.refusal !== null) return "refused";
  if (visit.type === "EXIT") return course.end === null ? "unfinished" : mannerOfEnd(course.end);
  if (visit.outcome === null) return "unfinished";
  return isWell(visit.outcome) ? "well" : "otherwise";
}

export function mannerOfCourse({ end, refusal }: Course): Manner {
  if (end === null) return "unfinished";
  if (refusal !== null) return "refused";
  return mannerOfEnd(end);
}

function mannerOfEnd(end: Payloads["workflow_complete"]): Manner {
  return end.status === "SUCCESS" ? "well" : "otherwise";
}

/** The edge a visit left by; `default` where the outcome has none of its own. */
export function edgeTaken(visit: Pick<Visit, "outcome">, outcomes: readonly string[]): string | undefined {
  if (visit.outcome !== null && outcomes.includes(visit.outcome)) return visit.outcome;
  return outcomes.includes("default") ? "default" : undefined;
}

/** The nested runs, in the order in which they began. */
export function nestedCoursesOf(events: readonly TraceEvent[]): readonly Course[] {
  const runs = new Map<string, TraceEvent[]>();
  for (const event of events) {
    const known = runs.get(event.run);
    if (known === undefined) runs.set(event.run, [event]);
    else known.push(event);
  }
  runs.delete(MAIN_RUN);
  return [...runs].map(([run, own]) => courseOf(own, run));
}

/** The order numbers of some visits, the middle ones left out where there are many. */
export function ordersOf(visits: readonly Visit[]): string {
  const orders = visits.map((visit) => `${visit.order}`);
  return orders.length > 3 ? `${orders.slice(0, 2).join(",")}…${orders.at(-1)}` : orders.join(",");
}

export function courseOf(events: readonly TraceEvent[], run: string): Course {
  const visits: { -readonly [K in keyof Visit]: Visit[K] }[] = [];
  let start: Course["start"] = null;
  let refusal: Course["refusal"] = null;
  let end: Course["end"] = null;
  for (const event of events) {
    if (event.run !== run) continue;
    const current = visits.at(-1);
    const isCurrent = current !== undefined && current.node === event.node_id;
    switch (event.event_type) {
      case "execution_start":
        start = event.payload;
        break;
      case "node_start":
        visits.push({
          order: visits.length + 1,
          node: event.node_id ?? "",
          type: event.payload.node_type,
          outcome: null,
          next: null,
          durationUs: null,
          refusal: null,
        });
        break;
      case "node_end":
        if (!isCurrent) break;
        current.outcome = event.payload.status;
        current.next = event.payload.next;
        current.durationUs = event.payload.duration_us;
        break;
      case "error":
        refusal = event.payload.error_code;
        if (isCurrent) current.refusal = refusal;
        break;
      case "workflow_complete":
        end = event.payload;
        break;
    }
  }
  return { run, traceId: events[0]?.execution_id ?? "", start, visits, refusal, end };
}

export function workflowOf(course: Course, graph: Graph): string {
  return course.start?.workflow_code ?? graph.workflow;
}

/** Microseconds as milliseconds with three digits. */
export function milliseconds(us: number): string {
  return (us / 1000).toFixed(3);
}
