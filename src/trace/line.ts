/**
 * Reads from a trace line only what the chain check needs: that it is an event in canonical form, its place in the
 * chain, and its payload's members by kind. Deeper values are skipped without building them.
 */

import { isUtf8 } from "node:buffer";
import { type Digest, isDigest, sha256 } from "../json/canonical.ts";
import { SIZE } from "../json/limits.ts";
import type { LineGroup } from "./chunks.ts";
import { type EventType, MAIN_RUN } from "./event.ts";
import {
  expectLiteral,
  initialsAt,
  type Literal,
  NOT_FOUND,
  QUOTE,
  setLiteral,
  stringEnd,
  toLiteral,
  ZERO,
} from "./fast-scan.ts";
import { count, inTextOrder, membersEnd } from "./field-check.ts";
import { type Form, formEnd, formOf, type LineMembers } from "./line-form.ts";
import { ENVELOPE, EVENTS, lineMembers } from "./schema.ts";

export interface ScannedLine {
  readonly sequence: number;
  readonly eventType: EventType;
  readonly executionId: string;
  readonly run: string;
  readonly prevHash: Digest;
  /** The value that the line states. */
  readonly hash: Digest;
  /** Whether the line matches its hash. */
  readonly isHashed: boolean;
}

/** With what the event of the line is made of; offsets are counted from the line's beginning. */
export interface PlacedLine extends ScannedLine {
  /** Without the line break. Valid until the next lines are read. */
  readonly bytes: Buffer;
  readonly nodeId: string | null;
  readonly payloadAt: number;
  readonly prevHashAt: number;
  readonly timestampAt: number;
}

interface LineOfType {
  readonly type: EventType;
  /** The type with the quote behind it. */
  readonly name: Literal;
  /** Made for the first line of the type. */
  members: LineMembers | null;
  /** The forms that were learned. */
  readonly forms: Form[];
}

/** Of one event type: a run has few, and repeats them. */
const MOST_FORMS = 32;

/** By the first four letters of the event type. */
const LINES = new Map<number, LineOfType[]>();
for (const type of Object.keys(EVENTS) as EventType[]) {
  const name = toLiteral(`${type}"`);
  const first = initialsAt(Buffer.from(type), 0);
  LINES.set(first, [...(LINES.get(first) ?? []), { type, name, members: null, forms: [] }]);
}

function membersOf(type: EventType): LineMembers {
  const envelope = inTextOrder(lineMembers(type)).map((member) => {
    if (member.name === "hash" || member.name === "prev_hash") return { ...member, end: digestEnd };
    if (member.name === "execution_id") return { ...member, end: executionEnd, isName: false };
    return member.name === "run" ? { ...member, isName: false } : member;
  });
  return { type, envelope, payload: inTextOrder(EVENTS[type].members) };
}

/** The offset after a string as long as a digest. Whether it is one is asked where it is read. */
function digestEnd(bytes: Buffer, at: number): number {
  const end = at + 1 + DIGEST_LENGTH;
  return bytes[at] === QUOTE && bytes[end] === QUOTE ? end + 1 : NOT_FOUND;
}

const DIGEST_LENGTH = 64;

/** The offsets of the last line that was scanned: of each member of the envelope, where its value begins and ends. */
const marks = new Int32Array(2 * Object.keys(ENVELOPE).length);

/** The index in the marks of the member's beginning; its end is the next one. */
function markOf(name: keyof typeof ENVELOPE): number {
  return 2 * inTextOrder(ENVELOPE).findIndex((member) => member.name === name);
}

const EXECUTION = markOf("execution_id");
const HASH = markOf("hash");
const NODE = markOf("node_id");
const PAYLOAD = markOf("payload");
const PREV_HASH = markOf("prev_hash");
const RUN = markOf("run");
const SEQUENCE = markOf("sequence");
const TIMESTAMP = markOf("timestamp");

function mark(index: number): number {
  return marks[index] as number;
}

/** A line that is not hashed yet. */
interface UnhashedLine extends PlacedLine {
  /** Where its member `hash` begins. */
  readonly hashAt: number;
  isHashed: boolean;
}

