/** The elements of a coverage picture, before the layout. */

import { counted } from "../../errors/counted.ts";
import {
  bareCode,
  type Graph,
  type GraphEdge,
  type GraphNode,
  type MergedEdge,
  mergeEdges,
} from "../../trace/declared-graph.ts";
import { type EndingStatus, isSuccess } from "../../trace/run-path.ts";
import { type Box, type Drawing, LINE_HEIGHT, type Link, NAME_SIZE, SMALL_SIZE } from "../picture/drawing.ts";
import { drawable, shortened, textWidth, widestText } from "../picture/text-metrics.ts";

/** A declared edge, and how often it was taken. */
export interface CountedEdge extends GraphEdge {
  readonly count: number;
  /** How often of that in a run with a stubbed step result. */
  readonly staged: number;
}

const NAME_LIMIT = 44;
const PADDING = 12;
const MIN_WIDTH = 196;

export function coverageDrawing(graph: Graph, edges: readonly CountedEdge[]): Drawing {
  return {
    start: graph.start,
    boxes: graph.nodes.map((node) => boxOf(node, edges)),
    links: mergeEdges(graph).map((edge) => linkOf(edge, edges)),
  };
}

/** Exercised, exercised only with a stubbed result, or never exercised. */
function mannerOf(edges: readonly CountedEdge[]): EndingStatus {
  if (edges.some(({ count, staged }) => count > staged)) return "ok";
  return edges.some(({ count }) => count > 0) ? "alternate" : "refused";
}

function boxOf(node: GraphNode, edges: readonly CountedEdge[]): Box {
  const leaving = edges.filter(({ from }) => from === node.key);
  const through = leaving.length > 0 ? leaving : edges.filter(({ to }) => to === node.key);
  const name = shortened(drawable(node.key), NAME_LIMIT);
  const code = shortened(drawable(bareCode(node.label)), NAME_LIMIT);
  const detail = code === name ? "" : code;
  const count = through.reduce((sum, edge) => sum + edge.count, 0);
  const report = count === 0 ? "never" : counted(count, "visit");
  const widest = Math.max(
    textWidth(name, NAME_SIZE),
    textWidth(detail, SMALL_SIZE),
    textWidth(report, SMALL_SIZE),
  );
  return {
    ...{ key: node.key, type: node.type, name, detail, report, badge: "", badgeWidth: 0 },
    manner: mannerOf(through),
    width: Math.max(MIN_WIDTH, widest + 3 * PADDING),
    height: (detail === "" ? 2 : 3) * LINE_HEIGHT + PADDING,
  };
}

function linkOf({ from, to, outcomes }: MergedEdge, edges: readonly CountedEdge[]): Link {
  const own = edges.filter((edge) => edge.from === from && edge.to === to);
  const lines = outcomes.map((outcome) => {
    const edge = own.filter((one) => one.outcome === outcome);
    const count = edge.reduce((sum, one) => sum + one.count, 0);
    const name = drawable(shortened(outcome, NAME_LIMIT));
    return { text: `${name} ${count === 0 ? "never" : `×${count}`}`, manner: mannerOf(edge) };
  });
  return {
    ...{ from, to, outcomes: lines, manner: mannerOf(own), isMain: outcomes.some(isSuccess) },
    width: widestText(lines, SMALL_SIZE) + 14,
    height: lines.length * LINE_HEIGHT + 2,
  };
}
