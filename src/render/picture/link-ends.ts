/** Where links begin and end on their boxes. */

import { type Boxes, boxAt, type Lane, type Point, type Rect } from "./placement.ts";

const PORT_DISTANCE = 22;
const PORT_MARGIN = 22;

/** Where on a box's upper or lower side a link begins or ends. */
export interface Ports {
  readonly from: ReadonlyMap<Lane, number>;
  readonly to: ReadonlyMap<Lane, number>;
}

interface LaneEnd {
  readonly lane: Lane;
  readonly end: "from" | "to";
  /** The x at which the link would come in straight. */
  readonly wanted: number;
}

export function portsOf(boxes: Boxes, lanes: readonly Lane[]): Ports {
  const sides = new Map<string, { node: Rect; ends: LaneEnd[] }>();
  const attach = (key: string, next: Point, lane: Lane, end: LaneEnd["end"]) => {
    const node = boxAt(boxes, key);
    const id = `${next.y > node.y ? "below" : "above"} ${key}`;
    const side = sides.get(id) ?? { node, ends: [] };
    sides.set(id, side);
    side.ends.push({ lane, end, wanted: next.x });
  };
  for (const lane of lanes) {
    const { link, via } = lane;
    const [first, last] = [via.at(0), via.at(-1)];
    if (first !== undefined) attach(link.from, first, lane, "from");
    if (last !== undefined) attach(link.to, last, lane, "to");
  }
  const ports = { from: new Map<Lane, number>(), to: new Map<Lane, number>() };
  for (const { node, ends } of sides.values()) {
    ends.sort((a, b) => a.wanted - b.wanted);
    const half = node.width / 2 - PORT_MARGIN;
    const wanted = ends.map((end) => end.wanted);
    spread(wanted, node.x - half, node.x + half).forEach((x, i) => {
      const { end, lane } = ends[i] as LaneEnd;
      ports[end].set(lane, x);
    });
  }
  return ports;
}

/** As near to the wanted (sorted) places as order, distance and bounds allow. */
function spread(wanted: readonly number[], low: number, high: number): readonly number[] {
  const last = wanted.length - 1;
  const distance = Math.min(PORT_DISTANCE, (high - low) / Math.max(last, 1));
  const bounded = wanted.map((x, i) => Math.min(Math.max(x, low + i * distance), high - (last - i) * distance));
  const pushedRight = bounded.slice();
  const pushedLeft = bounded.slice();
  for (let i = 1; i <= last; i++) {
    pushedRight[i] = Math.max(pushedRight[i] as number, (pushedRight[i - 1] as number) + distance);
  }
  for (let i = last - 1; i >= 0; i--) {
    pushedLeft[i] = Math.min(pushedLeft[i] as number, (pushedLeft[i + 1] as number) - distance);
  }
  return bounded.map((_, i) => ((pushedRight[i] as number) + (pushedLeft[i] as number)) / 2);
}
