/** What to do about a run that did not end well: one sentence for each place that stands in its way. */

import { counted } from "../errors/counted.ts";
import { classify } from "../examine/classify.ts";
import { LOCATED, type Place, places } from "../examine/locate/locate.ts";
import { eventWriters } from "../plan/event-writers.ts";
import type { Plan } from "../plan/plan.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Summary } from "../trace/summary.ts";
import { type FindPlace, openPlaces, placedHint } from "./authored-places.ts";
import type { Context } from "./context.ts";

/** None for a run that ended well, and for one that ended as the protocol declares and nothing can be mended. */
export async function runHints(
  summary: Summary,
  plan: Plan,
  open: () => Promise<Snapshot>,
  context: Context,
): Promise<readonly string[]> {
  const found = classify(summary);
  if (found === null || found.class === null) return [];
  const [snapshot, find] = [await open(), await openPlaces(context)];
  const located = places(found, summary, plan, (event) => eventWriters(event, snapshot));
  const asked = located.filter(({ asks }) => asks !== "nothing");
  const hints = [...new Set(await Promise.all(asked.map((one) => hintText(one, find, snapshot))))];
  const left = summary.violations.length - LOCATED;
  return left > 0
    ? [
        ...hints,
        `correct these first; ${counted(left, "more violation is", "more violations are")} in the trace`,
      ]
    : hints;
}

async function hintText(place: Place, find: FindPlace, snapshot: Snapshot): Promise<string> {
  return place.asks === "edit" ? placedHint(place, find, snapshot) : place.hint;
}
