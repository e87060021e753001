/** What a run waits for and its sessions, on the page. */

import type { Json } from "../../json/value.ts";
import type { WaitEntry } from "../../trace/event.ts";
import { areWorthTelling, CAUSE_WORDS, END_WORDS, type Session } from "../../trace/sessions.ts";
import { chip } from "./step.ts";
import { code, facts, type Html, html, NOTHING, type Part } from "./text.ts";
import { named } from "./value.ts";

type Told = WaitEntry["key"];
type Row = readonly [string, Part];

export function renderWaits(waits: readonly WaitEntry[]): Html {
  if (waits.length === 0) return NOTHING;
  return html`<h2>Waits for</h2>
<ol class="steps">${waits.map(renderWait)}</ol>
`;
}

function renderWait({ run, node, step, kind, key, due, prompt, choices }: WaitEntry): Html {
  const rows: readonly Row[] = [
    ["run, node, step", html`${code(run)} ${code(node)} ${code(step)}`],
    ...told("key", key),
    ...told("until", due),
    ...told("prompt", prompt),
  ];
  return html`
<li class="step"><p>${chip("waiting", kind === "EVENT" ? "an event" : "a moment")}</p>${facts(rows)}${named("Choices", choices as Json | undefined)}</li>`;
}

/** A text as it is; what is suppressed, as JSON. */
function told(name: string, value: Told): readonly Row[] {
  if (value === undefined) return [];
  return [[name, code(typeof value === "string" ? value : JSON.stringify(value))]];
}

/** How the work was divided between processes; nothing of a run that one process brought to its end. */
export function renderSessions(sessions: readonly Session[]): Html {
  if (!areWorthTelling(sessions)) return NOTHING;
  return html`<h2>Sessions</h2>
<ol class="steps">${sessions.map(renderSession)}</ol>
`;
}

function renderSession(
  { from, until, cause, delivered, reason, actor, runtime, end }: Session,
  index: number,
): Html {
  const rows: readonly Row[] = [
    ["from", momentText(from)],
    ["until", momentText(until)],
    ...told("event", delivered?.key),
    ...told("by", actor ?? undefined),
    ...told("reason", (reason ?? undefined) as Told),
    ["runtime", `${runtime.name} ${runtime.version}`],
    ["end", END_WORDS[end]],
  ];
  return html`
<li class="step"><p class="name">${index + 1}. ${CAUSE_WORDS[cause]}</p>${facts(rows)}${named("Answer", delivered?.answer)}</li>`;
}

function momentText({ line, at }: Session["from"]): string {
  return `${at} (line ${line})`;
}
