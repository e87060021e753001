/** The picture of a declared workflow, without a run. */

import { counted } from "../errors/counted.ts";
import { type Graph, mergeEdges } from "../trace/declared-graph.ts";
import { MAIN_RUN } from "../trace/event.ts";
import { isSuccess, runPathOf } from "../trace/run-path.ts";
import { place } from "./picture/dagre.ts";
import { type Drawing, drawingOf, type Link, SMALL_SIZE } from "./picture/drawing.ts";
import type { Meanings } from "./picture/legend.ts";
import { QUIET_TEXT, TITLE } from "./picture/palette.ts";
import { type LinkOf, renderPicture, requireDrawable, TITLE_SIZE, type Title } from "./picture/picture.ts";
import { svgText } from "./picture/svg-text.ts";
import { drawable, textWidth } from "./picture/text-metrics.ts";

const TITLE_HEIGHT = 64;

const MEANINGS: Meanings = [
  ["ok", "taken after a success"],
  [null, "taken after another outcome"],
];

/**
 * The picture. Same graph, same text.
 * @throws RenderFault `PICTURE_TOO_LARGE`
 */
export function renderDeclaredSvg(graph: Graph, linkOf?: LinkOf): string {
  requireDrawable(graph);
  const drawing = declaredDrawing(graph);
  const picture = { drawing, boxes: drawing.boxes, title: titleOf(graph), meanings: MEANINGS };
  return renderPicture(picture, place(drawing), linkOf);
}

/** As of a run that visited nothing, with the edges of successful outcomes coloured. */
function declaredDrawing(graph: Graph): Drawing {
  const drawing = drawingOf(graph, runPathOf({ run: MAIN_RUN, events: [], visits: [], waits: [] }));
  const outcomes = mergeEdges(graph).map((edge) => edge.outcomes);
  return { ...drawing, links: drawing.links.map((link, i) => coloured(link, outcomes[i] ?? [])) };
}

function coloured(link: Link, outcomes: readonly string[]): Link {
  const manners = outcomes.map((outcome) => (isSuccess(outcome) ? "ok" : null));
  return {
    ...link,
    outcomes: link.outcomes.map((outcome, i) => ({ ...outcome, manner: manners[i] ?? null })),
    manner: manners.includes("ok") ? "ok" : null,
  };
}

function titleOf(graph: Graph): Title {
  const workflow = drawable(graph.workflow);
  const size = `${counted(graph.nodes.length, "node")}, ${counted(graph.edges.length, "edge")}`;
  const svg =
    svgText(workflow, { x: 0, y: 10 }, TITLE, TITLE_SIZE, true) +
    svgText(size, { x: 0, y: 36 }, QUIET_TEXT, SMALL_SIZE);
  const width = Math.max(textWidth(workflow, TITLE_SIZE), textWidth(size, SMALL_SIZE));
  return { svg, width, height: TITLE_HEIGHT };
}
