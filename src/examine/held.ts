/** A trace held to a plan: did the protocol allow it, and does it replay, both in one pass. */

import type { Plan } from "../plan/plan.ts";
import type { TraceEvent } from "../trace/event.ts";
import { AllowedCheck } from "./allowed.ts";
import type { TraceFinding } from "./finding.ts";
import { type Replayed, replay } from "./replay/replay.ts";

export interface Held {
  readonly allowed: readonly TraceFinding[];
  /** Null where there is none. */
  readonly plan: Plan | null;
  /** Null where it was not replayed up to its end: something had been found. */
  readonly replayed: Replayed | null;
}

/**
 * Asks for all events, and replays them as long as they are allowed and `goesOn`. So what the replay says counts only
 * where nothing was found.
 */
export async function holdTo(
  plan: Plan,
  events: Iterator<TraceEvent>,
  goesOn: () => boolean = () => true,
): Promise<Held> {
  const check = new AllowedCheck(plan);
  let checked: Promise<void> | undefined;
  let isGivenUp = false;
  const allowed = (function* () {
    for (let next = events.next(); next.done !== true; next = events.next()) {
      checked = check.take(next.value);
      isGivenUp = check.found.length > 0 || !goesOn();
      if (isGivenUp) return;
      yield next.value;
    }
  })();
  const replayed = await replay(plan, allowed);
  await checked;
  for (let next = events.next(); next.done !== true; next = events.next()) {
    checked = check.take(next.value);
    if (checked !== undefined) await checked;
  }
  return { allowed: check.found, plan, replayed: isGivenUp ? null : replayed };
}