/**
 * Of each line, what it says; undefined where it is not such a line, and for some valid lines: then the slower reader
 * decides. All are read before all are hashed, because a processor does either many times faster than both in turn.
 */
export function scanLines({ bytes, lines }: LineGroup): readonly (PlacedLine | undefined)[] {
  const areUtf8 = isUtf8(bytes);
  let end = -1;
  const read = lines.map((line) => {
    const begin = end + 1;
    end = begin + line.bytes.length;
    const isText = line.size <= SIZE.text && (areUtf8 || isUtf8(line.bytes));
    return isText ? readLine(line.bytes, bytes, begin, end) : undefined;
  });
  return read.map((line) => {
    if (line === undefined) return undefined;
    line.isHashed = sha256(withoutHash(line.bytes, line.hashAt)) === line.hash;
    return hasDigests(line) ? line : undefined;
  });
}

/** A line alone, which was verified before; undefined as above. */
export function placedLine(line: Buffer): PlacedLine | undefined {
  return readLine(line, line, 0, line.length);
}

/** The line between two offsets of the bytes of a group. */
function readLine(line: Buffer, bytes: Buffer, begin: number, end: number): UnhashedLine | undefined {
  const eventType = typeOf(bytes, begin, end);
  if (eventType === undefined) return undefined;
  const prevHash = prevHashAt(bytes, mark(PREV_HASH));
  const hash = digestAt(bytes, mark(HASH));
  keepHash(bytes, mark(HASH), hash);
  const form = lastForm;
  return {
    bytes: line,
    sequence: countAt(bytes, mark(SEQUENCE), mark(SEQUENCE + 1)),
    eventType,
    executionId: lastExecution.id,
    nodeId: form === null ? nodeIdAt(bytes) : form.nodeId,
    run: isMainRun(bytes) ? MAIN_RUN : bytes.toString("latin1", mark(RUN) + 1, mark(RUN + 1) - 1),
    prevHash,
    hash,
    hashAt: mark(EXECUTION + 1) + ",".length - begin,
    payloadAt: (form === null ? mark(PAYLOAD) : mark(HASH + 1) + form.payloadFrom) - begin,
    prevHashAt: mark(PREV_HASH) - begin,
    timestampAt: mark(TIMESTAMP) - begin,
    isHashed: false,
  };
}

/** As JSON, between its marks; null for none. */
function nodeIdAt(bytes: Buffer): string | null {
  return mark(NODE) === NOT_FOUND
    ? null
    : (JSON.parse(bytes.toString("utf8", mark(NODE), mark(NODE + 1))) as string);
}

/** The hash of the last line that has digests. */
let lastDigest: Digest | null = null;

/** Whether both its hashes are digests, which is asked only of those that nothing else says it of. */
function hasDigests({ prevHash, hash, isHashed }: ScannedLine): boolean {
  if (prevHash !== lastDigest && !isDigest(prevHash)) return false;
  if (!isHashed && !isDigest(hash)) return false;
  lastDigest = hash;
  return true;
}

/** The form of the last line; null where it has none. */
let lastForm: Form | null = null;

/** The type of the event whose line it is, by the format but for its digests; the marks have its offsets. */
function typeOf(bytes: Buffer, begin: number, end: number): EventType | undefined {
  const before: Form | null = lastForm;
  const expected = before?.next ?? null;
  const form =
    expected !== null && formEnd(expected, bytes, begin, marks) === end
      ? expected
      : otherForm(bytes, begin, end);
  if (form === undefined) return undefined;
  lastForm = typeof form === "string" ? null : form;
  if (before !== null) before.next = lastForm;
  return typeof form === "string" ? form : form.type;
}

