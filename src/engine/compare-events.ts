/** What of an event must be the same in every run of the same thing, and where two events differ in that. */

import { jsonDifferences } from "../json/diff.ts";
import { isObject, type Json, type JsonObject, jsonEqual } from "../json/value.ts";
import type { EventBody, TraceEvent } from "../trace/event.ts";
import { OBSERVATIONAL, OBSERVATIONAL_INSIDE } from "../trace/observational.ts";

/** Where a replay differs from its record, by the line of the trace. */
export interface Divergence {
  readonly code: "DIVERGED" | "REPLAY_LONGER" | "REPLAY_SHORTER";
  readonly line: number;
  readonly facts: JsonObject;
}

/** Null where the two are equal in all that is compared. */
export function compareEvents(recorded: TraceEvent, replayed: EventBody): Divergence | null {
  if (isEqual(recorded, replayed)) return null;
  const [a, b] = [comparedMembers(recorded), comparedMembers(replayed)];
  const differences = jsonDifferences(a, b, [], () => undefined).map(
    (one): JsonObject => ({
      pointer: one.at,
      ...(one.a === undefined ? {} : { recorded: one.a }),
      ...(one.b === undefined ? {} : { replayed: one.b }),
    }),
  );
  const [first, ...also] = differences;
  if (first === undefined) return null;
  const facts = { ...first, ...(also.length === 0 ? {} : { also }) };
  return { code: "DIVERGED", line: recorded.sequence, facts };
}

/** The event without its place in the chain, and without what is observational. */
export function comparedMembers({ event_type, run, node_id, payload }: EventBody): JsonObject {
  const kept = Object.entries(payload as unknown as JsonObject)
    .filter(([key]) => !OBSERVATIONAL.has(key))
    .map(([key, value]) => [key, withoutObservational(key, value)]);
  return {
    event_type,
    run,
    ...(node_id === undefined ? {} : { node_id }),
    payload: Object.fromEntries(kept) as JsonObject,
  };
}

/** The value of a member, without the members of its own that are observational. */
export function withoutObservational(member: string, value: Json): Json {
  const inside = OBSERVATIONAL_INSIDE.get(member);
  if (inside === undefined || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => !inside.has(name)));
}

/** The quick answer for most events. False also for some that are equal: then their differences are none. */
function isEqual(recorded: EventBody, replayed: EventBody): boolean {
  if (!isSamePosition(recorded, replayed)) return false;
  const left = recorded.payload as unknown as JsonObject;
  const right = replayed.payload as unknown as JsonObject;
  let count = 0;
  for (const name in left) {
    const value = left[name];
    count++;
    if (value === right[name]) continue;
    if (!Object.hasOwn(right, name)) return false;
    if (!jsonEqual(value, right[name]) && !OBSERVATIONAL.has(name)) return false;
  }
  // Each has all members that the other one has.
  for (const _ in right) count--;
  return count === 0;
}

/** Whether both are of one type, in one run, at one node. */
export function isSamePosition(a: EventBody, b: EventBody): boolean {
  return a.event_type === b.event_type && a.run === b.run && a.node_id === b.node_id;
}
