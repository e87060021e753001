/** The hash chain of a trace: one canonical line an event, each hash covering the one before (SPEC 5). */

import { canonical, type Digest, sha256 } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import { type EventBody, SCHEMA, type TraceEvent } from "./event.ts";

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

/** The event's line, without its line break, and its hash. */
export function encodeEvent(
  event: EventBody,
  stamp: Envelope,
): { readonly line: string; readonly hash: Digest } {
  const { event_type, node_id, payload, run } = event;
  const node = node_id === undefined ? "" : `"node_id":${canonical(node_id)},`;
  const head = `{"elapsed_us":${stamp.elapsedUs},"event_type":"${event_type}","execution_id":${canonical(stamp.executionId)},`;
  const tail =
    `${node}"payload":${canonical(payload as unknown as JsonObject)},"prev_hash":"${stamp.prevHash}",` +
    `"run":"${run}","schema":"${SCHEMA}","sequence":${stamp.sequence},"timestamp":"${stamp.timestamp}"}`;
  const hash = sha256(head + tail);
  return { line: `${head}"hash":"${hash}",${tail}`, hash };
}

/** Of the events that were read: making their lines again would take as long as to replay them. */
const LENGTHS = new WeakMap<TraceEvent, number>();

/** The event as it was read from a line of so many bytes, line break included. */
export function withLineBytes(event: TraceEvent, bytes: number): TraceEvent {
  LENGTHS.set(event, bytes);
  return event;
}

/** Length of the event's line, line break included. */
export function lineBytes(event: TraceEvent): number {
  return LENGTHS.get(event) ?? Buffer.byteLength(canonical(event as unknown as JsonObject)) + 1;
}

/** The hash an event read from a trace must carry: that of its canonical form without `hash`. */
export function hashOf(event: JsonObject): Digest {
  const { hash: _, ...rest } = event;
  return sha256(canonical(rest));
}
