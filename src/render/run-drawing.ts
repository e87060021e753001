/** The picture of a run: the whole declared graph, and on top of it the path that was taken. */

import type { Graph } from "../trace/declared-graph.ts";
import type { TraceEvent } from "../trace/event.ts";
import { endingStatusOfPath, type RunPath, runPathOf, statusOf, workflowOf } from "../trace/run-path.ts";
import { runsOf } from "../trace/runs.ts";
import { waitsText } from "../trace/sessions.ts";
import { type Box, drawingOf, NAME_SIZE, SMALL_SIZE } from "./picture/drawing.ts";
import { meaningsOf } from "./picture/legend.ts";
import { INKS, PAPER, QUIET_TEXT, TITLE } from "./picture/palette.ts";
import { requireDrawable, TITLE_SIZE, type Title, type UnplacedPicture } from "./picture/picture.ts";
import { short, svgText } from "./picture/svg-text.ts";
import { drawable, shortened, textWidth } from "./picture/text-metrics.ts";

const TITLE_HEIGHT = 92;
const WAITS_LIMIT = 120;

/**
 * What is drawn of run `0`: the pages show nested runs. Same events and graph, same drawing.
 * @throws RenderFault `PICTURE_TOO_LARGE`
 */
export function drawRun(events: readonly TraceEvent[], graph: Graph): UnplacedPicture {
  requireDrawable(graph);
  const runPath = runPathOf(runsOf(events).main);
  const drawing = drawingOf(graph, runPath);
  const boxes = alongThePath(drawing.boxes, runPath);
  const drawn = new Set([endingStatusOfPath(runPath), ...boxes.map(({ manner }) => manner)]);
  return { drawing, boxes, title: titleOf(runPath, graph), meanings: meaningsOf(drawn) };
}

/** Keyboard navigation from link to link follows the path of the run. */
function alongThePath(boxes: readonly Box[], { visits }: RunPath): readonly Box[] {
  const order = new Map(visits.toReversed().map((visit) => [visit.node, visit.order]));
  const orderOf = ({ key }: Box) => order.get(key) ?? visits.length + 1;
  return boxes.toSorted((a, b) => orderOf(a) - orderOf(b));
}

function titleOf(runPath: RunPath, graph: Graph): Title {
  const workflow = drawable(workflowOf(runPath, graph));
  const status = statusOf(runPath);
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
  return { svg, width, height: TITLE_HEIGHT };
}

function endingOf({ end, refusal, waits }: RunPath): string {
  if (end === null)
    return waits.length > 0
      ? shortened(waitsText(waits), WAITS_LIMIT)
      : "the trace stops before the run has ended";
  const outcome = `outcome ${end.outcome ?? "none"} · exit ${end.exit_reason_code}`;
  return refusal === null ? outcome : `${outcome} · refused`;
}
