/**
 * Reads from a trace line only what the chain check needs: that it is an event in canonical form, its place in the
 * chain, and its payload's members by kind. Deeper values are skipped without building them.
 */

import { isUtf8 } from "node:buffer";
import { type Digest, isDigest, sha256 } from "../json/canonical.ts";
import { type EventType, MAIN_RUN } from "./event.ts";
import {
  copyWords,
  expectLiteral,
  hasWords,
  type Literal,
  NOT_FOUND,
  QUOTE,
  stringEnd,
  toLiteral,
  wordAt,
  ZERO,
} from "./fast-scan.ts";
import { count, inTextOrder, membersEnd } from "./field-check.ts";
import { type Form, formOf, isOfForm, type LineMembers } from "./line-form.ts";
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

interface Line {
  readonly type: EventType;
  /** The type with the quote behind it. */
  readonly name: Literal;
  /** Made for the first line of the type. */
  members: LineMembers | null;
  /** The forms that were learned. */
  readonly forms: Form[];
}

/** Of one event type: a run has few, and repeats them. */
const MOST_FORMS = 8;

/** By the first four letters of the event type. */
const LINES = new Map<number, Line[]>();
for (const type of Object.keys(EVENTS) as EventType[]) {
  const name = toLiteral(`${type}"`);
  const first = name.words[0] as number;
  LINES.set(first, [...(LINES.get(first) ?? []), { type, name, members: null, forms: [] }]);
}

function membersOf(type: EventType): LineMembers {
  const envelope = inTextOrder(lineMembers(type)).map((member) => {
    if (member.name === "hash" || member.name === "prev_hash") return { ...member, end: digestEnd };
    return member.name === "execution_id" || member.name === "run" ? { ...member, isName: false } : member;
  });
  return { type, envelope, payload: inTextOrder(EVENTS[type].members) };
}

/** The offset after a string as long as a digest. Whether it is one is asked where it is read. */
export function digestEnd(bytes: Buffer, at: number): number {
  const end = at + 1 + DIGEST_LENGTH;
  return bytes[at] === QUOTE && bytes[end] === QUOTE ? end + 1 : NOT_FOUND;
}

export const DIGEST_LENGTH = 64;

/** The offsets of the last line that was scanned: of each member of the envelope, where its value begins and ends. */
const marks = new Int32Array(2 * Object.keys(ENVELOPE).length);

/** The index in the marks of the member's beginning; its end is the next one. */
function markOf(name: keyof typeof ENVELOPE): number {
  return 2 * inTextOrder(ENVELOPE).findIndex((member) => member.name === name);
}

const EXECUTION = markOf("execution_id");
const HASH = markOf("hash");
const PREV_HASH = markOf("prev_hash");
const RUN = markOf("run");
const SEQUENCE = markOf("sequence");

function mark(index: number): number {
  return marks[index] as number;
}

/** Undefined if the bytes are not such a line, and for some valid lines: then the slower reader decides. */
export function scanLine(bytes: Buffer): ScannedLine | undefined {
  const eventType = typeOf(bytes);
  if (eventType === undefined) return undefined;
  const hashed = withoutHash(bytes, mark(EXECUTION + 1), mark(HASH + 1));
  // Only the hash is left out, and it is ASCII.
  if (!isUtf8(hashed)) return undefined;
  const found = sha256(hashed);
  const hash = digestAt(bytes, mark(HASH), found);
  const prevHash = prevHashAt(bytes, mark(PREV_HASH));
  if (hash === undefined || prevHash === undefined) return undefined;
  keepHash(bytes, mark(HASH), hash);
  return {
    sequence: countAt(bytes, mark(SEQUENCE), mark(SEQUENCE + 1)),
    eventType,
    execution: executionAt(bytes, mark(EXECUTION)).text,
    run: isMainRun(bytes) ? MAIN_RUN : bytes.toString("latin1", mark(RUN) + 1, mark(RUN + 1) - 1),
    prevHash,
    hash,
    isHashed: hash === found,
  };
}

/** The form of the last line; null where it has none. */
let lastForm: Form | null = null;

/** The type of the event whose line it is, by the format but for its digests; the marks have its offsets. */
function typeOf(bytes: Buffer): EventType | undefined {
  const before: Form | null = lastForm;
  const expected = before?.next ?? null;
  const form = expected !== null && isOfForm(expected, bytes, marks) ? expected : otherForm(bytes);
  if (form === undefined) return undefined;
  lastForm = typeof form === "string" ? null : form;
  if (before !== null) before.next = lastForm;
  return typeof form === "string" ? form : form.type;
}

