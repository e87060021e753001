/** The events of a trace, as types: what `schema.ts` says. */

import { isObject, type Json } from "../json.ts";
import type { ObjectOf } from "./kind.ts";
import type { ENVELOPE, EVENTS, EventType } from "./schema.ts";

export { type EventType, MAIN_RUN, OBSERVATIONAL, SCHEMA } from "./schema.ts";

/** By event type. */
export type Payloads = { readonly [T in EventType]: ObjectOf<(typeof EVENTS)[T]["members"]> };

export type AdmissionRule = Payloads["admission"]["requires"][number];

export type Violation = Payloads["violation"];

export type ViolationCode = Violation["violation_code"];

/** What the engine says. The journal adds sequence, clock and chain. */
export type Happening = {
  readonly [T in EventType]: {
    readonly event_type: T;
    readonly run: string;
    readonly node_id?: string;
    readonly payload: Payloads[T];
  };
}[EventType];

/** One line of the trace. */
export type TraceEvent = Happening & Omit<ObjectOf<typeof ENVELOPE>, keyof Happening>;

export type EventOf<T extends EventType> = Extract<TraceEvent, { readonly event_type: T }>;

/** Those of one type, in order. */
export function eventsOf<T extends EventType>(events: readonly TraceEvent[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.event_type === type);
}

/** Whether this is what stands in an event in place of a secret. */
export function isSuppressed(value: Json | undefined): value is { readonly $suppressed: string } {
  return isObject(value) && typeof value["$suppressed"] === "string" && Object.keys(value).length === 1;
}

/** Whether a suppressed value stands at any depth. */
export function holdsSuppressed(value: Json): boolean {
  if (isSuppressed(value)) return true;
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).some((item) => holdsSuppressed(item as Json))
  );
}
