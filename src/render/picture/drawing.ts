/** The elements of the picture with their sizes, before the layout. */

import { counted } from "../../errors/counted.ts";
import {
  bareCode,
  type Graph,
  type GraphNode,
  type MergedEdge,
  mergeEdges,
  type NodeType,
} from "../../trace/declared-graph.ts";
import type { TraceEvent } from "../../trace/event.ts";
import {
  type EndingStatus,
  edgeTaken,
  endingStatusOf,
  isSuccess,
  milliseconds,
  ordersOf,
  type RunPath,
  type Visit,
  wordOf,
} from "../../trace/run-path.ts";
import { drawable, shortened, textWidth, widestText } from "./text-metrics.ts";

export const NAME_SIZE = 13;
export const SMALL_SIZE = 11.5;
export const LINE_HEIGHT = 16;
export const BADGE_HEIGHT = 20;

/** Longer names are shortened, so that one name cannot stretch the whole picture. */
const NAME_LIMIT = 44;
const REPORT_LIMIT = 120;
const BOX_PADDING = 12;
const BOX_MIN_WIDTH = 196;

export interface Box {
  readonly key: string;
  readonly type: NodeType;
  readonly name: string;
  /** The contract's code or the exit's reason, unless the name already shows it. */
  readonly detail: string;
  /** How the node ended; empty if the run did not visit it. */
  readonly report: string;
  /** The order numbers of the visits; empty when there were none. */
  readonly badge: string;
  readonly badgeWidth: number;
  readonly manner: EndingStatus | null;
  readonly width: number;
  readonly height: number;
}

/** One line between two boxes, with a label that lists its outcomes one below the other. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly outcomes: readonly LinkOutcome[];
  /** The ending of the last traversal; null for an edge that was not taken. */
  readonly manner: EndingStatus | null;
  /** Lists a successful outcome: such edges are kept straight. */
  readonly isMain: boolean;
  /** Of the label. */
  readonly width: number;
  readonly height: number;
}

export interface LinkOutcome {
  readonly text: string;
  /** Null when no visit left by this outcome. */
  readonly manner: EndingStatus | null;
}

export interface Drawing {
  readonly start: string;
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
}

export function drawingOf(graph: Graph, runPath: RunPath): Drawing {
  const visitsOf = (key: string) => runPath.visits.filter((visit) => visit.node === key);
  return {
    start: graph.start,
    boxes: graph.nodes.map((node) => boxOf(node, visitsOf(node.key), runPath)),
    links: mergeEdges(graph).map((edge) => linkOf(edge, visitsOf(edge.from), runPath)),
  };
}

function boxOf(node: GraphNode, visits: readonly Visit[], runPath: RunPath): Box {
  const last = visits.at(-1);
  const name = shortened(drawable(node.key), NAME_LIMIT);
  const code = shortened(drawable(bareCode(node.label)), NAME_LIMIT);
  const detail = code === name ? "" : code;
  const report = last === undefined ? "" : reportOf(last, visits.length, runPath);
  const badge = ordersOf(visits);
  const badgeWidth = Math.max(BADGE_HEIGHT, textWidth(badge, SMALL_SIZE) + 10);
  const textual = Math.max(
    textWidth(name, NAME_SIZE),
    textWidth(detail, SMALL_SIZE),
    textWidth(report, SMALL_SIZE),
  );
  return {
    key: node.key,
    type: node.type,
    name,
    detail,
    report,
    badge,
    badgeWidth,
    manner: last === undefined ? null : endingStatusOf(last, runPath),
    width: Math.max(BOX_MIN_WIDTH, textual + badgeWidth + 3 * BOX_PADDING),
    height: (detail === "" ? 2 : 3) * LINE_HEIGHT + BOX_PADDING,
  };
}

function reportOf(visit: Visit, count: number, runPath: RunPath): string {
  if (visit.refusal !== null || visit.outcome === null)
    return drawable(shortened(wordOf(visit, runPath), REPORT_LIMIT));
  if (count > 1) return drawable(`${counted(count, "visit")}, last ${visit.outcome}`);
  const time = visit.durationUs === null ? "" : ` · ${milliseconds(visit.durationUs)} ms`;
  return drawable(`${visit.outcome}${time}${retriesOf(visit)}`);
}

/** How often an effect of the node was tried again. */
function retriesOf({ steps }: Visit): string {
  const count = steps.reduce((sum, { events }) => sum + events.filter(isRetried).length, 0);
  return count === 0 ? "" : ` · ${counted(count, "retry", "retries")}`;
}

const isRetried = ({ event_type, payload }: TraceEvent) =>
  event_type === "side_effect_end" && payload.retried === true;

function linkOf(edge: MergedEdge, visits: readonly Visit[], runPath: RunPath): Link {
  const passages = visits.filter((visit) => visit.next === edge.to);
  const taken = new Map(
    passages.map((visit) => [edgeTaken(visit, edge.outcomes), endingStatusOf(visit, runPath)]),
  );
  const outcomes = edge.outcomes.map((outcome, i) => ({
    text: drawable(shortened(outcome, NAME_LIMIT)) + (i < edge.outcomes.length - 1 ? " /" : ""),
    manner: taken.get(outcome) ?? null,
  }));
  const last = passages.at(-1);
  return {
    from: edge.from,
    to: edge.to,
    outcomes,
    manner: last === undefined ? null : endingStatusOf(last, runPath),
    isMain: edge.outcomes.some(isSuccess),
    width: widestText(outcomes, SMALL_SIZE) + 10,
    height: outcomes.length * LINE_HEIGHT + 2,
  };
}
