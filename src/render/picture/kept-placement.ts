/** Placements that are kept from run to run: most runs of a workflow have boxes of the same sizes. */

import { sha256 } from "../../json/canonical.ts";
import { isObject } from "../../json/value.ts";
import type { TextCache } from "../../ports.ts";
import type { Drawing } from "./drawing.ts";
import type { PlacedLink, Placement, Point } from "./placement.ts";

/** Goes into the name of what is kept: another for every change of `dagre.ts`, or of dagre. */
export const PLACED_BY = "dagre 3.1.3, 1";

/** As `place` has it. What is kept was answered by it once; anything else is passed over, and replaced. */
export async function placementOf(drawing: Drawing, cache: TextCache | null): Promise<Placement> {
  const name = sha256(sizesOf(drawing));
  const kept = placementIn(cache?.read(name) ?? null, drawing);
  if (kept !== null) return kept;
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

/** Null for a text that is not the placement of such a drawing: it may have been cut off. */
function placementIn(text: string | null, { boxes, links }: Drawing): Placement | null {
  const placement = text === null ? null : parsed(text);
  const isWhole =
    isObject(placement) &&
    Number.isFinite(placement["width"]) &&
    isListOf(placement["boxes"], boxes.length, isPoint) &&
    isListOf(placement["links"], links.length, isPlacedLink);
  return isWhole ? (placement as unknown as Placement) : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function isListOf(value: unknown, length: number, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.length === length && value.every(isItem);
}

function isPoint(value: unknown): value is Point {
  return isObject(value) && Number.isFinite(value["x"]) && Number.isFinite(value["y"]);
}

function isPlacedLink(value: unknown): value is PlacedLink {
  return (
    isObject(value) && isPoint(value["label"]) && Array.isArray(value["via"]) && value["via"].every(isPoint)
  );
}
