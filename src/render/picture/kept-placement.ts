/** Placements that are kept from run to run: most runs of a workflow have boxes of the same sizes. */

import { sha256 } from "../../json/canonical.ts";
import type { TextCache } from "../../ports.ts";
import type { Drawing } from "./drawing.ts";
import type { Placement } from "./placement.ts";

/** Goes into the name of what is kept: another for every change of `dagre.ts`, or of dagre. */
export const PLACED_BY = "dagre 3.1.3, 1";

/** As `place` has it. What is kept was answered by it once. */
export async function placementOf(drawing: Drawing, cache: TextCache | null): Promise<Placement> {
  const name = sha256(sizesOf(drawing));
  const kept = cache?.read(name) ?? null;
  if (kept !== null) return JSON.parse(kept) as Placement;
  const { place } = await import("./dagre.ts");
  const placement = place(drawing);
  cache?.write(name, JSON.stringify(placement));
  return placement;
}

/** All that a placement is made of. */
function sizesOf({ start, boxes, links }: Drawing): string {
  return JSON.stringify([
    PLACED_BY,
    start,
    boxes.map(({ key, width, height }) => [key, width, height]),
    links.map(({ from, to, width, height, isMain }) => [from, to, width, height, isMain]),
  ]);
}
