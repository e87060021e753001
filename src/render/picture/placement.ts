/** Rows and lanes: the layout of a drawing by dagre. */

import { Graph as Dagre, type EdgeLabel, type GraphLabel, layout, type NodeLabel } from "@dagrejs/dagre";
import type { Drawing, Link } from "./drawing.ts";

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Given by its middle. */
export interface Rect extends Point {
  readonly width: number;
  readonly height: number;
}

/** A line through points; between points with different x and y it is an S that begins and ends vertically. */
export type Track = readonly Point[];

export type Placement = Dagre<GraphLabel, NodeLabel, EdgeLabel>;

const BETWEEN_BOXES = 28;
const BETWEEN_LANES = 16;

export function place({ start, boxes, links }: Drawing): Placement {
  const graph: Placement = new Dagre({ multigraph: true });
  graph.setGraph({ nodesep: BETWEEN_BOXES, edgesep: BETWEEN_LANES, ranksep: 40 });
  // Dagre breaks cycles from the first node on: with the start first, only true ways back point upwards.
  const ordered = [...boxes.filter(({ key }) => key === start), ...boxes.filter(({ key }) => key !== start)];
  for (const { key, width, height } of ordered) graph.setNode(idOf(key), { width, height });
  links.forEach(({ from, to, width, height, isMain }, i) => {
    graph.setEdge(idOf(from), idOf(to), { width, height, labelpos: "c", weight: isMain ? 6 : 1 }, `${i}`);
  });
  layout(graph);
  return graph;
}

/**
 * Dagre keeps nodes as members of plain objects, beside some of its own: no declared name is one of `__proto__`, `_d1`
 * …
 */
function idOf(key: string): string {
  return `node ${key}`;
}

/** The way dagre keeps free for one link. `via` holds a place in every row between its ends. */
export interface Lane {
  readonly link: Link;
  readonly name: string;
  readonly via: Track;
  readonly label: Rect;
}

export function laneOf(placed: Placement, link: Link, name: string): Lane {
  const { points = [], x = 0, y = 0 } = placed.edge(idOf(link.from), idOf(link.to), name);
  return {
    link,
    name,
    via: link.from === link.to ? [] : points.slice(1, -1),
    label: { x, y, width: link.width, height: link.height },
  };
}

export function nodeAt(placed: Placement, key: string): Rect {
  return rectOf(placed, idOf(key));
}

export function nodesOf(placed: Placement): readonly Rect[] {
  return placed.nodes().map((id: string) => rectOf(placed, id));
}

function rectOf(placed: Placement, id: string): Rect {
  const { x = 0, y = 0, width, height } = placed.node(id);
  return { x, y, width, height };
}
