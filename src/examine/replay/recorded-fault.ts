/** A refusal that stands on record where the walk asks for something else. */

import { EngineFault, type RunCode, wordingOf } from "../../engine/errors.ts";
import { REFUSERS } from "../../engine/event-limits.ts";
import type { RunFault } from "../../errors/base.ts";
import type { EventOf, EventType } from "../../trace/event.ts";

/**
 * The fault to be thrown again: its code and facts are the world's, who refused follows from what was asked for.
 * Undefined for an error that no run can leave there.
 */
export function recordedFault(
  { error_code, facts }: EventOf<"error">["payload"],
  instead: EventType,
): RunFault | undefined {
  const refuser = REFUSERS[instead];
  if (refuser === undefined || wordingOf(error_code, facts) === undefined) return undefined;
  return new EngineFault(...refuser, error_code as RunCode, facts as never);
}
