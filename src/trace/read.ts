/** Checks whether a parsed trace line is an event of the format (SPEC 6.1). */

import type { JsonObject } from "../json/value.ts";
import type { TraceEvent } from "./event.ts";
import { badMemberOf } from "./field-check.ts";
import { ENVELOPE, EVENTS, isEventType } from "./schema.ts";

/** The JSON Pointer of the first member that violates the format, or undefined. */
export function badMember(event: JsonObject): string | undefined {
  const around = badMemberOf(ENVELOPE, event);
  if (around !== undefined) return `/${around}`;
  const type = event["event_type"] as string;
  if (!isEventType(type)) return "/event_type";
  const member = badMemberOf(EVENTS[type].members, event["payload"] as JsonObject);
  if (member !== undefined) return `/payload/${member}`;
  return EVENTS[type].isAtNode && !Object.hasOwn(event, "node_id") ? "/node_id" : undefined;
}

/** Narrows a value for which `badMember` returned undefined. */
export function toEvent(event: JsonObject): TraceEvent {
  return event as unknown as TraceEvent;
}
