/** The picture of a run as SVG. */

import type { Graph } from "../trace/declared-graph.ts";
import type { TraceEvent } from "../trace/event.ts";
import { place } from "./picture/dagre.ts";
import { type LinkOf, renderPicture } from "./picture/picture.ts";
import { drawRun } from "./run-drawing.ts";

/**
 * Draws run `0`; the pages show nested runs. Same events and graph, same text.
 * @throws RenderFault `PICTURE_TOO_LARGE`
 */
export function renderSvg(events: readonly TraceEvent[], graph: Graph, linkOf?: LinkOf): string {
  const drawn = drawRun(events, graph);
  return renderPicture(drawn, place(drawn.drawing), linkOf);
}
