/** What a run waits for, its sessions, and what was settled between them, as text. */

import { counted } from "../../../errors/counted.ts";
import {
  areWorthTelling,
  CAUSE_WORDS,
  type Delivered,
  END_WORDS,
  type Session,
  waitsText as waitsWords,
} from "../../../trace/sessions.ts";
import type { Summary } from "../../../trace/summary.ts";
import { gathered, plain, rowsByRun, table } from "../../print.ts";
import { waitRows } from "../../run-view.ts";

/** What makes the verdict less than that of a run that ended by itself. */
export function asideText({ waits, settled }: Summary): string {
  const assumed = settled.filter((one) => one.settled === "assumed").length;
  return [
    ...(waits.length === 0 ? [] : [`  ${waitsWords(waits)}`]),
    ...(assumed === 0 ? [] : [`  ${counted(assumed, "effect")} assumed to have taken place`]),
  ].join("");
}

export function waitsText({ waits }: Summary): string {
  return waits.length === 0 ? "" : `\nwaits for\n${table(gathered(waitRows(waits)))}`;
}

/** How the work was divided between processes; nothing of a run that one process brought to its end. */
export function sessionsText(sessions: readonly Session[]): string {
  if (!areWorthTelling(sessions)) return "";
  const rows = sessions.map(({ from, until, cause, delivered, reason, actor, runtime, end }) => [
    `lines ${from.line}-${until.line}`,
    from.at,
    plain(
      `${CAUSE_WORDS[cause]}${delivered === null ? "" : `: ${deliveredText(delivered)}`}${reasonText(reason)}`,
    ),
    plain(actor ?? "-"),
    plain(`${runtime.name} ${runtime.version}`),
    END_WORDS[end],
  ]);
  return `\nsessions\n${table(gathered(rows))}`;
}

function deliveredText({ key, answer }: Delivered): string {
  const name = typeof key === "string" ? key : JSON.stringify(key);
  return answer === undefined ? name : `${name} ${JSON.stringify(answer)}`;
}

const reasonText = (reason: Session["reason"]) =>
  reason === null || reason === undefined
    ? ""
    : `: ${typeof reason === "string" ? reason : JSON.stringify(reason)}`;

/** Effects of which nobody saw the end. */
export function settledText({ settled }: Summary): string {
  if (settled.length === 0) return "";
  const rows = rowsByRun(settled, ({ node, step, op, store, outcome, settled: how, actor }) => [
    op ?? "-",
    store ?? "-",
    outcome,
    `${node}.${step}`,
    how === "shown" ? "shown by the store" : `assumed${actor === null ? "" : ` by ${actor}`}`,
  ]);
  return `\nsettled after an interruption\n${table(gathered(rows))}`;
}
