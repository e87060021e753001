/** What a run waits for, and how it went on after it had waited or was interrupted. */

import { joined } from "../../errors/joined.ts";
import type { Json } from "../../json/value.ts";
import { MAIN_RUN, type TraceEvent, type WaitEntry } from "../../trace/event.ts";
import { type Session, sessionsOf } from "../../trace/sessions.ts";
import type { Paragraph } from "./paragraph.ts";
import { momentText, valueText } from "./words.ts";

/** The sessions of the run but for its last suspension, which its ending tells. */
export function sessionsParagraph(events: readonly TraceEvent[]): readonly Paragraph[] {
  const sessions = sessionsOf(events);
  const items = sessions.flatMap((session, i) => [
    ...beginText(session),
    ...(session.end === "WAITS" && i < sessions.length - 1 ? [suspensionText(session)] : []),
  ]);
  if (items.length === 0) return [];
  const sentences = ["The run was not made in one go:"];
  return [{ about: "sessions", run: MAIN_RUN, node: null, sentences, items }];
}

function beginText({ cause, from, actor, delivered, reason }: Session): readonly string[] {
  const moment = `On ${momentText(from.at)}`;
  switch (cause) {
    case "BEGUN":
      return [];
    case "CANCELLED":
      return [
        `${moment} it was cancelled${actorText(actor)}${reason === null || reason === undefined ? "" : `: ${valueText(reason)}`}.`,
      ];
    default:
      return [`${moment} it went on${actorText(actor)}: ${causeText(cause, delivered)}.`];
  }
}

function suspensionText({ until, waits }: Session): string {
  return `On ${momentText(until.at)} it was suspended. It waited ${joined(waits.map(waitText))}.`;
}

const actorText = (actor: string | null) => (actor === null ? "" : ` (by ${actor}, as the caller said)`);

function causeText(cause: Session["cause"], delivered: Session["delivered"]): string {
  if (cause === "INTERRUPTED") return "it had been interrupted";
  if (cause === "TIME" || delivered === null) return "a moment had come for which it waited";
  const { key, answer } = delivered;
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
