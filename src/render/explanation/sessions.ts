/** What a run waits for, and how it went on after it had waited or was interrupted. */

import { joined } from "../../errors/joined.ts";
import type { Json } from "../../json/value.ts";
import { MAIN_RUN, type TraceEvent, type WaitEntry } from "../../trace/event.ts";
import type { Paragraph } from "./paragraph.ts";
import { momentText, valueText } from "./words.ts";

/** The waits that are open where the trace ends; null where it does not end in waiting. */
export function openWaitsOf(events: readonly TraceEvent[]): readonly WaitEntry[] | null {
  const last = events.at(-1);
  return last?.event_type === "run_suspended" ? last.payload.waits : null;
}

/** The sessions of the run but for its last suspension, which its ending tells. */
export function sessionsParagraph(events: readonly TraceEvent[]): readonly Paragraph[] {
  const items = events.slice(0, -1).flatMap(sessionText);
  if (items.length === 0) return [];
  const sentences = ["The run was not made in one go:"];
  return [{ about: "sessions", run: MAIN_RUN, node: null, sentences, items }];
}

function sessionText({ event_type, payload, timestamp }: TraceEvent): readonly string[] {
  const moment = `On ${momentText(timestamp)}`;
  switch (event_type) {
    case "run_suspended":
      return [`${moment} it was suspended. It waited ${joined(payload.waits.map(waitText))}.`];
    case "run_resumed":
      return [`${moment} it went on${actorText(payload.actor)}: ${causeText(payload)}.`];
    case "run_cancelled": {
      const why = payload.reason === undefined ? "" : `: ${valueText(payload.reason)}`;
      return [`${moment} it was cancelled${actorText(payload.actor)}${why}.`];
    }
    default:
      return [];
  }
}

const actorText = (actor: string | undefined) =>
  actor === undefined ? "" : ` (by ${actor}, as the caller said)`;

function causeText({
  cause,
  key,
  answer,
}: Extract<TraceEvent, { event_type: "run_resumed" }>["payload"]): string {
  if (cause === "INTERRUPTED") return "it had been interrupted";
  if (cause === "TIME") return "a moment had come for which it waited";
  const what = `the event ${valueText((key ?? null) as Json)} was delivered`;
  return answer === undefined ? what : `${what} with the answer ${valueText(answer)}`;
}

/** Follows the word `waits`. */
export function waitText({ kind, key, due, prompt, choices = [] }: WaitEntry): string {
  if (kind === "TIME") return `until ${momentText(due ?? "")}`;
  return [
    `for the event ${valueText((key ?? null) as Json)}`,
    ...(prompt === undefined ? [] : [`which asks ${valueText(prompt as Json)}`]),
    ...(choices.length === 0 ? [] : [`with the choices ${joined(choices.map(valueText), "or")}`]),
    ...(due === undefined ? [] : [`at most until ${momentText(due)}`]),
  ].join(", ");
}
