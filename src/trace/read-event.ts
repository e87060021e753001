/**
 * The event of a line that was verified. Of a line, the payload alone is parsed: what is around it has known places,
 * counted from both ends.
 */

import type { Digest } from "../json/canonical.ts";
import type { JsonObject } from "../json/value.ts";
import { LINE_BYTES, withLineBytes } from "./chain.ts";
import { MAIN_RUN, SCHEMA, type TraceEvent } from "./event.ts";
import { digitsBegin, expectLiteral, NOT_FOUND, plainEnd, QUOTE, toLiteral } from "./fast-scan.ts";
import { count } from "./field-check.ts";
import { countAt, DIGEST_LENGTH, digestEnd, ELAPSED_LEAD, executionAt, lineNamed, TYPE_LEAD } from "./line.ts";
import { toEvent } from "./read.ts";

/** The event of a line that verification let through. @throws SyntaxError for bytes that are no JSON */
export function eventIn(line: Buffer): TraceEvent {
  return usualEvent(line) ?? withLineBytes(toEvent(JSON.parse(line.toString()) as JsonObject), line.length + 1);
}

const EXECUTION = toLiteral(',"execution_id":');
const HASH = toLiteral(',"hash":');
const NODE = toLiteral(',"node_id":');
const PAYLOAD = toLiteral(',"payload":');
const PREV_HASH = toLiteral(',"prev_hash":');
const RUN = toLiteral(',"run":');
const SEQUENCE = toLiteral(`,"schema":"${SCHEMA}","sequence":`);
const TIMESTAMP = toLiteral(',"timestamp":"');
const END = toLiteral('"}');
const TIMESTAMP_LENGTH = "2026-01-31T09:00:00.000Z".length;

/** Undefined for a line that is written otherwise, as with a year of more than four digits. */
function usualEvent(bytes: Buffer): TraceEvent | undefined {
  const elapsedAt = expectLiteral(bytes, 0, ELAPSED_LEAD);
  if (elapsedAt === NOT_FOUND) return undefined;
  const elapsedEnd = count.end(bytes, elapsedAt, 1);
  const typeAt = expectLiteral(bytes, elapsedEnd, TYPE_LEAD);
  const line = lineNamed(bytes, typeAt);
  if (line === undefined) return undefined;
  const executionIdAt = expectLiteral(bytes, typeAt + line.name.length, EXECUTION);
  if (executionIdAt === NOT_FOUND) return undefined;
  const execution = executionAt(bytes, executionIdAt);
  const hashAt = expectLiteral(bytes, executionIdAt + execution.literal.length, HASH);
  const hashEnd = digestEnd(bytes, hashAt);
  const nodeAt = expectLiteral(bytes, hashEnd, NODE);
  const nodeEnd = nodeAt === NOT_FOUND ? hashEnd : plainEnd(bytes, nodeAt) + 1;
  const payloadAt = expectLiteral(bytes, nodeEnd, PAYLOAD);

  const timestampAt = bytes.length - '"}'.length - TIMESTAMP_LENGTH;
  const sequenceEnd = timestampAt - TIMESTAMP.length;
  const sequenceAt = digitsBegin(bytes, sequenceEnd);
  const runEnd = sequenceAt - SEQUENCE.length;
  const runAt = quoteBefore(bytes, runEnd - 1);
  const prevHashEnd = runAt - RUN.length;
  const prevHashAt = prevHashEnd - DIGEST_LENGTH - '""'.length;
  const payloadEnd = prevHashAt - PREV_HASH.length;
  const isUsual =
    payloadAt !== NOT_FOUND &&
    payloadEnd > payloadAt &&
    expectLiteral(bytes, payloadEnd, PREV_HASH) === prevHashAt &&
    digestEnd(bytes, prevHashAt) === prevHashEnd &&
    expectLiteral(bytes, prevHashEnd, RUN) === runAt &&
    expectLiteral(bytes, runEnd, SEQUENCE) === sequenceAt &&
    count.end(bytes, sequenceAt, 1) === sequenceEnd &&
    expectLiteral(bytes, sequenceEnd, TIMESTAMP) === timestampAt &&
    expectLiteral(bytes, timestampAt + TIMESTAMP_LENGTH, END) === bytes.length;
  if (!isUsual) return undefined;

  const text = bytes.toString();
  const elapsed_us = countAt(bytes, elapsedAt, elapsedEnd);
  const event_type = line.type;
  const execution_id = execution.id;
  const hash = textIn(text, bytes, hashAt + 1, hashEnd - 1) as Digest;
  const payload = JSON.parse(textIn(text, bytes, payloadAt, payloadEnd)) as never;
  const prev_hash = textIn(text, bytes, prevHashAt + 1, prevHashEnd - 1) as Digest;
  const run = runEnd - runAt === MAIN_LENGTH ? MAIN_RUN : textIn(text, bytes, runAt + 1, runEnd - 1);
  const schema = SCHEMA;
  const sequence = countAt(bytes, sequenceAt, sequenceEnd);
  const timestamp = textIn(text, bytes, timestampAt, timestampAt + TIMESTAMP_LENGTH);
  const size = bytes.length + 1;
  // biome-ignore format: written out, because adding members to an object costs more than parsing it
  const event = nodeAt === NOT_FOUND
    ? { elapsed_us, event_type, execution_id, hash, payload, prev_hash, run, schema, sequence, timestamp, [LINE_BYTES]: size }
    : { elapsed_us, event_type, execution_id, hash, node_id: textIn(text, bytes, nodeAt + 1, nodeEnd - 1), payload, prev_hash, run, schema, sequence, timestamp, [LINE_BYTES]: size };
  return event as TraceEvent;
}

/** In quotes; no other run has a name of that length. */
const MAIN_LENGTH = `"${MAIN_RUN}"`.length;

/** The offset of the last quote before `at`. */
function quoteBefore(bytes: Buffer, at: number): number {
  let before = at - 1;
  while (before > 0 && bytes[before] !== QUOTE) before--;
  return before;
}

/** The text between two offsets of the bytes: a part of the whole text where that is ASCII. */
function textIn(text: string, bytes: Buffer, from: number, to: number): string {
  return text.length === bytes.length ? text.slice(from, to) : bytes.toString("utf8", from, to);
}