/** A form of the line, known or learned; its event type where enough forms of that type are known. */
function otherForm(bytes: Buffer): Form | EventType | undefined {
  const line = lineOf(bytes);
  const known = line?.forms.find((form) => isOfForm(form, bytes, marks));
  if (line === undefined || known !== undefined) return known;
  line.members ??= membersOf(line.type);
  if (membersEnd(line.members.envelope, bytes, 0, 0, marks) !== bytes.length) return undefined;
  if (line.forms.length === MOST_FORMS || bytes.length > scratch.length) return line.type;
  const form = formOf(bytes, line.members, marks);
  line.forms.push(form);
  return form;
}

export const ELAPSED_LEAD = toLiteral('{"elapsed_us":');
export const TYPE_LEAD = toLiteral(',"event_type":"');

/** The members of a line of the event type that the line names; undefined where it names none. */
function lineOf(bytes: Buffer): Line | undefined {
  const elapsed = expectLiteral(bytes, 0, ELAPSED_LEAD);
  return elapsed === NOT_FOUND
    ? undefined
    : lineNamed(bytes, expectLiteral(bytes, count.end(bytes, elapsed, 1), TYPE_LEAD));
}

const NONE: readonly Line[] = [];

/** The same, by where the name begins. */
export function lineNamed(bytes: Buffer, name: number): Line | undefined {
  for (const line of LINES.get(wordAt(bytes, name)) ?? NONE)
    if (expectLiteral(bytes, name, line.name) !== NOT_FOUND) return line;
  return undefined;
}

/** The digest that is at this place, in quotes; `expected` itself where it is that one, which spares a string. */
function digestAt(bytes: Buffer, at: number, expected: Digest): Digest | undefined {
  let same = 0;
  while (same < DIGEST_LENGTH && bytes[at + 1 + same] === expected.charCodeAt(same)) same++;
  return same === DIGEST_LENGTH ? expected : otherDigestAt(bytes, at);
}

function otherDigestAt(bytes: Buffer, at: number): Digest | undefined {
  const text = bytes.toString("latin1", at + 1, at + 1 + DIGEST_LENGTH);
  return isDigest(text) ? text : undefined;
}

/** The hash of the last line that was scanned, and its words: nearly every line repeats it. */
let lastHash = "0".repeat(DIGEST_LENGTH) as Digest;
const lastWords = Int32Array.from(toLiteral(lastHash).words);

function keepHash(bytes: Buffer, at: number, hash: Digest): void {
  lastHash = hash;
  copyWords(bytes, at + 1, lastWords);
}

function prevHashAt(bytes: Buffer, at: number): Digest | undefined {
  return hasWords(bytes, at + 1, lastWords) ? lastHash : otherDigestAt(bytes, at);
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
  readonly literal: Literal;
  /** As JSON. */
  readonly text: string;
  readonly id: string;
}

/** The last id that was read: nearly every line repeats it. */
let lastExecution: ExecutionId = { literal: toLiteral("none"), text: "", id: "" };

/** The execution id at this place, which is a string. */
export function executionAt(bytes: Buffer, at: number): ExecutionId {
  if (expectLiteral(bytes, at, lastExecution.literal) !== NOT_FOUND) return lastExecution;
  const text = bytes.toString("utf8", at, stringEnd(bytes, at));
  lastExecution = { literal: toLiteral(text), text, id: JSON.parse(text) as string };
  return lastExecution;
}

/** Buffer for the bytes to hash: hashing in two calls costs more. */
const scratch = Buffer.alloc(2 ** 14);

/** The beginnings of the buffer that were needed, by length. */
const beginnings = new Map<number, Buffer>();

/** The line without the bytes from `from` to `to`. Valid until the next call. */
function withoutHash(bytes: Buffer, from: number, to: number): Buffer {
  const length = bytes.length - (to - from);
  if (length > scratch.length) return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  bytes.copy(scratch, 0, 0, from);
  bytes.copy(scratch, from, to);
  let beginning = beginnings.get(length);
  if (beginning === undefined) {
    beginning = scratch.subarray(0, length);
    beginnings.set(length, beginning);
  }
  return beginning;
}
