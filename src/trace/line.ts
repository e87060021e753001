/**
 * Reads from a trace line only what the chain check needs: that it is an event in canonical form, its place in the
 * chain, and its payload's members by kind. Deeper values are skipped without building them.
 */

import { isUtf8 } from "node:buffer";
import { type Digest, sha256 } from "../json/canonical.ts";
import { type EventType, MAIN_RUN } from "./event.ts";
import { expectLiteral, NOT_FOUND, ZERO } from "./fast-scan.ts";
import { count, inTextOrder, membersEnd, type TextMember } from "./field-check.ts";
import { ENVELOPE, EVENTS, lineMembers } from "./schema.ts";

export interface ScannedLine {
  readonly sequence: number;
  readonly eventType: EventType;
  /** The execution id, as JSON. */
  readonly execution: string;
  readonly run: string;
  readonly prevHash: Digest;
  /** The value that the line states. */
  readonly hash: Digest;
  /** Whether the line matches its hash. */
  readonly isHashed: boolean;
}

/** By event type: the members of its line in scan order. */
const LINES: ReadonlyMap<string, Line> = new Map(
  (Object.keys(EVENTS) as EventType[]).map((type) => [type, { type, members: inTextOrder(lineMembers(type)) }]),
);

interface Line {
  readonly type: EventType;
  readonly members: readonly TextMember[];
}

/** Indexes of a member's start and end offset in the marks. */
const PLACES = Object.fromEntries(inTextOrder(ENVELOPE).map(({ name }, i) => [name, 2 * i])) as Readonly<
  Record<keyof typeof ENVELOPE, number>
>;

/** The offsets of the last line that was scanned. */
const marks = new Int32Array(2 * Object.keys(ENVELOPE).length);

const begin = (name: keyof typeof ENVELOPE) => marks[PLACES[name]] as number;
const end = (name: keyof typeof ENVELOPE) => marks[PLACES[name] + 1] as number;

/** Undefined if the bytes are not such a line, and for some valid lines: then the slower reader decides. */
export function scanLine(bytes: Buffer): ScannedLine | undefined {
  if (!isUtf8(bytes)) return undefined;
  const line = LINES.get(typeOf(bytes));
  if (line === undefined || membersEnd(line.members, bytes, 0, 0, marks) !== bytes.length) return undefined;
  const hash = textAt(bytes, "hash");
  return {
    sequence: countAt(bytes, begin("sequence"), end("sequence")),
    eventType: line.type,
    execution: executionAt(bytes, begin("execution_id"), end("execution_id")),
    run: isMainRun(bytes) ? MAIN_RUN : textAt(bytes, "run"),
    prevHash: textAt(bytes, "prev_hash") as Digest,
    hash: hash as Digest,
    isHashed: hashWithout(bytes, end("execution_id"), end("hash")) === hash,
  };
}

const ELAPSED = Buffer.from('{"elapsed_us":');
const TYPE = Buffer.from(',"event_type":"');

/** The event type that the line names; empty where it names none. */
function typeOf(bytes: Buffer): string {
  const elapsed = expectLiteral(bytes, 0, ELAPSED);
  const type = elapsed === NOT_FOUND ? NOT_FOUND : expectLiteral(bytes, count.end(bytes, elapsed, 1), TYPE);
  return type === NOT_FOUND ? "" : bytes.toString("latin1", type, bytes.indexOf(0x22, type));
}

/** A string in plain ASCII, without its quotes. */
function textAt(bytes: Buffer, name: "hash" | "prev_hash" | "run"): string {
  return bytes.toString("latin1", begin(name) + 1, end(name) - 1);
}

function isMainRun(bytes: Buffer): boolean {
  return end("run") === begin("run") + 3 && bytes[begin("run") + 1] === ZERO;
}

/** The whole number with the digits at this place. */
function countAt(bytes: Buffer, at: number, end: number): number {
  let count = 0;
  for (let i = at; i < end; i++) count = 10 * count + (bytes[i] as number) - ZERO;
  return count;
}

/** The last string that was read: nearly every line repeats it. */
let lastExecution = { bytes: Buffer.alloc(0), text: "" };

function executionAt(bytes: Buffer, at: number, end: number): string {
  const { length } = lastExecution.bytes;
  if (end - at === length && expectLiteral(bytes, at, lastExecution.bytes) === end) return lastExecution.text;
  const text = bytes.toString("utf8", at, end);
  lastExecution = { bytes: Buffer.from(bytes.subarray(at, end)), text };
  return text;
}

/** Buffer for the bytes to hash: hashing in two calls costs more. */
let scratch = Buffer.alloc(4096);

/** The hash of the line without the bytes from `from` to `to`. */
function hashWithout(bytes: Buffer, from: number, to: number): Digest {
  const length = bytes.length - (to - from);
  if (length > scratch.length) scratch = Buffer.alloc(2 * length);
  bytes.copy(scratch, 0, 0, from);
  bytes.copy(scratch, from, to);
  return sha256(scratch.subarray(0, length));
}
