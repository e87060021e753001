/** A run on the page: the nodes it came through, each to be opened. */

import { type EventOf, eventsOf, MAIN_RUN, type TraceEvent } from "../event.ts";
import { type Course, type Manner, mannerOf, mannerOfCourse, milliseconds, type Visit } from "./course.ts";
import { chip, outcomeChip, renderStep } from "./html-step.ts";
import { code, facts, type Html, html, NOTHING, type Part } from "./html-text.ts";
import { renderAdmission, renderTroubles } from "./html-troubles.ts";
import { named } from "./html-value.ts";
import type { RunStory, VisitStory } from "./story.ts";

/** The fragment of what a visit shows; a run's name is digits and points. */
export function visitId(run: string, order: number): string {
  return `visit-${run}-${order}`;
}

export function renderPath({ course, visits }: RunStory): Html {
  if (visits.length === 0) return html`<p>No node was entered.</p>`;
  return html`<ol class="path">${visits.map((visit) => renderVisit(visit, course))}</ol>`;
}

function renderVisit({ visit, events, steps }: VisitStory, course: Course): Html {
  const manner = mannerOf(visit, course);
  const name = course.run === MAIN_RUN ? html`<h3>${visit.node}</h3>` : html`<strong>${visit.node}</strong>`;
  const start = eventsOf(events, "node_start")[0];
  const end = eventsOf(events, "node_end")[0];
  return html`
<li class="${manner}"><details${openUnless(manner === "well" || visit.type === "EXIT")}>
<summary><span class="badge">${visit.order}</span> ${name} ${reportOf(visit, course, manner)}</summary>
<div class="inside" id="${visitId(course.run, visit.order)}">
${facts(factsOf(visit, start))}${named("Inputs", start?.payload.inputs)}${renderTroubles(events)}
${steps.length === 0 ? NOTHING : html`<p class="label">Steps</p><ol class="steps">${steps.map((step) => renderStep(step, renderNested))}</ol>`}
${renderAnnounced(events)}${named("Outputs", end?.payload.outputs)}
</div></details></li>`;
}

function openUnless(isFine: boolean): Html {
  return isFine ? NOTHING : html` open`;
}

function reportOf({ outcome, refusal, type, next, durationUs }: Visit, { end }: Course, manner: Manner): Html {
  if (refusal !== null) return chip(manner, `refused: ${refusal}`);
  if (type === "EXIT") return chip(manner, end?.exit_reason_code ?? "no end recorded");
  if (outcome === null) return chip(manner, "no end recorded");
  const way = next === null ? html`no route` : html`→ ${next}`;
  const time = durationUs === null ? "" : ` · ${milliseconds(durationUs)} ms`;
  return html`${chip(manner, outcome)} <span class="quiet">${way}${time}</span>`;
}

const KINDS = { IN: "intent", CC: "contract", EXIT: "exit" } as const;

function factsOf({ type }: Visit, start: EventOf<"node_start"> | undefined) {
  const { capability_code, reason } = start?.payload ?? {};
  const named = capability_code ?? reason;
  const rows: (readonly [string, Part])[] = [[KINDS[type], named === undefined ? "–" : code(named)]];
  if (start !== undefined) rows.push(["entered after", `${milliseconds(start.elapsed_us)} ms`]);
  return rows;
}

function renderAnnounced(events: readonly TraceEvent[]): readonly Html[] {
  return eventsOf(events, "event_announced").map(({ payload }) => {
    return html`<p>Announced ${code(payload.event_code)}</p>${named("Payload", payload.payload)}`;
  });
}

/** A run with everything it was given, as a group to be opened. */
export function renderNested(story: RunStory): Html {
  const { course } = story;
  const manner = mannerOfCourse(course);
  const workflow = course.start?.workflow_code ?? "unknown workflow";
  return html`
<details class="nested ${manner}"${openUnless(manner === "well")}><summary><strong>nested run ${course.run}</strong> ${code(workflow)} ${endingChips(course)}</summary>
<div class="inside">${renderGiven(story)}${renderPath(story)}</div></details>`;
}

/** Payload, admission, and what went wrong before the first node or after the last. */
export function renderGiven({ course, outside }: RunStory): Html {
  const admission = eventsOf(outside, "admission").map(({ payload }) => renderAdmission(payload));
  return html`${renderTroubles(outside)}${named("Payload", course.start?.payload)}${admission}`;
}

export function endingChips(course: Course): Html {
  const { end, refusal } = course;
  const manner = mannerOfCourse(course);
  if (end === null) return html`${chip(manner, "UNFINISHED")} the trace stops before the run has ended`;
  const how = refusal === null ? NOTHING : html` · refused with ${code(refusal)}`;
  const outcome = end.outcome === null ? html`no outcome` : html`outcome ${outcomeChip(end.outcome)}`;
  return html`${chip(manner, end.status)} ${outcome} · exit ${code(end.exit_reason_code)}${how}`;
}
