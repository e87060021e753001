/** A run on the page: its visited nodes, each of which can be opened. */

import { eventsOf, MAIN_RUN, type TraceEvent } from "../../trace/event.ts";
import {
  type EndingStatus,
  endingStatusOf,
  endingStatusOfPath,
  isPrevented,
  milliseconds,
  type RunPath,
  runPathOf,
  statusOf,
  type Visit,
  wordOf,
} from "../../trace/run-path.ts";
import type { RunRecord } from "../../trace/runs.ts";
import { waitsText } from "../../trace/sessions.ts";
import { renderAdmission, renderProblems } from "./problems.ts";
import { chip, outcomeChip, renderEvaluation, renderStep } from "./step.ts";
import { code, facts, type Html, html, NOTHING, type Part } from "./text.ts";
import { named } from "./value.ts";

/** The fragment of what a visit shows; a run's name is digits and points. */
export function visitId(run: string, order: number): string {
  return `visit-${run}-${order}`;
}

export function renderPath(runPath: RunPath): Html {
  const { visits } = runPath;
  if (visits.length === 0) return html`<p>No node was entered.</p>`;
  return html`<ol class="path">${visits.map((visit) => renderVisit(visit, runPath))}</ol>`;
}

function renderVisit(visit: Visit, runPath: RunPath): Html {
  const { start, events, steps } = visit;
  const manner = endingStatusOf(visit, runPath);
  const name = runPath.run === MAIN_RUN ? html`<h3>${visit.node}</h3>` : html`<strong>${visit.node}</strong>`;
  const end = eventsOf(events, "node_end")[0];
  return html`
<li class="${manner}"><details${openUnless(manner === "ok" || visit.type === "EXIT")}>
<summary><span class="badge">${visit.order}</span> ${name} ${reportOf(visit, runPath, manner)}</summary>
<div class="inside" id="${visitId(runPath.run, visit.order)}">
${facts(factsOf(visit))}${named("Inputs", start.payload.inputs)}${renderProblems(events)}
${steps.length === 0 ? NOTHING : html`<p class="label">Steps</p><ol class="steps">${steps.map((step) => renderStep(step, renderNested))}</ol>`}
${eventsOf(events, "evaluation_end").map(({ payload }) => renderEvaluation(payload))}${renderAnnounced(events)}${named("Outputs", end?.payload.outputs)}
</div></details></li>`;
}

function openUnless(isFine: boolean): Html {
  return isFine ? NOTHING : html` open`;
}

function reportOf(visit: Visit, runPath: RunPath, manner: EndingStatus): Html {
  const { refusal, outcome, next, durationUs } = visit;
  const word = chip(manner, wordOf(visit, runPath));
  if (refusal !== null || outcome === null) return word;
  const way = next === null ? html`no route` : html`→ ${next}`;
  const time = durationUs === null ? "" : ` · ${milliseconds(durationUs)} ms`;
  return html`${word} <span class="quiet">${way}${time}</span>`;
}

const KINDS = { IN: "intent", CC: "contract", EXIT: "exit" } as const;

function factsOf({ start: { payload, elapsed_us } }: Visit): readonly (readonly [string, Part])[] {
  const { node_type, capability_code, reason } = payload;
  const named = capability_code ?? reason;
  return [
    [KINDS[node_type], named === undefined ? "–" : code(named)],
    ["entered after", `${milliseconds(elapsed_us)} ms`],
  ];
}

function renderAnnounced(events: readonly TraceEvent[]): readonly Html[] {
  return eventsOf(events, "event_announced").map(({ payload }) => {
    return html`<p>Announced ${code(payload.event_code)}</p>${named("Payload", payload.payload)}`;
  });
}

/** A run with all its inputs, as a group that can be opened. */
export function renderNested(run: RunRecord): Html {
  const runPath = runPathOf(run);
  const manner = endingStatusOfPath(runPath);
  const workflow = runPath.start?.workflow_code ?? "unknown workflow";
  return html`
<details class="nested ${manner}"${openUnless(manner === "ok")}><summary><strong>nested run ${runPath.run}</strong> ${code(workflow)} ${endingChips(runPath)}</summary>
<div class="inside">${renderGiven(runPath)}${renderPath(runPath)}</div></details>`;
}

/** Payload, admission, and what went wrong before the first node or after the last. */
export function renderGiven({ events, start }: RunPath): Html {
  const admission = eventsOf(events, "admission").map(({ payload }) => renderAdmission(payload));
  return html`${renderProblems(events)}${named("Payload", start?.payload)}${admission}`;
}

export function endingChips(runPath: RunPath): Html {
  const { end, refusal, waits } = runPath;
  const manner = endingStatusOfPath(runPath);
  if (isPrevented(runPath)) return html`${chip(manner, "REFUSED")} before it began`;
  if (end === null) {
    const how = waits.length > 0 ? waitsText(waits) : "the trace stops before the run has ended";
    return html`${chip(manner, statusOf(runPath))} ${how}`;
  }
  const how = refusal === null ? NOTHING : html` · refused with ${code(refusal)}`;
  const outcome = end.outcome === null ? html`no outcome` : html`outcome ${outcomeChip(end.outcome)}`;
  return html`${chip(manner, end.status)} ${outcome} · exit ${code(end.exit_reason_code)}${how}`;
}
