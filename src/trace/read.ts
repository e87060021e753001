/** Reading a trace back: whether a line that was built is an event of the format (SPEC 6.1). */

import type { JsonObject } from "../json/json.ts";
import type { TraceEvent } from "./event.ts";
import { badMemberOf } from "./field-check.ts";
import { ENVELOPE, EVENTS, isEventType } from "./schema.ts";

/** The JSON Pointer of the first member that is not as the format has it, or undefined. */
export function badMember(event: JsonObject): string | undefined {
  const around = badMemberOf(ENVELOPE, event);
  if (around !== undefined) return `/${around}`;
  const type = event["event_type"] as string;
  if (!isEventType(type)) return "/event_type";
  const member = badMemberOf(EVENTS[type].members, event["payload"] as JsonObject);
  if (member !== undefined) return `/payload/${member}`;
  return EVENTS[type].isAtNode && !Object.hasOwn(event, "node_id") ? "/node_id" : undefined;
}

/** Narrows what `badMember` found nothing wrong with. */
export function toEvent(event: JsonObject): TraceEvent {
  return event as unknown as TraceEvent;
}
