/** Text as SVG, and numbers as short as a picture needs them. */

import { SMALL_SIZE } from "./drawing.ts";
import type { Point } from "./placement.ts";
import { baseline, textWidth, xml } from "./text-metrics.ts";

/** Text from `start` on; `start.y` is the middle of the line. */
export function svgText(text: string, start: Point, colour: string, size: number, isStrong = false): string {
  // One font file is shipped: a thin stroke makes its letters bold.
  const strong = isStrong ? ` stroke="${colour}" stroke-width=".5"` : "";
  const x = short(start.x);
  const y = short(start.y + baseline(size));
  const sized = size === SMALL_SIZE ? "" : ` font-size="${size}"`;
  return `<text x="${x}" y="${y}"${sized} fill="${colour}"${strong}>${xml(text)}</text>`;
}

export function centredSvgText(
  text: string,
  middle: Point,
  colour: string,
  size: number,
  isStrong = false,
): string {
  const start = { x: middle.x - textWidth(text, size) / 2, y: middle.y };
  return svgText(text, start, colour, size, isStrong);
}

export function same(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.05;
}

/** One digit after the point is finer than a pixel shows. */
export function short(value: number): number {
  return Math.round(value * 10) / 10;
}
