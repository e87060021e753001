/**
 * Scans canonical JSON (RFC 8785) as bytes, without building its values. Each function takes an offset and returns
 * the one after the value, or `NOT_FOUND` if no canonical value begins there. The bytes must be UTF-8. Everything
 * accepted is canonical; a canonical member whose name is not plain ASCII is not accepted.
 */

import { DEPTH } from "../json/limits.ts";

export const NOT_FOUND = -1;

export const QUOTE = 0x22;
export const COMMA = 0x2c;
const MINUS = 0x2d;
const POINT = 0x2e;
export const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
export const LIST = 0x5b;
const BACKSLASH = 0x5c;
export const LIST_END = 0x5d;
const LETTER_E = 0x65;
export const OBJECT = 0x7b;
export const OBJECT_END = 0x7d;

/** Of the words of a literal. */
const WORD_BYTES = 8;

const WORDS: ReadonlyMap<number | undefined, Literal> = new Map(
  ["true", "false", "null"].map((word) => [word.charCodeAt(0), toLiteral(word)]),
);

export function valueEnd(bytes: Buffer, at: number, depth = 0): number {
  if (depth > DEPTH.document) return NOT_FOUND;
  const first = bytes[at];
  if (first === QUOTE) return stringEnd(bytes, at);
  if (first === OBJECT) return objectEnd(bytes, at, depth);
  if (first === LIST) return listEnd(bytes, at, depth);
  const word = WORDS.get(first);
  return word === undefined ? numberEnd(bytes, at) : expectLiteral(bytes, at, word);
}

/** Members are sorted by name, without duplicates. */
export function objectEnd(bytes: Buffer, at: number, depth = 0): number {
  if (bytes[at] !== OBJECT || depth > DEPTH.document) return NOT_FOUND;
  if (bytes[at + 1] === OBJECT_END) return at + 2;
  let before = NOT_FOUND;
  let beforeEnd = NOT_FOUND;
  for (let next = at + 1; ; next++) {
    const name = next + 1;
    const nameEnd = plainEnd(bytes, next);
    if (nameEnd === NOT_FOUND || bytes[nameEnd + 1] !== COLON) return NOT_FOUND;
    if (before !== NOT_FOUND && compareBytes(bytes, before, beforeEnd, bytes, name, nameEnd) >= 0)
      return NOT_FOUND;
    const value = nameEnd + 2;
    next = valueEnd(bytes, value, depth + 1);
    if (next === NOT_FOUND) return NOT_FOUND;
    if (bytes[next] === OBJECT_END) return next + 1;
    if (bytes[next] !== COMMA) return NOT_FOUND;
    before = name;
    beforeEnd = nameEnd;
  }
}

function listEnd(bytes: Buffer, at: number, depth: number): number {
  if (bytes[at + 1] === LIST_END) return at + 2;
  for (let next = at + 1; ; next++) {
    next = valueEnd(bytes, next, depth + 1);
    if (next === NOT_FOUND) return NOT_FOUND;
    if (bytes[next] === LIST_END) return next + 1;
    if (bytes[next] !== COMMA) return NOT_FOUND;
  }
}

/** The offset of the closing quote of a plain ASCII string without escapes. */
function plainEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return NOT_FOUND;
  for (let next = at + 1; ; next++) {
    const byte = bytes[next];
    if (byte === QUOTE) return next;
    if (byte === undefined || byte < 0x20 || byte >= 0x80 || byte === BACKSLASH) return NOT_FOUND;
  }
}

export function stringEnd(bytes: Buffer, at: number): number {
  if (bytes[at] !== QUOTE) return NOT_FOUND;
  for (let next = at + 1; ; next++) {
    const byte = bytes[next];
    if (byte === QUOTE) return next + 1;
    if (byte === BACKSLASH) {
      const end = escapeEnd(bytes, next);
      if (end === NOT_FOUND) return NOT_FOUND;
      next = end - 1;
    } else if (byte === undefined || byte < 0x20) return NOT_FOUND;
  }
}

const SHORT_ESCAPES: ReadonlySet<number | undefined> = new Set(Buffer.from('"\\bfnrt'));
const LONG_ESCAPE = /^\\u00(?:0[0-7be-f]|1[0-9a-f])$/;

/** Only what must be escaped is, each in its shortest form. */
function escapeEnd(bytes: Buffer, at: number): number {
  if (SHORT_ESCAPES.has(bytes[at + 1])) return at + 2;
  return LONG_ESCAPE.test(bytes.toString("latin1", at, at + 6)) ? at + 6 : NOT_FOUND;
}

