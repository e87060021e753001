/** The hash chain of a trace: one canonical line an event, each hash covering the one before (SPEC 5). */

import { canonical, type Digest, sha256 } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import { type EventBody, type EventType, SCHEMA, type TraceEvent } from "./event.ts";
import { EVENTS } from "./schema.ts";

/** The `prev_hash` of the first event. */
export function genesis(executionId: string): Digest {
  return sha256(`${SCHEMA}:${executionId}`);
}

export interface Envelope {
  readonly executionId: string;
  readonly sequence: number;
  readonly timestamp: string;
  readonly elapsedUs: number;
  readonly prevHash: Digest;
}

/** An event as it is in the file. */
export interface EncodedEvent {
  /** Without its line break. */
  readonly line: string;
  /** Length of the line in bytes, line break included. */
  readonly bytes: number;
  readonly hash: Digest;
}

/** Bytes of the member `hash` and of the line break: what the line has beside what is hashed. */
const AROUND_HASHED = `"hash":"${"0".repeat(64)}",\n`.length;

/** The hashed text is built and measured once; the line is put together of its parts where it is written. */
export function encodeEvent(event: EventBody, stamp: Envelope): EncodedEvent {
  const { event_type, node_id, run } = event;
  const node = node_id === undefined ? "" : `"node_id":${canonical(node_id)},`;
  const head = `{"elapsed_us":${stamp.elapsedUs},"event_type":"${event_type}","execution_id":${canonical(stamp.executionId)},`;
  const hashed =
    `${head}${node}"payload":${encodePayload(event)},"prev_hash":"${stamp.prevHash}",` +
    `"run":"${run}","schema":"${SCHEMA}","sequence":${stamp.sequence},"timestamp":"${stamp.timestamp}"}`;
  const hash = sha256(hashed);
  return {
    line: `${head}"hash":"${hash}",${hashed.slice(head.length)}`,
    bytes: Buffer.byteLength(hashed) + AROUND_HASHED,
    hash,
  };
}

interface PayloadMember {
  readonly name: string;
  /** The text before its value. */
  readonly label: string;
}

/** By event type: the members of its payload in canonical order. */
const PAYLOADS: ReadonlyMap<EventType, readonly PayloadMember[]> = new Map(
  (Object.keys(EVENTS) as EventType[]).map((type) => [type, payloadMembers(type)]),
);

function payloadMembers(type: EventType): readonly PayloadMember[] {
  const names = Object.keys(EVENTS[type].members).sort();
  return names.map((name) => ({ name, label: `${canonical(name)}:` }));
}

/** Canonical: the order of the members is the schema's, so that only free values inside them are sorted. */
function encodePayload({ event_type, payload }: EventBody): string {
  const object = payload as unknown as JsonObject;
  let text = "";
  let members = 0;
  for (const { name, label } of PAYLOADS.get(event_type) ?? []) {
    const value = object[name];
    if (value === undefined) continue;
    text += `${members++ === 0 ? "{" : ","}${label}${canonical(value)}`;
  }
  // A member that the schema does not have is in no table, and one without a value has no canonical form.
  return members > 0 && members === Object.keys(object).length ? `${text}}` : canonical(object);
}

/** Length of the line that an event was read from: making it again would take as long as to replay the event. */
export const LINE_BYTES = Symbol("bytes of the line");

export type ReadEvent = TraceEvent & { readonly [LINE_BYTES]?: number };

/** The event as it was read from a line of so many bytes, line break included. */
export function withLineBytes(event: TraceEvent, bytes: number): ReadEvent {
  return Object.assign(event, { [LINE_BYTES]: bytes });
}

/** Length of the event's line, line break included. */
export function lineBytes(event: ReadEvent): number {
  return event[LINE_BYTES] ?? encodedBytes(event);
}

/** The same of an event that no line is of. */
export function encodedBytes(event: TraceEvent): number {
  return Buffer.byteLength(canonical(event as unknown as JsonObject)) + 1;
}

/** The hash an event read from a trace must carry: that of its canonical form without `hash`. */
export function hashOf(event: JsonObject): Digest {
  const { hash: _, ...rest } = event;
  return sha256(canonical(rest));
}
