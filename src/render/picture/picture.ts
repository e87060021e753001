/** A drawing with its title and its legend, as SVG. */

import type { Graph } from "../../trace/declared-graph.ts";
import { RenderFault } from "../errors.ts";
import { type Box, type Drawing, SMALL_SIZE } from "./drawing.ts";
import { layOut, type Route } from "./layout.ts";
import { legendWidth, type Meanings, renderLegend } from "./legend.ts";
import { PAPER } from "./palette.ts";
import type { Placement } from "./placement.ts";
import { tooLarge } from "./size.ts";
import { renderBox, renderLabel, renderTrack } from "./svg-shapes.ts";
import { FONT_FAMILY, xml } from "./text-metrics.ts";

export const TITLE_SIZE = 18;

const MARGIN = 24;
const LEGEND_HEIGHT = 64;

/** The link target of a node's box; undefined for a box without a link. */
export type LinkOf = (node: string) => string | undefined;

export interface Title {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A picture without the places of its parts. */
export interface UnplacedPicture {
  readonly drawing: Drawing;
  /** In the order in which the keyboard goes from link to link. */
  readonly boxes: readonly Box[];
  readonly title: Title;
  /** What its colours mean. */
  readonly meanings: Meanings;
}

/** @throws RenderFault `PICTURE_TOO_LARGE` */
export function requireDrawable(graph: Graph): void {
  const size = tooLarge(graph);
  if (size !== null) throw new RenderFault("PICTURE_TOO_LARGE", { ...size });
}

export function renderPicture(
  { drawing, boxes, title, meanings }: UnplacedPicture,
  placement: Placement,
  linkOf?: LinkOf,
): string {
  const layout = layOut(drawing, placement);
  const width = Math.ceil(Math.max(layout.width, title.width, legendWidth(meanings))) + 2 * MARGIN;
  const height = Math.ceil(title.height + layout.height + LEGEND_HEIGHT) + 2 * MARGIN;
  const left = Math.round((width - layout.width) / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="${FONT_FAMILY}" font-size="${SMALL_SIZE}" fill="none">`,
    `<path d="M0 0h${width}v${height}h-${width}z" fill="${PAPER}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">${title.svg}</g>`,
    `<g transform="translate(${left} ${MARGIN + title.height})">`,
    ...inFront(layout.routes).map(renderTrack),
    ...boxes.map((box) => linked(renderBox(box, layout), linkOf?.(box.key))),
    ...layout.routes.map(renderLabel),
    "</g>",
    `<g transform="translate(${MARGIN} ${height - MARGIN - LEGEND_HEIGHT + 22})">${renderLegend(meanings)}</g>`,
    "</svg>\n",
  ].join("");
}

function linked(svg: string, target: string | undefined): string {
  return target === undefined ? svg : `<a href="${xml(target)}">${svg}</a>`;
}

/** Coloured edges are drawn last, over the quiet ones. */
function inFront(routes: readonly Route[]): readonly Route[] {
  const isColoured = ({ link }: Route) => link.manner !== null;
  return [...routes.filter((route) => !isColoured(route)), ...routes.filter(isColoured)];
}
