/** JSON Lines stores: what one process remembers of a file, and how it adds a line to it. */

import { isUtf8 } from "node:buffer";
import { StoreFault } from "../../faults.ts";
import { type JsonObject, readObjectText, unicodeEscape, utf8 } from "../../json.ts";
import type { StoreFile, StoreStamp } from "../../ports.ts";
import { toStoredText } from "./stored-text.ts";

/** What a reader makes of the lines, one after the other. */
export interface LineReader<S> {
  start(): S;
  /**
   * Takes one line; `number` counts from 1, `file` is for faults. The last line may be taken twice.
   * Where it is absent, lines are counted, whatever they hold.
   */
  take?(state: S, line: string, number: number, file: string): void;
}

/** A JSON Lines file as it is at one moment. */
export interface Lines<S> {
  /** What the reader has made of the lines. */
  readonly state: S;
  /** Every line, blank ones too, but no torn one. */
  readonly count: number;
  /** Bytes behind the last newline that are no whole JSON: what an interrupted write left behind. */
  readonly tornBytes: number;
  /**
   * Adds a line; only under the lock under which the file was looked at. Torn bytes are cut off first, a last
   * line without newline gets its own. Nothing waits for the disk: the trace is the evidence.
   */
  add(line: JsonObject): void;
}

interface Known<S> {
  readonly state: S;
  stamp: StoreStamp | null;
  /** Newlines, and the offset behind the last one. */
  ended: number;
  end: number;
  tail: Tail;
  /** The last bytes before `end`: when they are no longer there, the file was rewritten in place. */
  anchor: Uint8Array;
}

interface Tail {
  readonly kind: "none" | "whole" | "torn";
  readonly bytes: number;
}

const NO_TAIL: Tail = { kind: "none", bytes: 0 };
const ANCHOR_BYTES = 256;
const NEWLINE = 0x0a;

/**
 * Looks at a file and remembers it for this process: an unchanged file is not read again, a grown one only from
 * where it was known, whoever wrote to it.
 */
export function lineStore<S>(reader: LineReader<S>): (store: StoreFile) => Lines<S> {
  const memory = new WeakMap<StoreFile, Known<S>>();
  return (store) => {
    const stamp = store.stamp();
    let known = memory.get(store);
    if (known === undefined || !isSame(known.stamp, stamp)) {
      memory.delete(store);
      known = (known && extend(reader, store, known, stamp)) ?? rebuild(reader, store, stamp);
      memory.set(store, known);
    }
    return toLines(reader, store, known);
  };
}

function toLines<S>(reader: LineReader<S>, store: StoreFile, known: Known<S>): Lines<S> {
  const { state, ended, tail } = known;
  return {
    state,
    count: ended + (tail.kind === "whole" ? 1 : 0),
    tornBytes: tail.kind === "torn" ? tail.bytes : 0,
    add: (line) => append(reader, store, known, asciiLine(line)),
  };
}

function isSame(a: StoreStamp | null, b: StoreStamp | null): boolean {
  if (a === null || b === null) return a === b;
  return a.identity === b.identity && a.size === b.size && a.modified === b.modified;
}

function rebuild<S>(reader: LineReader<S>, store: StoreFile, stamp: StoreStamp | null): Known<S> {
  const anchor = new Uint8Array();
  const known: Known<S> = { state: reader.start(), stamp, ended: 0, end: 0, tail: NO_TAIL, anchor };
  if (stamp !== null) consume(reader, store.name, known, store.readFrom(0));
  return known;
}

/** What was known and what has been added since; undefined when the file is not the old one grown longer. */
function extend<S>(
  reader: LineReader<S>,
  store: StoreFile,
  known: Known<S>,
  stamp: StoreStamp | null,
): Known<S> | undefined {
  if (known.stamp === null || stamp?.identity !== known.stamp.identity) return undefined;
  if (stamp.size <= known.stamp.size) return undefined;
  const { anchor } = known;
  const bytes = store.readFrom(known.end - anchor.length);
  if (Buffer.compare(bytes.subarray(0, anchor.length), anchor) !== 0) return undefined;
  known.stamp = stamp;
  consume(reader, store.name, known, bytes.subarray(anchor.length));
  return known;
}

/** Takes the lines in `bytes`, which begin where the file was known to end. */
function consume<S>(reader: LineReader<S>, file: string, known: Known<S>, bytes: Uint8Array): void {
  const size = bytes.lastIndexOf(NEWLINE) + 1;
  const whole = bytes.subarray(0, size);
  const rest = bytes.subarray(size);
  if (reader.take === undefined) known.ended += newlines(whole);
  else takeLines(reader, file, known, whole);
  known.end += size;
  if (size > 0) known.anchor = Uint8Array.from(whole.subarray(-ANCHOR_BYTES));
  known.tail = tailOf(rest);
  if (known.tail.kind === "whole") reader.take?.(known.state, utf8(rest), known.ended + 1, file);
}

function takeLines<S>(reader: LineReader<S>, file: string, known: Known<S>, bytes: Uint8Array): void {
  if (!isUtf8(bytes)) throw corrupt(file, known.ended + lineOfInvalidUtf8(bytes));
  const text = utf8(bytes);
  let start = 0;
  for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
    reader.take?.(known.state, text.slice(start, end), ++known.ended, file);
    start = end + 1;
  }
}

function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

function lineOfInvalidUtf8(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(NEWLINE, start);
    if (end === -1 || !isUtf8(bytes.subarray(start, end))) return line;
    start = end + 1;
  }
}

function tailOf(bytes: Uint8Array): Tail {
  if (bytes.length === 0) return NO_TAIL;
  return { kind: isWhole(bytes) ? "whole" : "torn", bytes: bytes.length };
}

function isWhole(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false;
  try {
    JSON.parse(utf8(bytes));
    return true;
  } catch {
    return false;
  }
}

function append<S>(reader: LineReader<S>, store: StoreFile, known: Known<S>, text: string): void {
  const { tail } = known;
  if (tail.kind === "torn") store.truncate(known.end);
  const size = known.end + (tail.kind === "whole" ? tail.bytes + 1 : 0) + text.length + 1;
  store.append(`${tail.kind === "whole" ? "\n" : ""}${text}\n`);
  const stamp = store.stamp();
  // Somebody else has written as well: what is known stays valid, and the next look reads on from there.
  if (stamp?.size !== size) return;
  known.ended += tail.kind === "whole" ? 2 : 1;
  reader.take?.(known.state, text, known.ended, store.name);
  known.end = size;
  known.tail = NO_TAIL;
  known.anchor = Buffer.from(`${text}\n`.slice(-ANCHOR_BYTES), "latin1");
  known.stamp = stamp;
}

const NOT_PLAIN = /[\u007f-\uffff]/g;

/**
 * The line in ASCII, so that readers which split at other line separators, or assume another encoding, find what
 * was written.
 */
function asciiLine(line: JsonObject): string {
  return toStoredText(line).replace(NOT_PLAIN, unicodeEscape);
}

export function isBlank(line: string): boolean {
  return line.trim() === "";
}

/** The object a stored line holds, strictly read. @throws StoreFault `CORRUPT` */
export function readLine(line: string, number: number, file: string): JsonObject {
  const read = readObjectText(line);
  if ("defect" in read) throw corrupt(file, number);
  return read.value;
}

export function corrupt(file: string, line?: number): StoreFault {
  return new StoreFault("CORRUPT", line === undefined ? { file } : { file, line });
}
