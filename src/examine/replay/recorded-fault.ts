/** A refusal that stands on record where the walk asks for something else. */

import { type NodeCategory, type RunCode, RunFault, type Stage, wordingOf } from "../../faults.ts";
import type { EventOf, EventType } from "../../trace/event.ts";

/** Who refuses, where the walk asks for an event of this type and none comes. */
const REFUSERS: { readonly [T in EventType]?: readonly [Stage, NodeCategory] } = {
  admission: ["admission", "WF"],
  transform_end: ["transform", "CT"],
  side_effect_end: ["effect", "CS"],
  step_end: ["contract", "CC"],
  node_end: ["contract", "CC"],
};

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
  return new RunFault(...refuser, error_code as RunCode, facts as never);
}
