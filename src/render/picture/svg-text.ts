/** Text as SVG, and numbers as short as a picture needs them. */

import { SMALL_SIZE } from "./drawing.ts";
import type { OutlineOf } from "./outlines.ts";
import type { Point } from "./placement.ts";
import { baseline, fromXml, GLYPH_WIDTH, textWidth, UNITS_PER_EM, xml } from "./text-metrics.ts";

/** One weight of the font is shipped: a thin stroke makes its letters bold. */
const STRONG_STROKE = ".5";

/** Text from `start` on; `start.y` is the middle of the line. */
export function svgText(text: string, start: Point, colour: string, size: number, isStrong = false): string {
  const strong = isStrong ? ` stroke="${colour}" stroke-width="${STRONG_STROKE}"` : "";
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

const TEXT =
  /<text x="([^"]+)" y="([^"]+)"(?: font-size="([^"]+)")? fill="([^"]+)"(?: stroke="([^"]+)" stroke-width="[^"]+")?>([^<]*)<\/text>/g;

/**
 * The same picture with its letters as paths: the rasteriser would open the font's file again for each letter, which
 * takes longer than to draw it. Null where the font does not have one of them.
 */
export function outlined(svg: string, outlineOf: OutlineOf): string | null {
  let isWhole = true;
  const picture = svg.replace(TEXT, (_, x, y, size = SMALL_SIZE, fill, stroke, text) => {
    const scale = Number(size) / UNITS_PER_EM;
    const strong =
      stroke === undefined ? "" : ` stroke="${stroke}" stroke-width="${Number(STRONG_STROKE) / scale}"`;
    const outlines = [...fromXml(text)].map(outlineOf);
    isWhole &&= !outlines.includes(undefined);
    const path = outlines.join(`m${GLYPH_WIDTH} 0`);
    return `<path transform="matrix(${scale} 0 0 ${scale} ${x} ${y})" fill="${fill}"${strong} d="M0 0${path}"/>`;
  });
  return isWhole ? picture : null;
}

export function same(a: number, b: number): boolean {
  return Math.abs(a - b) < 0.05;
}

/** One digit after the point is finer than a pixel shows. */
export function short(value: number): number {
  return Math.round(value * 10) / 10;
}
