/** What a run waits for and its sessions, as tables of its page. */

import type { Json } from "../json/value.ts";
import type { WaitEntry } from "../trace/event.ts";
import { areWorthTelling, CAUSE_WORDS, END_WORDS, type Session } from "../trace/sessions.ts";
import { ABSENT, code, optional, table, value } from "./markdown-text.ts";

/** What the run waits for. */
export function renderWaits(waits: readonly WaitEntry[]): string {
  const rows = waits.map(({ run, node, step, kind, key, due, prompt, choices }) => [
    code(run),
    code(node),
    code(step),
    kind === "EVENT" ? "an event" : "a moment",
    valueOrAbsent(key),
    optional(due),
    valueOrAbsent(prompt),
    choices === undefined ? ABSENT : value(choices as Json),
  ]);
  if (rows.length === 0) return "";
  return table(["Run", "Node", "Step", "For", "Key", "Until", "Prompt", "Choices"], rows);
}

/** A text as it is; what is suppressed, as JSON. */
function valueOrAbsent(told: WaitEntry["key"]): string {
  return typeof told === "string" || told === undefined ? optional(told) : value(told);
}

/** How the work was divided between processes; nothing of a run that one process brought to its end. */
export function renderSessions(sessions: readonly Session[]): string {
  if (!areWorthTelling(sessions)) return "";
  const rows = sessions.map(({ from, until, cause, delivered, reason, actor, runtime, end }, i) => [
    `${i + 1}`,
    momentText(from),
    momentText(until),
    CAUSE_WORDS[cause] + (reason === null ? "" : `: ${value(reason as Json)}`),
    delivered === null ? ABSENT : valueOrAbsent(delivered.key),
    delivered?.answer === undefined ? ABSENT : value(delivered.answer),
    optional(actor),
    `${code(runtime.name)} ${code(runtime.version)}`,
    END_WORDS[end],
  ]);
  return table(["#", "From", "Until", "Why", "Event", "Answer", "By", "Runtime", "End"], rows);
}

function momentText({ line, at }: Session["from"]): string {
  return `${code(at)} (no. ${line})`;
}
