/**
 * A trace's line read for what binds it, and no further: that it is an event in canonical form, its place in the
 * chain, and its payload's members by kind. What stands deeper is walked over, not built.
 */

import { isUtf8 } from "node:buffer";
import { type Digest, sha256 } from "./canonical.ts";
import { type EventType, MAIN_RUN, SCHEMA } from "./event.ts";
import { isAtNode, isEventType, isRun, PayloadCheck } from "./read.ts";
import { behind, digitsEnd, NONE, objectEnd, stringEnd, ZERO } from "./scan.ts";

export interface ScannedLine {
  readonly sequence: number;
  readonly eventType: EventType;
  /** The execution id, as JSON. */
  readonly execution: string;
  readonly run: string;
  readonly prevHash: Digest;
  /** As the line states it. */
  readonly hash: Digest;
  /** Whether the line is what its hash says. */
  readonly isHashed: boolean;
}

/** The members in the order of their names, as the journal writes them. */
const ELAPSED = Buffer.from('{"elapsed_us":');
const TYPE = Buffer.from(',"event_type":"');
const EXECUTION = Buffer.from('","execution_id":');
const HASH = Buffer.from(',"hash":"');
const NODE = Buffer.from('"node_id":');
const PAYLOAD = Buffer.from('"payload":');
const PREV = Buffer.from(',"prev_hash":"');
const RUN = Buffer.from('","run":"');
const SEQUENCE = Buffer.from(`","schema":"${SCHEMA}","sequence":`);
const TIMESTAMP = Buffer.from(',"timestamp":');
const TEXT_THEN_NEXT = Buffer.from('",');
const NEXT = Buffer.from(",");
const END = Buffer.from("}");

/** Undefined where the bytes are no such line, and for some that are: then a slower reading decides. */
export function scanLine(bytes: Buffer): ScannedLine | undefined {
  if (!isUtf8(bytes)) return undefined;
  const type = behind(bytes, countEnd(bytes, behind(bytes, 0, ELAPSED)), TYPE);
  const typeEnd = wordEnd(bytes, type);
  const execution = behind(bytes, typeEnd, EXECUTION);
  const executionEnd = textEnd(bytes, execution);
  const hash = behind(bytes, executionEnd, HASH);
  const hashEnd = digestEnd(bytes, hash);
  const afterHash = behind(bytes, hashEnd, TEXT_THEN_NEXT);
  const node = behind(bytes, afterHash, NODE);
  const payload = behind(bytes, node === NONE ? afterHash : behind(bytes, textEnd(bytes, node), NEXT), PAYLOAD);
  const eventType = bytes.toString("latin1", type, typeEnd);
  if (payload === NONE || !isEventType(eventType)) return undefined;
  const check = new PayloadCheck(bytes, eventType);
  const payloadEnd = objectEnd(bytes, payload, 1, check);
  const prev = behind(bytes, payloadEnd, PREV);
  const run = behind(bytes, digestEnd(bytes, prev), RUN);
  const runEnd = wordEnd(bytes, run);
  const sequence = behind(bytes, runEnd, SEQUENCE);
  const sequenceEnd = countEnd(bytes, sequence);
  const timestamp = behind(bytes, sequenceEnd, TIMESTAMP);
  if (behind(bytes, textEnd(bytes, timestamp), END) !== bytes.length) return undefined;

  const runName = isMainRun(bytes, run, runEnd) ? MAIN_RUN : bytes.toString("latin1", run, runEnd);
  if (!check.isGood || !isRun(runName) || (node === NONE && isAtNode(eventType))) return undefined;
  const hashText = bytes.toString("latin1", hash, hashEnd);
  return {
    sequence: countAt(bytes, sequence, sequenceEnd),
    eventType,
    execution: executionAt(bytes, execution, executionEnd),
    run: runName,
    prevHash: bytes.toString("latin1", prev, prev + DIGEST_LENGTH) as Digest,
    hash: hashText as Digest,
    isHashed: hashWithout(bytes, executionEnd, hashEnd + 1) === hashText,
  };
}

const DIGEST_LENGTH = 64;

function isMainRun(bytes: Buffer, at: number, end: number): boolean {
  return end === at + 1 && bytes[at] === ZERO;
}

/** The whole number whose digits stand there. */
function countAt(bytes: Buffer, at: number, end: number): number {
  let count = 0;
  for (let i = at; i < end; i++) count = 10 * count + (bytes[i] as number) - ZERO;
  return count;
}

/** The last one that was read: nearly every line has it again. */
let lastExecution = { bytes: Buffer.alloc(0), text: "" };

function executionAt(bytes: Buffer, at: number, end: number): string {
  const { length } = lastExecution.bytes;
  if (end - at === length && behind(bytes, at, lastExecution.bytes) === end) return lastExecution.text;
  const text = bytes.toString("utf8", at, end);
  lastExecution = { bytes: Buffer.from(bytes.subarray(at, end)), text };
  return text;
}

/** What is hashed is put together here: to hash it in two pieces costs more. */
let scratch = Buffer.alloc(4096);

/** The hash of the line without the bytes from `from` to `to`. */
function hashWithout(bytes: Buffer, from: number, to: number): Digest {
  const length = bytes.length - (to - from);
  if (length > scratch.length) scratch = Buffer.alloc(2 * length);
  bytes.copy(scratch, 0, 0, from);
  bytes.copy(scratch, from, to);
  return sha256(scratch.subarray(0, length));
}

/** Behind a whole number of at most 15 digits. */
function countEnd(bytes: Buffer, at: number): number {
  const end = digitsEnd(bytes, at);
  const length = end - at;
  return at === NONE || length === 0 || length > 15 || (bytes[at] === ZERO && length > 1) ? NONE : end;
}

function textEnd(bytes: Buffer, at: number): number {
  return at === NONE ? NONE : stringEnd(bytes, at);
}

/** Behind the lower-case letters, digits, `_` and `.` that stand there. */
function wordEnd(bytes: Buffer, at: number): number {
  if (at === NONE) return NONE;
  let end = at;
  while (IS_WORD[bytes[end] as number] === 1) end++;
  return end;
}

/** Behind 64 lower-case hexadecimal digits. */
function digestEnd(bytes: Buffer, at: number): number {
  if (at === NONE) return NONE;
  for (let i = at; i < at + DIGEST_LENGTH; i++) if (IS_HEX[bytes[i] as number] !== 1) return NONE;
  return at + DIGEST_LENGTH;
}

const IS_WORD = marking("abcdefghijklmnopqrstuvwxyz0123456789_.");
const IS_HEX = marking("0123456789abcdef");

function marking(characters: string): Uint8Array {
  const marked = new Uint8Array(256);
  for (const byte of Buffer.from(characters)) marked[byte] = 1;
  return marked;
}
