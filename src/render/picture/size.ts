/** Whether a graph is too large to be drawn: what a picture costs grows with the square of it, and more. */

import { counted } from "../../errors/counted.ts";
import { type Graph, type MergedEdge, mergeEdges } from "../../trace/declared-graph.ts";

export interface Size {
  readonly nodes: number;
  readonly edges: number;
}

/** Places that the layout may keep free: one for each node, and for each edge one in every row that it passes. */
const MOST_PLACES = 6_000;

/** Nodes and edges together: the layout follows them by recursion, and its time grows with the square of them. */
const MOST_PARTS = 2_000;

/** The graph's size where it is too large, else null. Takes one pass over the edges. */
export function tooLarge(graph: Graph): Size | null {
  const edges = mergeEdges(graph);
  const size = { nodes: graph.nodes.length, edges: edges.length };
  if (size.nodes + size.edges > MOST_PARTS) return size;
  const rows = rowsOf(graph, edges);
  const passed = edges.map(({ from, to }) => Math.abs((rows.get(to) ?? 0) - (rows.get(from) ?? 0)));
  const places = passed.reduce((sum, rows) => sum + rows, size.nodes);
  return places > MOST_PLACES ? size : null;
}

export function sizeText({ nodes, edges }: Size): string {
  return `The graph is too large for a picture: ${counted(nodes, "node")} and ${counted(edges, "edge")}.`;
}

/** For each node the row below the lowest that leads to it; edges that lead back do not count. */
function rowsOf({ start, nodes }: Graph, edges: readonly MergedEdge[]): ReadonlyMap<string, number> {
  const targets = new Map<string, string[]>(nodes.map(({ key }) => [key, []]));
  for (const { from, to } of edges) targets.get(from)?.push(to);
  const order = leftLast([start, ...nodes.map(({ key }) => key)], targets);
  const places = new Map(order.map((key, i) => [key, i]));
  const rows = new Map<string, number>();
  for (const key of order) {
    const row = rows.get(key) ?? 0;
    rows.set(key, row);
    for (const to of targets.get(key) ?? []) {
      const isForward = (places.get(to) ?? 0) > (places.get(key) ?? 0);
      if (isForward) rows.set(to, Math.max(rows.get(to) ?? 0, row + 1));
    }
  }
  return rows;
}

/** Every node in front of those that it leads to, circles aside: a search in depth, as a loop. */
function leftLast(from: readonly string[], targets: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const left: string[] = [];
  const entered = new Set<string>();
  const waiting = from.map((key) => ({ key, isDone: false })).reverse();
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (one.isDone) left.push(one.key);
    else if (!entered.has(one.key)) {
      entered.add(one.key);
      waiting.push({ key: one.key, isDone: true });
      for (const key of targets.get(one.key) ?? []) waiting.push({ key, isDone: false });
    }
  }
  return left.reverse();
}
