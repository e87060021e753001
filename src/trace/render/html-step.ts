/** One step of a contract: what it was given, what came of it, what it changed. */

import type { Json } from "../../json.ts";
import type { Change } from "../../ports.ts";
import type { Payloads, TraceEvent } from "../event.ts";
import { isWell, type Manner, milliseconds } from "./course.ts";
import { code, type Html, html, NOTHING } from "./html-text.ts";
import { renderTroubles } from "./html-troubles.ts";
import { named } from "./html-value.ts";
import { eventsOf, type RunStory, type StepStory } from "./story.ts";

type RenderRun = (run: RunStory) => Html;

export function renderStep({ name, events, nested }: StepStory, renderNested: RenderRun): Html {
  const parts = [
    ...eventsOf(events, "transform_end").map(({ payload }) => renderTransform(payload)),
    ...renderEffects(events, nested.map(renderNested)),
    ...renderTroubles(events),
    ...eventsOf(events, "step_end").map(({ payload }) => renderEnd(payload)),
  ];
  return html`
<li class="step"><p class="name">${code(name)}</p>${parts}</li>`;
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
${named("Inputs", inputs)}${named("Outputs", outputs)}${named("Reason", reason)}${renderObserved(observed)}`;
}

/** Within one run an effect ends before the next begins. */
function renderEffects(events: readonly TraceEvent[], nested: readonly Html[]): readonly Html[] {
  const starts = eventsOf(events, "side_effect_start");
  const ends = eventsOf(events, "side_effect_end");
  const pairs = Math.max(starts.length, ends.length);
  return Array.from({ length: pairs }, (_, i) => {
    const [start, end] = [starts[i], ends[i]];
    const began = start === undefined ? NOTHING : renderBegun(start.payload);
    const time = start && end ? tookText(end.elapsed_us - start.elapsed_us) : "";
    const chip = end === undefined ? endUnknown(nested.length) : outcomeChip(end.payload.outcome);
    return html`
<p>side effect ${began} ${chip} <span class="quiet">${time}</span></p>
${named("Inputs", start?.payload.inputs)}${i === 0 ? nested : NOTHING}${end === undefined ? NOTHING : renderEnded(end.payload)}
${start === undefined ? NOTHING : html`<p class="quiet">effect key ${code(start.payload.effect_key)}</p>`}`;
  });
}

function renderBegun({ cs_code, op, store }: Payloads["side_effect_start"]): Html {
  const on = store === null ? NOTHING : html` on ${code(store)}`;
  return html`${code(cs_code)} <strong>${op}</strong>${on}`;
}

function endUnknown(nestedRuns: number): Html {
  const half =
    nestedRuns === 0
      ? "no end recorded: it may be half done"
      : "no end recorded: a run nested in it was cut off";
  return chip("unfinished", half);
}

function renderEnded({ result, reason, change, observed }: Payloads["side_effect_end"]): Html {
  return html`${named("Result", result)}${named("Reason", reason)}${renderChange(change)}${renderObserved(observed)}`;
}

function renderChange(change: Change | undefined): Html {
  if (change === undefined) return NOTHING;
  const side = (name: string, state: Change["before"]) =>
    state === null ? html`<p>${name}: nothing</p>` : named(name, state);
  return html`<div class="change">${side("Before", change.before)}${side("After", change.after)}</div>`;
}

function renderObserved(observed: readonly object[] | undefined): Html {
  return observed === undefined || observed.length === 0
    ? NOTHING
    : named("Drawn from clock and entropy", observed as unknown as Json);
}

function renderEnd({ outcome, continuation, published }: Payloads["step_end"]): Html {
  return html`
<p>${outcomeChip(outcome)} then ${code(continuation)}</p>
${Object.keys(published).length === 0 ? NOTHING : named("Published", published)}`;
}

function tookText(us: number): string {
  return `${milliseconds(us)} ms`;
}

export function outcomeChip(outcome: string): Html {
  return chip(isWell(outcome) ? "well" : "otherwise", outcome);
}

export function chip(manner: Manner, text: string): Html {
  return html`<span class="chip ${manner}">${text}</span>`;
}