/** A form of the line, known or learned; its event type where enough forms of that type are known. */
function otherForm(bytes: Buffer, begin: number, end: number): Form | EventType | undefined {
  const line = lineOf(bytes, begin);
  const known = line?.forms.find((form) => formEnd(form, bytes, begin, marks) === end);
  if (line === undefined || known !== undefined) return known;
  line.members ??= membersOf(line.type);
  if (membersEnd(line.members.envelope, bytes, begin, 0, marks) !== end) return undefined;
  if (line.forms.length === MOST_FORMS || end - begin > scratch.length) return line.type;
  const places = { nodeId: nodeIdAt(bytes), payloadFrom: mark(PAYLOAD) - mark(HASH + 1) };
  const form = formOf(bytes, begin, end, line.members, marks, places);
  line.forms.push(form);
  return form;
}

export const ELAPSED_LEAD = toLiteral('{"elapsed_us":');
const TYPE_LEAD = toLiteral(',"event_type":"');

/** The members of a line of the event type that the line names; undefined where it names none. */
function lineOf(bytes: Buffer, at: number): LineOfType | undefined {
  const elapsed = expectLiteral(bytes, at, ELAPSED_LEAD);
  if (elapsed === NOT_FOUND) return undefined;
  const name = expectLiteral(bytes, count.end(bytes, elapsed, 1), TYPE_LEAD);
  const lines = LINES.get(initialsAt(bytes, name));
  return lines?.find((line) => expectLiteral(bytes, name, line.name) !== NOT_FOUND);
}

/** The text in quotes at this place, which is as long as a digest and need not be one. */
function digestAt(bytes: Buffer, at: number): Digest {
  return bytes.toString("latin1", at + 1, at + 1 + DIGEST_LENGTH) as Digest;
}

/** The hash of the last line that was read: nearly every line repeats it. */
let lastHash = "0".repeat(DIGEST_LENGTH) as Digest;
const lastHashBytes = toLiteral(lastHash);

function keepHash(bytes: Buffer, at: number, hash: Digest): void {
  lastHash = hash;
  setLiteral(lastHashBytes, bytes, at + 1);
}

function prevHashAt(bytes: Buffer, at: number): Digest {
  return expectLiteral(bytes, at + 1, lastHashBytes) === NOT_FOUND ? digestAt(bytes, at) : lastHash;
}

function isMainRun(bytes: Buffer): boolean {
  return mark(RUN + 1) === mark(RUN) + 3 && bytes[mark(RUN) + 1] === ZERO;
}

/** The whole number with these digits. */
export function countAt(bytes: Buffer, at: number, end: number): number {
  let count = 0;
  for (let i = at; i < end; i++) count = 10 * count + (bytes[i] as number) - ZERO;
  return count;
}

interface ExecutionId {
  /** As JSON. */
  readonly literal: Literal;
  readonly id: string;
}

/** The last id that was read: nearly every line repeats it. */
let lastExecution: ExecutionId = { literal: toLiteral('""'), id: "" };

/** The offset after an execution id, which is then the last one that was read. */
function executionEnd(bytes: Buffer, at: number): number {
  const known = expectLiteral(bytes, at, lastExecution.literal);
  if (known !== NOT_FOUND) return known;
  const end = stringEnd(bytes, at);
  if (end === NOT_FOUND) return NOT_FOUND;
  const literal = toLiteral(bytes.subarray(at, end));
  lastExecution = { literal, id: JSON.parse(bytes.toString("utf8", at, end)) as string };
  return end;
}

/** What the line has beside what is hashed. */
const HASH_MEMBER = `"hash":"${"0".repeat(DIGEST_LENGTH)}",`.length;

/** Buffer for the bytes to hash: hashing in two calls costs more. */
const scratch = Buffer.alloc(2 ** 14);

/** The parts of the buffer that were needed, by length. */
const parts = new Map<number, Buffer>();

/** The line without its member `hash`, which begins at `from`. Valid until the next call. */
function withoutHash(bytes: Buffer, from: number): Buffer {
  if (bytes.length > scratch.length)
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + HASH_MEMBER)]);
  scratch.set(bytes);
  scratch.copyWithin(HASH_MEMBER, 0, from);
  let part = parts.get(bytes.length);
  if (part === undefined) {
    part = scratch.subarray(HASH_MEMBER, bytes.length);
    parts.set(bytes.length, part);
  }
  return part;
}
