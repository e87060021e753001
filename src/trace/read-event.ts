/**
 * The event of a line that was verified. Of a line, the payload alone is parsed: what is around it was read, or its place
 * is known, when the line was scanned.
 */

import type { JsonObject } from "../json/value.ts";
import { LINE_BYTES, withLineBytes } from "./chain.ts";
import { SCHEMA, type TraceEvent } from "./event.ts";
import { digitsEnd } from "./fast-scan.ts";
import { countAt, ELAPSED_LEAD, type PlacedLine, placedLine } from "./line.ts";
import { toEvent } from "./read.ts";

/** The event of a line that verification let through. @throws SyntaxError for bytes that are no JSON */
export function eventIn(line: Buffer): TraceEvent {
  const placed = placedLine(line);
  return placed === undefined
    ? withLineBytes(toEvent(JSON.parse(line.toString()) as JsonObject), line.length + 1)
    : placedEvent(placed);
}

const BEFORE_PREV_HASH = ',"prev_hash":'.length;
const END = '"}'.length;

/** Before the next lines are read. */
export function placedEvent(line: PlacedLine): TraceEvent {
  const { bytes, eventType: event_type, executionId: execution_id, hash, nodeId } = line;
  const { prevHash: prev_hash, run, sequence } = line;
  const { length } = bytes;
  const elapsedAt = ELAPSED_LEAD.length;
  const elapsed_us = countAt(bytes, elapsedAt, digitsEnd(bytes, elapsedAt));
  const payload = JSON.parse(
    bytes.toString("utf8", line.payloadAt, line.prevHashAt - BEFORE_PREV_HASH),
  ) as never;
  const timestamp = bytes.toString("latin1", line.timestampAt + 1, length - END);
  const schema = SCHEMA;
  const size = length + 1;
  // biome-ignore format: written out, because adding members to an object costs more than parsing it
  const event = nodeId === null
    ? { elapsed_us, event_type, execution_id, hash, payload, prev_hash, run, schema, sequence, timestamp, [LINE_BYTES]: size }
    : { elapsed_us, event_type, execution_id, hash, node_id: nodeId, payload, prev_hash, run, schema, sequence, timestamp, [LINE_BYTES]: size };
  return event as TraceEvent;
}
