/** How a run ended, and what it had done by then. */

import { wordingOf } from "../../engine/errors.ts";
import { counted } from "../../errors/counted.ts";
import { joined } from "../../errors/joined.ts";
import { eventsOf, MAIN_RUN, type Payloads, type TraceEvent } from "../../trace/event.ts";
import { isPrevented, type RunPath } from "../../trace/run-path.ts";
import { eventsIn } from "../../trace/runs.ts";
import { waitsWithin } from "../../trace/sessions.ts";
import type { Paragraph, TraceFacts } from "./paragraph.ts";
import { waitText } from "./sessions.ts";
import { membersText } from "./words.ts";

export function endingParagraph(path: RunPath, { waits, isDryRun }: TraceFacts): Paragraph {
  const { run, end } = path;
  const effects = isPrevented(path) ? [] : effectsSentences(path, isDryRun);
  const told = { about: "ending", run, node: null } as const;
  if (end !== null || waits.length === 0) return { ...told, sentences: [endText(path), ...effects], items: [] };
  const own = waitsWithin(run, waits);
  const lead = own.length === 0 ? [] : ["It waits:"];
  return {
    ...told,
    sentences: [`${nameOf(run)} has not ended.`, ...effects, ...lead],
    items: own.map(waitText),
  };
}

const nameOf = (run: string) => (run === MAIN_RUN ? "The run" : `Run ${run}`);

/** The refusal of a node or of a whole run. */
export function refusalText({ error_code, step, facts }: Payloads["error"]): string {
  const wording = wordingOf(error_code, facts);
  const why = wording?.what ?? membersText(facts);
  const at = step === undefined ? "" : ` in step ${step}`;
  return `The run was refused${at}: ${error_code}${why === "" ? "" : `, ${why}`}.`;
}

function endText(path: RunPath): string {
  const { run, events, end, refusal } = path;
  const name = nameOf(run);
  if (isPrevented(path))
    return eventsOf(events, "error")
      .map(({ payload }) => `${name} did not begin. ${refusalText(payload)}`)
      .join(" ");
  if (end === null) return `${name} was interrupted: its end is not recorded.`;
  const { status, exit_reason_code: reason } = end;
  if (status === "CANCELLED") return `${name} was cancelled. What it had done before was not undone.`;
  if (reason === "ADMISSION_DENIED")
    return `${name} ended with ${reason}: no node was entered, and nothing was done.`;
  if (refusal !== null)
    return `${name} was refused and ended with ${reason}. What it had done before was not undone.`;
  if (status === "SUCCESS") return `${name} ended with ${reason}, which is a success.`;
  return `${name} ended with ${reason}. The protocol declares this ending; it is not a success.`;
}

/** What took place in it, called runs apart. */
function effectsSentences({ visits }: RunPath, isDryRun: boolean): readonly string[] {
  const events = visits.flatMap(eventsIn);
  const begun = eventsOf(events, "side_effect_start").filter(({ payload }) => (payload.attempt ?? 1) === 1);
  const [has, changes] = isDryRun ? ["would have", "would change"] : ["had", "changed"];
  if (begun.length === 0) return [`It ${has} no side effects.`];
  const stores = [...new Set(changedStores(events))];
  const changed =
    stores.length === 0 ? "no change of a store is recorded" : `it ${changes} ${storesText(stores)}`;
  return [`It ${has} ${counted(begun.length, "side effect")}; ${changed}.`];
}

const storesText = (stores: readonly string[]) => `${counted(stores.length, "store")}: ${joined(stores)}`;

/** In the order of the changes. Within one run, each effect ends before the next begins. */
function changedStores(events: readonly TraceEvent[]): readonly string[] {
  let store: string | null = null;
  return events.flatMap((event) => {
    if (event.event_type === "side_effect_start") store = event.payload.store;
    const isChange = event.event_type === "side_effect_end" && event.payload.change !== undefined;
    return isChange && store !== null ? [store] : [];
  });
}
