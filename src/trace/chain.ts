/** The hash chain of a trace: one canonical line an event, each hash covering the one before (SPEC 5). */

import { canonical, type Digest, sha256 } from "../json/canonical.ts";
import { TextMemory } from "../json/text-memory.ts";
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

/** In UTF-16 units: a snapshot has few nodes, which every run of it visits. */
const MOST_NODES = 2 ** 16;
const nodes = new TextMemory<string>(MOST_NODES);
const nodeMember = (id: string) => `"node_id":${canonical(id)},`;

let lastExecution = { id: "", text: '""' };

/** The execution id as JSON, which all events of a run repeat. */
function executionText(id: string): string {
  if (id !== lastExecution.id) lastExecution = { id, text: canonical(id) };
  return lastExecution.text;
}

/**
 * The hashed text is built and measured once; the line is put together of its parts where it is written. The fastest
 * payload is one whose members are in canonical order.
 */
export function encodeEvent({ event_type, node_id, run, payload }: EventBody, stamp: Envelope): EncodedEvent {
  const node = node_id === undefined ? "" : nodes.recall(node_id, nodeMember);
  const head = `{"elapsed_us":${stamp.elapsedUs},"event_type":"${event_type}","execution_id":${executionText(stamp.executionId)},`;
  const hashed =
    `${head}${node}"payload":${canonical(payload as unknown as JsonObject)},"prev_hash":"${stamp.prevHash}",` +
    `"run":"${run}","schema":"${SCHEMA}","sequence":${stamp.sequence},"timestamp":"${stamp.timestamp}"}`;
  const hash = sha256(hashed);
  return {
    line: `${head}"hash":"${hash}",${hashed.slice(head.length)}`,
    bytes: Buffer.byteLength(hashed) + AROUND_HASHED,
    hash,
  };
}

/** Length of the line that an event was read from: making it again would take as long as to replay the event. */
export const LINE_BYTES = Symbol("bytes of the line");

type ReadEvent = TraceEvent & { readonly [LINE_BYTES]?: number };

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
