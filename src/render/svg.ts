/** The picture of a run: the whole declared graph, and on top of it the path that was taken. */

import type { Graph } from "../trace/declared-graph.ts";
import type { TraceEvent } from "../trace/event.ts";
import { endingStatusOfPath, type RunPath, runPathOf, workflowOf } from "../trace/run-path.ts";
import { runsOf } from "../trace/runs.ts";
import { RenderFault } from "./errors.ts";
import { type Box, drawingOf, NAME_SIZE, SMALL_SIZE } from "./picture/drawing.ts";
import { layOut, type Route } from "./picture/layout.ts";
import { LEGEND_WIDTH, renderLegend } from "./picture/legend.ts";
import { INKS, PAPER, QUIET_TEXT, TITLE } from "./picture/palette.ts";
import { tooLarge } from "./picture/size.ts";
import { renderBox, renderLabel, renderTrack } from "./picture/svg-shapes.ts";
import { short, svgText } from "./picture/svg-text.ts";
import { drawable, FONT_FAMILY, textWidth, xml } from "./picture/text-metrics.ts";

const MARGIN = 24;
const TITLE_SIZE = 18;
const TITLE_HEIGHT = 92;
const LEGEND_HEIGHT = 64;

/** The link target of a node's box; undefined for a box without a link. */
export type LinkOf = (node: string) => string | undefined;

/**
 * Draws run `0`; the pages show nested runs. Same events and graph, same text.
 * @throws RenderFault `PICTURE_TOO_LARGE`
 */
export function renderSvg(
  events: readonly TraceEvent[],
  graph: Graph,
  linkOf: LinkOf = () => undefined,
): string {
  const size = tooLarge(graph);
  if (size !== null) throw new RenderFault("PICTURE_TOO_LARGE", { ...size });
  const runPath = runPathOf(runsOf(events).main);
  const drawing = drawingOf(graph, runPath);
  const layout = layOut(drawing);
  const title = titleOf(runPath, graph);
  const width = Math.ceil(Math.max(layout.width, title.width, LEGEND_WIDTH)) + 2 * MARGIN;
  const height = Math.ceil(TITLE_HEIGHT + layout.height + LEGEND_HEIGHT) + 2 * MARGIN;
  const left = Math.round((width - layout.width) / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ` font-family="${FONT_FAMILY}" font-size="${SMALL_SIZE}" fill="none">`,
    `<path d="M0 0h${width}v${height}h-${width}z" fill="${PAPER}"/>`,
    `<g transform="translate(${MARGIN} ${MARGIN})">${title.svg}</g>`,
    `<g transform="translate(${left} ${MARGIN + TITLE_HEIGHT})">`,
    ...inFront(layout.routes).map(renderTrack),
    ...alongThePath(drawing.boxes, runPath).map((box) => linked(renderBox(box, layout), linkOf(box.key))),
    ...layout.routes.map(renderLabel),
    "</g>",
    `<g transform="translate(${MARGIN} ${height - MARGIN - LEGEND_HEIGHT + 22})">${renderLegend()}</g>`,
    "</svg>\n",
  ].join("");
}

/** Keyboard navigation from link to link follows the path of the run. */
function alongThePath(boxes: readonly Box[], { visits }: RunPath): readonly Box[] {
  const order = new Map(visits.toReversed().map((visit) => [visit.node, visit.order]));
  const orderOf = ({ key }: Box) => order.get(key) ?? visits.length + 1;
  return boxes.toSorted((a, b) => orderOf(a) - orderOf(b));
}

function linked(svg: string, target: string | undefined): string {
  return target === undefined ? svg : `<a href="${xml(target)}">${svg}</a>`;
}

/** The path taken is drawn last, over the quiet edges. */
function inFront(routes: readonly Route[]): readonly Route[] {
  const isTaken = ({ link }: Route) => link.manner !== null;
  return [...routes.filter((route) => !isTaken(route)), ...routes.filter(isTaken)];
}

function titleOf(runPath: RunPath, graph: Graph): { readonly svg: string; readonly width: number } {
  const workflow = drawable(workflowOf(runPath, graph));
  const status = runPath.end?.status ?? "UNFINISHED";
  const ink = INKS[endingStatusOfPath(runPath)];
  const chip = textWidth(status, NAME_SIZE) + 16;
  const rest = drawable(endingOf(runPath));
  const trace = drawable(`trace ${runPath.traceId}`);
  const svg =
    svgText(workflow, { x: 0, y: 10 }, TITLE, TITLE_SIZE, true) +
    `<rect y="27" width="${short(chip)}" height="22" rx="4" fill="${ink.line}"/>` +
    svgText(status, { x: 8, y: 38 }, PAPER, NAME_SIZE, true) +
    svgText(rest, { x: chip + 10, y: 38 }, TITLE, NAME_SIZE) +
    svgText(trace, { x: 0, y: 64 }, QUIET_TEXT, SMALL_SIZE);
  const width = Math.max(
    textWidth(workflow, TITLE_SIZE),
    chip + 10 + textWidth(rest, NAME_SIZE),
    textWidth(trace, SMALL_SIZE),
  );
  return { svg, width };
}

function endingOf({ end, refusal }: RunPath): string {
  if (end === null) return "the trace stops before the run has ended";
  const outcome = `outcome ${end.outcome ?? "none"} · exit ${end.exit_reason_code}`;
  return refusal === null ? outcome : `${outcome} · refused`;
}
