/** What of an event must be the same in every run of the same thing. */

import { type JsonObject, jsonEqual, own } from "../../json.ts";
import { type Happening, OBSERVATIONAL } from "../../trace/event.ts";

/** The event without its place in the chain, and without what is observational. */
export function determinative({ event_type, run, node_id, payload }: Happening): JsonObject {
  const kept = Object.entries(payload).filter(([key]) => !OBSERVATIONAL.has(key));
  return {
    event_type,
    run,
    ...(node_id === undefined ? {} : { node_id }),
    payload: Object.fromEntries(kept) as JsonObject,
  };
}

/** Whether two events are the same in that. */
export function isSame(a: Happening, b: Happening): boolean {
  if (a.event_type !== b.event_type || a.run !== b.run || a.node_id !== b.node_id) return false;
  const [left, right] = [a.payload as unknown as JsonObject, b.payload as unknown as JsonObject];
  return (
    hasAll(left, right) &&
    Object.keys(right).every((key) => OBSERVATIONAL.has(key) || own(left, key) !== undefined)
  );
}

function hasAll(left: JsonObject, right: JsonObject): boolean {
  for (const key of Object.keys(left)) {
    if (OBSERVATIONAL.has(key)) continue;
    const value = own(right, key);
    if (value === undefined || !jsonEqual(left[key] as JsonObject, value)) return false;
  }
  return true;
}
