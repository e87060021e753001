/**
 * The layout of the picture. Dagre gives rows and the order within them; edges then pass every row vertically, in
 * the lane dagre kept free for them, and change lanes only between rows. So no edge crosses a foreign box or
 * label, by construction.
 */

import type { Drawing, Link } from "./drawing.ts";
import { type Ports, portsOf } from "./link-ends.ts";
import {
  type Boxes,
  boxAt,
  boxesOf,
  type Lane,
  lanesOf,
  type Placement,
  type Rect,
  type Track,
} from "./placement.ts";
import { type Row, type Rows, rowsOf } from "./rows.ts";

export interface Route {
  readonly link: Link;
  readonly track: Track;
  readonly label: Rect;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: ReadonlyMap<string, Rect>;
  /** In the order of the drawing's links. */
  readonly routes: readonly Route[];
}

export function layOut(drawing: Drawing, placement: Placement): Layout {
  const placed = boxesOf(drawing, placement);
  const lanes = lanesOf(drawing, placement);
  const ports = portsOf(placed, lanes);
  const rows = rowsOf(placed, lanes, ports);
  return {
    width: placement.width,
    height: rows.height,
    boxes: new Map([...placed].map(([key, box]) => [key, inRow(box, rows)])),
    routes: lanes.map((lane) => routeOf(lane, placed, ports, rows)),
  };
}

function inRow(box: Rect, rows: Rows): Rect {
  return { ...box, y: middleOf(rows.at(box.y)) };
}

function middleOf({ top, bottom }: Row): number {
  return (top + bottom) / 2;
}

function routeOf(lane: Lane, placed: Boxes, ports: Ports, rows: Rows): Route {
  const { link, via } = lane;
  const [placedFrom, placedTo] = [boxAt(placed, link.from), boxAt(placed, link.to)];
  const [from, to] = [inRow(placedFrom, rows), inRow(placedTo, rows)];
  const label = { ...lane.label, y: middleOf(rows.at(lane.label.y)) };
  if (via.length === 0) return { link, track: loopOf(from, label), label };
  const goesDown = from.y < to.y;
  const enter = (y: number) => (goesDown ? rows.at(y).top : rows.at(y).bottom);
  const exitAt = (y: number) => (goesDown ? rows.at(y).bottom : rows.at(y).top);
  const half = goesDown ? 0.5 : -0.5;
  const begin = ports.from.get(lane) ?? from.x;
  const end = ports.to.get(lane) ?? to.x;
  const track = [
    { x: begin, y: from.y + half * from.height },
    { x: begin, y: exitAt(placedFrom.y) },
    ...via.flatMap(({ x, y }) => [
      { x, y: enter(y) },
      { x, y: exitAt(y) },
    ]),
    { x: end, y: enter(placedTo.y) },
    { x: end, y: to.y - half * to.height },
  ];
  return { link, track, label };
}

/** Out at the right side of the box, through the label beside it, and back. */
function loopOf(box: Rect, label: Rect): Track {
  const right = box.x + box.width / 2;
  const [upper, lower] = [box.y - 6, box.y + 6];
  return [
    { x: right, y: upper },
    { x: label.x, y: upper },
    { x: label.x, y: lower },
    { x: right, y: lower },
  ];
}
