/** One step of a contract: its inputs, its result and its changes. */

import type { Json } from "../../json/value.ts";
import type { Change, RecordedRequest } from "../../ports.ts";
import {
  type EvaluationEnd,
  type EventOf,
  eventsOf,
  type Payloads,
  type TraceEvent,
} from "../../trace/event.ts";
import { type EndingStatus, isSuccess, milliseconds } from "../../trace/run-path.ts";
import type { RunRecord, StepRecord } from "../../trace/runs.ts";
import { renderProblems } from "./problems.ts";
import { code, type Html, html, NOTHING } from "./text.ts";
import { named } from "./value.ts";

type RenderRun = (run: RunRecord) => Html;

export function renderStep({ step, events, calls }: StepRecord, renderNested: RenderRun): Html {
  const parts = [
    ...eventsOf(events, "transform_end").map(({ payload }) => renderTransform(payload)),
    ...renderEffects(events, calls, renderNested),
    ...eventsOf(events, "step_end").map(({ payload }) => renderEnd(payload)),
    ...renderProblems(events),
  ];
  return html`
<li class="step"><p class="name">${code(step)}</p>${parts}</li>`;
}

function renderTransform({
  ct_code,
  outcome,
  inputs,
  outputs,
  reason,
  observed,
}: Payloads["transform_end"]): Html {
  return html`
<p>transform ${code(ct_code)} ${outcomeChip(outcome)}</p>
${sideBySide(named("Inputs", inputs), named("Outputs", outputs), named("Reason", reason))}${renderObserved(observed)}`;
}

/** Several effects are attempts of one; an end alone means that lines are missing. */
function renderEffects(
  events: readonly TraceEvent[],
  calls: readonly RunRecord[],
  renderNested: RenderRun,
): readonly Html[] {
  const starts = eventsOf(events, "side_effect_start");
  const ends = eventsOf(events, "side_effect_end");
  const count = Math.max(starts.length, ends.length);
  return Array.from({ length: count }, (_, i) =>
    renderEffect(starts[i], ends[i], i === 0 ? calls : [], renderNested),
  );
}

function renderEffect(
  start: EventOf<"side_effect_start"> | undefined,
  end: EventOf<"side_effect_end"> | undefined,
  calls: readonly RunRecord[],
  renderNested: RenderRun,
): Html {
  const began = start === undefined ? NOTHING : renderBegun(start.payload);
  const took = start && end ? `${milliseconds(end.elapsed_us - start.elapsed_us)} ms` : "";
  const { inputs, effect_key } = start?.payload ?? {};
  const { outcome, result, reason, change, requests, observed, settled, actor } = end?.payload ?? {};
  const came = outcome === undefined ? endUnknown(start, calls) : outcomeChip(outcome);
  return html`
<p>side effect ${began} ${came}${renderSettled(settled, actor)} <span class="quiet">${took}</span></p>
${sideBySide(named("Inputs", inputs), named("Result", result), named("Reason", reason))}
${calls.map(renderNested)}${renderChange(change)}${requests === undefined ? NOTHING : named("Requests", toJson(requests))}${renderObserved(observed)}
${effect_key === undefined ? NOTHING : html`<p class="quiet">effect key ${code(effect_key)}</p>`}`;
}

/** Absent members are no JSON. */
function toJson(requests: readonly RecordedRequest[]): Json {
  return requests.map((request) => ({ ...request }));
}

function renderBegun({ cs_code, op, store, attempt }: Payloads["side_effect_start"]): Html {
  const on = store === null ? NOTHING : html` on ${code(store)}`;
  const tried = attempt === undefined ? NOTHING : html`, attempt ${String(attempt)}`;
  return html`${code(cs_code)} <strong>${op}</strong>${on}${tried}`;
}

/** How the end became known where nobody saw it. */
function renderSettled(settled: "shown" | "assumed" | undefined, actor: string | undefined): Html {
  if (settled === undefined) return NOTHING;
  if (settled === "shown") return html` after an interruption, shown by the store`;
  return actor === undefined
    ? html` after an interruption, assumed`
    : html` after an interruption, assumed by ${code(actor)}`;
}

/** Only of a step that may wait is it recorded when it began. */
function endUnknown(start: EventOf<"side_effect_start"> | undefined, calls: readonly RunRecord[]): Html {
  if (calls.some(({ waits }) => waits.length > 0)) return chip("waiting", "a nested run waits");
  if (start?.payload.observed !== undefined) return chip("waiting", "no end recorded: it waited");
  return calls.length === 0
    ? chip("unfinished", "no end recorded: it may be incomplete")
    : chip("unfinished", "no end recorded: a nested run was interrupted");
}

function renderChange(change: Change | undefined): Html {
  if (change === undefined) return NOTHING;
  const side = (name: string, state: Change["before"]) =>
    state === null
      ? html`<figure><figcaption>${name}</figcaption><p class="quiet">nothing</p></figure>`
      : named(name, state);
  return sideBySide(side("Before", change.before), side("After", change.after));
}

/** Next to each other where there is room. */
function sideBySide(...figures: readonly Html[]): Html {
  return html`<div class="beside">${figures}</div>`;
}

function renderObserved(observed: readonly object[] | undefined): Html {
  return observed === undefined || observed.length === 0
    ? NOTHING
    : named("Read from clock and entropy", observed as unknown as Json);
}

function renderEnd({ outcome, continuation, published }: Payloads["step_end"]): Html {
  return html`
<p>step outcome ${outcomeChip(outcome)}, then ${code(continuation)}</p>
${Object.keys(published).length === 0 ? NOTHING : named("Published", published)}`;
}

/** What decided the outcome of a contract, with the values that it compared. */
export function renderEvaluation({ evaluation, condition, left, right, outcome }: EvaluationEnd): Html {
  return html`
<p>evaluation ${code(evaluation)}: ${code(condition)} ${outcomeChip(outcome)}</p>
${sideBySide(named("Left", left), named("Right", right))}`;
}

export function outcomeChip(outcome: string): Html {
  return chip(isSuccess(outcome) ? "ok" : "alternate", outcome);
}

export function chip(manner: EndingStatus, text: string): Html {
  return html`<span class="chip ${manner}">${text}</span>`;
}
