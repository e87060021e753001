/** The bytes of JSON Lines files: where lines end, and what is left behind the last end. */

import { isUtf8 } from "node:buffer";
import { StoreFault } from "../../errors/ports.ts";
import { DEPTH } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import { type JsonDefect, readObjectText } from "../../json/parse.ts";
import { utf8 } from "../../json/text.ts";
import { isObject, type JsonObject } from "../../json/value.ts";
import type { StoreFileReader } from "../../ports.ts";
import { storeDefect } from "../errors.ts";

export interface Line {
  readonly text: string;
  /** Counts from 1. */
  readonly number: number;
  /** Bytes before it. */
  readonly offset: number;
  /** False for a last line without newline. */
  readonly isEnded: boolean;
  /** The object that was written as this line; absent for one that was read. */
  readonly entry?: JsonObject;
}

/** What is behind the last newline. */
export interface Tail {
  /** Whether it is a whole JSON value, or what an interrupted write left behind. */
  readonly kind: "none" | "whole" | "torn";
  readonly bytes: number;
}

export const NO_TAIL: Tail = { kind: "none", bytes: 0 };
export const NEWLINE = 0x0a;

export function tailOf(bytes: Uint8Array): Tail {
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

/**
 * The lines in bytes that end with a newline, the first of them at `offset` and with `number`.
 * @throws StoreFault `CORRUPT` in place of a line that is not UTF-8
 */
export function* linesIn(bytes: Uint8Array, offset: number, number: number, file: string): Generator<Line> {
  const isSound = isUtf8(bytes);
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
    const line = bytes.subarray(start, end);
    if (!isSound && !isUtf8(line)) throw corrupt(file, number, { code: "NOT_UTF8" });
    yield { text: utf8(line), number: number++, offset: offset + start, isEnded: true };
    start = end + 1;
  }
}

export function newlinesIn(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}

/** The number of the line that begins at the offset. */
export function lineNumberAt(store: StoreFileReader, offset: number): number {
  let number = 1;
  let left = offset;
  store.readFrom(0, (piece) => {
    number += newlinesIn(piece.subarray(0, left));
    left = Math.max(0, left - piece.length);
  });
  return number;
}

/** More than a stored line usually has. */
const LINE_BYTES = 512;

/** The line that begins at the offset; undefined where none begins. */
export function lineAt(store: StoreFileReader, offset: number): string | undefined {
  const before = Math.min(offset, 1);
  for (let length = LINE_BYTES; ; length *= 4) {
    const bytes = store.readAt(offset - before, before + length);
    if (before === 1 && bytes[0] !== NEWLINE) return undefined;
    const end = bytes.indexOf(NEWLINE, before);
    if (end !== -1) return utf8(bytes.subarray(before, end));
    if (bytes.length < before + length) return utf8(bytes.subarray(before));
  }
}

export function isBlank(line: string): boolean {
  return line.trim() === "";
}

/** The object a stored line holds, strictly read. @throws StoreFault `CORRUPT` */
export function readLine(line: string, number: number, file: string): JsonObject {
  const read = readObjectText(line, DEPTH.stored, isPrintedNumber);
  if ("defect" in read) throw corrupt(file, number, read.defect);
  return read.value;
}

/** The object a stored line holds, read as fast as the language parses; undefined where it holds none. */
export function parseEntry(text: string): JsonObject | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return isObject(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

export function corrupt(
  file: string,
  line?: number,
  defect?: Pick<JsonDefect, "code" | "pointer">,
): StoreFault {
  const where = line === undefined ? { file } : { file, line };
  return new StoreFault("CORRUPT", defect === undefined ? where : { ...where, ...storeDefect(defect) });
}
