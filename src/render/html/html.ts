/**
 * A trace as one HTML page: the picture, and every node of the path, which can be opened. It needs no network and no
 * script.
 */

import type { Graph } from "../../trace/declared-graph.ts";
import { MAIN_RUN, type TraceEvent } from "../../trace/event.ts";
import { milliseconds, type RunPath, runPathOf, statusOf, workflowOf } from "../../trace/run-path.ts";
import { type RunRecord, runsOf } from "../../trace/runs.ts";
import { sessionsOf } from "../../trace/sessions.ts";
import { sizeText, tooLarge } from "../picture/size.ts";
import { renderSvg } from "../svg.ts";
import { headOf } from "./head.ts";
import { endingChips, renderGiven, renderNested, renderPath, visitId } from "./run.ts";
import { renderSessions, renderWaits } from "./sessions.ts";
import { code, facts, Html, html, NOTHING, type Part } from "./text.ts";
import { renderWarnings, type Warning } from "./warnings.ts";

/** The page. Pure: same events, graph and warnings, same text. */
export function renderHtml(
  events: readonly TraceEvent[],
  graph: Graph,
  warnings: readonly Warning[] = [],
): string {
  const { main, orphanRuns } = runsOf(events);
  const runPath = runPathOf(main);
  const workflow = workflowOf(runPath, graph);
  const page = html`<!DOCTYPE html>
<html lang="en">
${headOf(`${workflow}: ${statusOf(runPath)}, trace ${runPath.traceId}`)}
<body>
<main>
<h1>${workflow}</h1>
<p>${endingChips(runPath)}</p>${renderWarnings(warnings)}
<div class="picture">${pictureOf(events, graph, runPath)}</div>
<h2>Record</h2>
${facts(factsOf(runPath, events))}
${renderWaits(main.waits)}${renderSessions(sessionsOf(events))}<h2>Path</h2>
${renderPath(runPath)}
<h2>Given</h2>
${renderGiven(runPath)}${renderStrays(orphanRuns)}
</main>
</body>
</html>
`;
  return page.markup;
}

function renderStrays(orphanRuns: readonly RunRecord[]): Html {
  if (orphanRuns.length === 0) return NOTHING;
  return html`
<h2>Runs without a caller</h2>
${orphanRuns.map(renderNested)}`;
}

/** Every visited box is a link to its last visit. */
function pictureOf(events: readonly TraceEvent[], graph: Graph, { visits }: RunPath): Html {
  const size = tooLarge(graph);
  if (size !== null) return html`<p>${sizeText(size)}</p>`;
  const last = new Map(visits.map(({ node, order }) => [node, `#${visitId(MAIN_RUN, order)}`]));
  return new Html(renderSvg(events, graph, (node) => last.get(node)));
}

function factsOf({ start, end, traceId }: RunPath, events: readonly TraceEvent[]) {
  const rows: (readonly [string, Part])[] = [["Trace", code(traceId)]];
  const head = events.at(-1);
  if (start !== null) {
    const { content_hash, snapshot, runtime, actor, payload_digest, dry_run } = start;
    rows.push(
      ["Started", events[0]?.timestamp ?? "–"],
      ["Snapshot root", html`${code(snapshot.root)} (${snapshot.seal})`],
      ["Workflow content", code(content_hash)],
      ["Payload digest", code(payload_digest)],
      ["Runtime", `${runtime.name} ${runtime.version}`],
      ...(dry_run === true ? [["Dry run", "nothing was written, and nothing was sent"] as const] : []),
      ["Actor", actor === undefined ? "–" : code(actor)],
    );
  }
  if (end !== null) {
    rows.push(["Duration", `${milliseconds(end.duration_us)} ms`]);
    rows.push(["Events, side effects", `${end.events}, ${end.effects}`]);
  }
  if (head !== undefined) rows.push(["Chain head", code(head.hash)]);
  return rows;
}