/** Integers of up to 15 digits are canonical; any other number is canonical if it is printed the same way. */
function numberEnd(bytes: Buffer, at: number): number {
  const first = bytes[at] === MINUS ? at + 1 : at;
  const end = digitsEnd(bytes, first);
  if (end === first) return NOT_FOUND;
  const isInteger = bytes[end] !== POINT && bytes[end] !== LETTER_E && end - first <= 15;
  if (isInteger && (bytes[first] !== ZERO || end === at + 1)) return end;
  const tokenEnd = numeralEnd(bytes, end);
  const token = bytes.toString("latin1", at, tokenEnd);
  return String(Number(token)) === token ? tokenEnd : NOT_FOUND;
}

/** The offset of the first byte from `at` on that is not a digit. */
export function digitsEnd(bytes: Buffer, at: number): number {
  let end = at;
  for (let byte = bytes[end] as number; byte >= ZERO && byte <= NINE; ) byte = bytes[++end] as number;
  return end;
}

const NUMERAL: ReadonlySet<number | undefined> = new Set(Buffer.from("0123456789.e+-"));

function numeralEnd(bytes: Buffer, at: number): number {
  let end = at;
  while (NUMERAL.has(bytes[end])) end++;
  return end;
}

/**
 * A text to compare bytes with, eight bytes at a time, as doubles. Zero and NaN alone are not compared by their bits, and no
 * text without control characters has the bytes of one.
 */
export interface Literal {
  readonly length: number;
  readonly words: number[];
  /** Of a text that has no whole word. */
  readonly bytes: Uint8Array;
}

export function toLiteral(text: string | Uint8Array): Literal {
  const bytes = Buffer.from(text as string);
  const { length } = bytes;
  const words = Array.from({ length: Math.floor(length / WORD_BYTES) }, (_, i) =>
    bytes.readDoubleLE(WORD_BYTES * i),
  );
  // The last word ends with the text, so it may overlap the one before.
  if (length > WORD_BYTES && length % WORD_BYTES > 0) words.push(bytes.readDoubleLE(length - WORD_BYTES));
  return { length, words, bytes: words.length === 0 ? bytes : bytes.subarray(0, 0) };
}

/** The buffer that was read last, with a view of its memory: all lines of a piece are in the same. */
let viewed = Buffer.alloc(0) as Buffer;
let view: DataView = new DataView(viewed.buffer);
/** Where the buffer begins in the view. */
let viewedFrom = 0;

function look(bytes: Buffer): void {
  viewed = bytes;
  viewedFrom = bytes.byteOffset;
  if (view.buffer !== bytes.buffer) view = new DataView(bytes.buffer);
}

/** The offset after the literal, if it is at `at`. */
export function expectLiteral(bytes: Buffer, at: number, { length, words, bytes: few }: Literal): number {
  const end = at + length;
  if (at === NOT_FOUND || end > bytes.length) return NOT_FOUND;
  if (length < WORD_BYTES) {
    for (let i = 0; i < length; i++) if (bytes[at + i] !== few[i]) return NOT_FOUND;
    return end;
  }
  if (viewed !== bytes) look(bytes);
  const begin = viewedFrom + at;
  const last = words.length - 1;
  if (view.getFloat64(begin + length - WORD_BYTES, true) !== words[last]) return NOT_FOUND;
  for (let i = 0; i < last; i++)
    if (view.getFloat64(begin + WORD_BYTES * i, true) !== words[i]) return NOT_FOUND;
  return end;
}

/** Makes a literal of whole words the text of its length at this place. */
export function setLiteral({ words }: Literal, bytes: Buffer, at: number): void {
  if (viewed !== bytes) look(bytes);
  for (let i = 0; i < words.length; i++) words[i] = view.getFloat64(viewedFrom + at + WORD_BYTES * i, true);
}

/** The four bytes at this place as one number; 0 where there are fewer. */
export function initialsAt(bytes: Buffer, at: number): number {
  return at === NOT_FOUND || at + 4 > bytes.length ? 0 : bytes.readInt32LE(at);
}

/** Below zero where the first stretch of bytes comes before the second, zero where they are the same. */
function compareBytes(a: Buffer, aAt: number, aEnd: number, b: Buffer, bAt: number, bEnd: number): number {
  const shorter = Math.min(aEnd - aAt, bEnd - bAt);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[aAt + i] as number) - (b[bAt + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aAt - (bEnd - bAt);
}
