/** The placement of a drawing by dagre. */

import { Graph as Dagre, type EdgeLabel, type GraphLabel, layout, type NodeLabel } from "@dagrejs/dagre";
import type { Drawing } from "./drawing.ts";
import type { Placement, Point } from "./placement.ts";

/** Depends on the keys, the sizes and the links alone. */
export function place({ start, boxes, links }: Drawing): Placement {
  const graph = new Dagre<GraphLabel, NodeLabel, EdgeLabel>({ multigraph: true });
  graph.setGraph({ nodesep: 28, edgesep: 16, ranksep: 40 });
  // Dagre breaks cycles from the first node on: with the start first, only true ways back point upwards.
  const ordered = [...boxes.filter(({ key }) => key === start), ...boxes.filter(({ key }) => key !== start)];
  for (const { key, width, height } of ordered) graph.setNode(idOf(key), { width, height });
  links.forEach(({ from, to, width, height, isMain }, i) => {
    graph.setEdge(idOf(from), idOf(to), { width, height, labelpos: "c", weight: isMain ? 6 : 1 }, `${i}`);
  });
  layout(graph);
  return {
    width: graph.graph().width ?? 0,
    boxes: boxes.map(({ key }) => pointOf(graph.node(idOf(key)))),
    links: links.map(({ from, to }, i) => {
      const edge = graph.edge(idOf(from), idOf(to), `${i}`);
      return { label: pointOf(edge), via: from === to ? [] : (edge.points ?? []).slice(1, -1).map(pointOf) };
    }),
  };
}

function pointOf({ x = 0, y = 0 }: { readonly x?: number; readonly y?: number }): Point {
  return { x, y };
}

/** Dagre keeps nodes as members of plain objects: so that no name is `__proto__`, or one of dagre's own, such as `_d1`. */
function idOf(key: string): string {
  return `node ${key}`;
}
