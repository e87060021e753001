/** What shapes and colours mean. */

import type { NodeType } from "../../trace/declared-graph.ts";
import type { EndingStatus } from "../../trace/run-path.ts";
import { SMALL_SIZE } from "./drawing.ts";
import { inkOf, QUIET, QUIET_TEXT } from "./palette.ts";
import type { Rect } from "./placement.ts";
import { outlineOf, renderMark } from "./svg-shapes.ts";
import { short, svgText } from "./svg-text.ts";
import { textWidth } from "./text-metrics.ts";

const SHAPES: readonly (readonly [NodeType, string])[] = [
  ["IN", "intent"],
  ["CC", "contract"],
  ["EXIT", "exit"],
];

/** What the colours mean, each with its words. */
export type Meanings = readonly (readonly [EndingStatus | null, string])[];

/** Of a run. What few runs come to is explained only where it is drawn. */
const MANNERS: Meanings = [
  ["ok", "went well"],
  ["alternate", "another outcome"],
  ["refused", "refused"],
  ["unfinished", "unfinished"],
  ["waiting", "waits"],
  ["cancelled", "cancelled"],
  [null, "not taken"],
];

const RARE: ReadonlySet<EndingStatus | null> = new Set(["waiting", "cancelled"]);

/** What the colours mean in the picture of a run in which these are drawn. */
export function meaningsOf(drawn: ReadonlySet<EndingStatus | null>): Meanings {
  return MANNERS.filter(([manner]) => !RARE.has(manner) || drawn.has(manner));
}

const SWATCH = 30;
const ITEM_GAP = 20;

export function legendWidth(meanings: Meanings): number {
  return meanings.reduce((sum, [, text]) => sum + itemWidth(text), -ITEM_GAP);
}

function itemWidth(text: string): number {
  return SWATCH + 8 + textWidth(text, SMALL_SIZE) + ITEM_GAP;
}

export function renderLegend(meanings: Meanings): string {
  const shapes = inARow(SHAPES, 8, (type, swatch) => {
    return `<path d="${outlineOf(type, swatch)}" fill="${QUIET.fill}" stroke="${QUIET.line}" stroke-width="1.2"/>`;
  });
  const manners = inARow(meanings, 34, (manner, { x, y, width }) => {
    const ink = inkOf(manner);
    const line = `<path d="M${short(x - width / 2)} ${y}h${width}" stroke="${ink.line}" stroke-width="${manner === null ? 1.2 : 2.5}"/>`;
    const box = `<rect x="${short(x - 8)}" y="${y - 7}" width="16" height="14" fill="${ink.fill}" stroke="${ink.line}"/>`;
    return `${line}${box}${renderMark(manner, { x, y }, 6)}`;
  });
  return shapes + manners;
}

function inARow<T>(
  items: readonly (readonly [T, string])[],
  y: number,
  swatch: (item: T, place: Rect) => string,
): string {
  let x = 0;
  let row = "";
  for (const [item, text] of items) {
    row += swatch(item, { x: x + SWATCH / 2, y, width: SWATCH, height: 16 });
    row += svgText(text, { x: x + SWATCH + 8, y }, QUIET_TEXT, SMALL_SIZE);
    x += itemWidth(text);
  }
  return row;
}
