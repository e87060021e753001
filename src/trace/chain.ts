/** The hash chain of a trace: one canonical line an event, each hash covering the one before (SPEC 5). */

import { canonical, type Digest, sha256 } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import { type EventBody, SCHEMA, type TraceEvent } from "./event.ts";
import { beginning, type EventPlace, placeAfter } from "./event-place.ts";

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

/** Encodes the events of one trace. */
export class EventEncoder {
  readonly #execution: string;
  #place: EventPlace = beginning;

  constructor(executionId: string) {
    this.#execution = `${canonical(executionId)},`;
  }

  /** The hashed text is built and measured once; the line is put together of its parts where it is written. */
  encode(event: EventBody, { elapsedUs, prevHash, sequence, timestamp }: Envelope): EncodedEvent {
    const place = placeAfter(this.#place, event);
    this.#place = place;
    const head = `{"elapsed_us":${elapsedUs}${place.head}${this.#execution}`;
    const payload = place.payload.write(event.payload as unknown as JsonObject);
    const hashed = `${head}${payload}${prevHash}${place.tail(event.run, sequence)}${timestamp}"}`;
    const hash = sha256(hashed);
    return {
      line: `${hashed.slice(0, head.length)}"hash":"${hash}",${hashed.slice(head.length)}`,
      bytes: Buffer.byteLength(hashed) + AROUND_HASHED,
      hash,
    };
  }
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
