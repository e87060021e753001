/** Problems of a run: violations, refusals, and the rules of an admission. */

import { wordingOf } from "../../engine/errors.ts";
import { eventsOf, type Payloads, type TraceEvent } from "../../trace/event.ts";
import { code, facts, type Html, html, NOTHING, type Part } from "./text.ts";
import { named } from "./value.ts";

export function renderProblems(events: readonly TraceEvent[]): readonly Html[] {
  return [
    ...eventsOf(events, "violation").map(({ payload }) => renderViolation(payload)),
    ...eventsOf(events, "error").map(({ payload }) => renderRefusal(payload)),
  ];
}

function renderViolation(violation: Payloads["violation"]): Html {
  const { violation_code, field, constraint, expected, actual, event } = violation;
  const terms = Object.entries({ field, constraint, event }).flatMap(([term, text]): [string, Part][] => {
    return text === undefined ? [] : [[term, code(text)]];
  });
  return html`
<div class="note otherwise"><p>Violation <strong>${violation_code}</strong></p>${facts(terms)}
${named("Expected", expected)}${named("Actual", actual)}</div>`;
}

/** Its wording and hint, if this build has them. */
export function renderRefusal({ error_code, node_category, stage, facts: given }: Payloads["error"]): Html {
  const wording = wordingOf(error_code, given);
  const where = wording?.where === undefined ? NOTHING : html` (${wording.where})`;
  const what = wording === undefined ? NOTHING : html`<p>${wording.what}${where}</p>`;
  const hint = wording?.hint === undefined ? NOTHING : html`<p><strong>Hint:</strong> ${wording.hint}</p>`;
  return html`
<div class="note refused"><p>Refused: <strong>${error_code}</strong> <span class="quiet">${node_category}, stage ${stage}</span></p>
${what}${hint}${named("Facts", given)}</div>`;
}

export function renderAdmission({ requires, forbids, result }: Payloads["admission"]): Html {
  const rows = [
    ...requires.map((rule) => ["requires", rule] as const),
    ...forbids.map((rule) => ["forbids", rule] as const),
  ].map(([kind, { event, where, matched }]) => {
    return html`<li>${kind} ${code(event)}: ${matched ? "a record matches" : "no record matches"}${named("Where", where)}</li>`;
  });
  const rules = rows.length === 0 ? html`<p>The workflow has no admission rules.</p>` : html`<ul>${rows}</ul>`;
  return html`<p>Admission: <strong>${result}</strong></p>${rules}`;
}
