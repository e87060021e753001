/** What of an event must be the same in every run of the same thing. */

import { type Json, type JsonObject, jsonEqual } from "../../json/json.ts";
import { type EventBody, OBSERVATIONAL } from "../../trace/event.ts";

/** The event without its place in the chain, and without what is observational. */
export function comparedMembers({ event_type, run, node_id, payload }: EventBody): JsonObject {
  const kept = Object.entries(payload).filter(([key]) => !OBSERVATIONAL.has(key));
  return {
    event_type,
    run,
    ...(node_id === undefined ? {} : { node_id }),
    payload: Object.fromEntries(kept) as JsonObject,
  };
}

/** Whether two events are the same in that. False also for some that are: then `determinative` has to tell. */
export function isSame(a: EventBody, b: EventBody): boolean {
  if (a.event_type !== b.event_type || a.run !== b.run || a.node_id !== b.node_id) return false;
  const [left, right] = [a.payload as unknown as JsonObject, b.payload as unknown as JsonObject];
  let members = 0;
  for (const key in left) {
    if (OBSERVATIONAL.has(key)) continue;
    members++;
    // What a prototype has under that name is no JSON, and equals none.
    const value = right[key];
    if (value === undefined || !jsonEqual(left[key] as Json, value)) return false;
  }
  for (const key in right) if (!OBSERVATIONAL.has(key)) members--;
  return members === 0;
}
