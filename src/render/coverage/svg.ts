/** The picture of coverage: every workflow's declared graph, and on it what was exercised and what never was. */

import { counted } from "../../errors/counted.ts";
import type { Graph } from "../../trace/declared-graph.ts";
import { place } from "../picture/dagre.ts";
import { SMALL_SIZE } from "../picture/drawing.ts";
import { type Layout, layOut, type Route } from "../picture/layout.ts";
import { legendWidth, type Meanings, renderLegend } from "../picture/legend.ts";
import { PAPER, QUIET_TEXT, TITLE } from "../picture/palette.ts";
import { sizeText, tooLarge } from "../picture/size.ts";
import { renderBox, renderLabel, renderTrack } from "../picture/svg-shapes.ts";
import { svgText } from "../picture/svg-text.ts";
import { drawable, FONT_FAMILY, textWidth } from "../picture/text-metrics.ts";
import { type CountedEdge, coverageDrawing } from "./drawing.ts";

export interface CoveredGraph {
  readonly graph: Graph;
  readonly edges: readonly CountedEdge[];
}

const MARGIN = 24;
const TITLE_SIZE = 18;
const TITLE_HEIGHT = 64;
const BETWEEN = 48;
const LEGEND_HEIGHT = 64;

const MEANINGS: Meanings = [
  ["ok", "exercised"],
  ["alternate", "only with a staged answer"],
  ["refused", "never"],
];

interface Panel {
  readonly title: string;
  readonly detail: string;
  readonly width: number;
  readonly height: number;
  readonly draw: string;
}

/** All graphs, one below the other. Same graphs and counts, same text. */
export function renderCoverageSvg(covered: readonly CoveredGraph[]): string {
  const panels = covered.map(panelOf);
  const width = Math.ceil(Math.max(legendWidth(MEANINGS), ...panels.map((one) => one.width))) + 2 * MARGIN;
  const content = panels.reduce((sum, { height }) => sum + height + BETWEEN, 0);
  const height = Math.ceil(content + LEGEND_HEIGHT) + MARGIN;
  let top = MARGIN;
  const drawn = panels.map((panel) => {
    const svg = panelSvg(panel, top, width);
    top += panel.height + BETWEEN;
    return svg;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="${FONT_FAMILY}" font-size="${SMALL_SIZE}" fill="none">`,
    `<path d="M0 0h${width}v${height}h-${width}z" fill="${PAPER}"/>`,
    ...drawn,
    `<g transform="translate(${MARGIN} ${height - MARGIN - LEGEND_HEIGHT + 22})">${renderLegend(MEANINGS)}</g>`,
    "</svg>\n",
  ].join("");
}

function panelOf({ graph, edges }: CoveredGraph): Panel {
  const size = tooLarge(graph);
  if (size !== null) return undrawn(graph, sizeText(size));
  const drawing = coverageDrawing(graph, edges);
  const layout = layOut(drawing, place(drawing));
  const taken = edges.filter(({ count }) => count > 0).length;
  const title = drawable(graph.workflow);
  return {
    title,
    detail: `${taken} of ${counted(edges.length, "edge")}`,
    width: Math.max(layout.width, textWidth(title, TITLE_SIZE)),
    height: TITLE_HEIGHT + layout.height,
    draw: [
      ...neverFirst(layout).map(renderTrack),
      ...drawing.boxes.map((box) => renderBox(box, layout)),
      ...layout.routes.map(renderLabel),
    ].join(""),
  };
}

/** The name of a graph that is too large, with how large it is. */
function undrawn(graph: Graph, detail: string): Panel {
  const title = drawable(graph.workflow);
  const width = Math.max(textWidth(title, TITLE_SIZE), textWidth(detail, SMALL_SIZE));
  return { title, detail, width, height: TITLE_HEIGHT, draw: "" };
}

/** What was exercised is drawn last, over the rest. */
function neverFirst({ routes }: Layout): readonly Route[] {
  const isNever = ({ link }: Route) => link.manner === "refused";
  return [...routes.filter(isNever), ...routes.filter((route) => !isNever(route))];
}

function panelSvg({ title, detail, width, draw }: Panel, top: number, whole: number): string {
  const left = Math.round((whole - width) / 2);
  return (
    `<g transform="translate(${MARGIN} ${top})">` +
    svgText(title, { x: 0, y: 10 }, TITLE, TITLE_SIZE, true) +
    svgText(detail, { x: 0, y: 36 }, QUIET_TEXT, SMALL_SIZE) +
    `</g><g transform="translate(${left} ${top + TITLE_HEIGHT})">${draw}</g>`
  );
}
