/** How high each row is, and how much room there is between two. */

import type { Ports } from "./link-ends.ts";
import { type Boxes, boxAt, type Lane, type Point } from "./placement.ts";

const BETWEEN_ROWS = 16;
const BETWEEN_ROWS_AT_MOST = 56;

export interface Row {
  readonly top: number;
  readonly bottom: number;
}

export interface Rows {
  readonly height: number;
  /** The row that the placement has at this y. */
  at(y: number): Row;
}

/** Recomputes the rows of the placement: each as high as its content, with space for the bends in between. */
export function rowsOf(boxes: Boxes, lanes: readonly Lane[], ports: Ports): Rows {
  const heights = new Map<number, number>();
  const stretch = (y: number, height: number) => {
    heights.set(Math.round(y), Math.max(height, heights.get(Math.round(y)) ?? 0));
  };
  for (const { y, height } of boxes.values()) stretch(y, height);
  for (const { via, label } of lanes) {
    stretch(label.y, label.height);
    for (const { y } of via) stretch(y, 0);
  }
  const bends = bendsOf(boxes, lanes, ports);
  const rows = new Map<number, Row>();
  let top = 0;
  let bottom = 0;
  for (const y of [...heights.keys()].sort((a, b) => a - b)) {
    bottom = top + (heights.get(y) ?? 0);
    rows.set(y, { top, bottom });
    top = bottom + Math.min(BETWEEN_ROWS + 0.1 * (bends.get(y) ?? 0), BETWEEN_ROWS_AT_MOST);
  }
  return { height: bottom, at: (y) => rows.get(Math.round(y)) as Row };
}

/** For each row, how far the widest bend goes sideways on the way to the next row. */
function bendsOf(boxes: Boxes, lanes: readonly Lane[], ports: Ports): ReadonlyMap<number, number> {
  const bends = new Map<number, number>();
  for (const lane of lanes) {
    const { link, via } = lane;
    if (via.length === 0) continue;
    const stations = [
      { x: ports.from.get(lane) ?? 0, y: boxAt(boxes, link.from).y },
      ...via,
      { x: ports.to.get(lane) ?? 0, y: boxAt(boxes, link.to).y },
    ];
    for (let i = 1; i < stations.length; i++) {
      const [a, b] = [stations[i - 1] as Point, stations[i] as Point];
      const upper = Math.round(Math.min(a.y, b.y));
      bends.set(upper, Math.max(Math.abs(a.x - b.x), bends.get(upper) ?? 0));
    }
  }
  return bends;
}
