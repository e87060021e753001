/** What one process knows of a JSON Lines file, and how it reads on from there. */

import { utf8 } from "../../json/text.ts";
import type { JsonObject } from "../../json/value.ts";
import type { StoreFileReader, StoreStamp } from "../../ports.ts";
import type { FoundEntries, NumberedEntry } from "../record-log.ts";
import type { Pages } from "./jsonl-index.ts";
import {
  corrupt,
  isBlank,
  type Line,
  linesIn,
  NEWLINE,
  NO_TAIL,
  newlinesIn,
  parseEntry,
  type Tail,
  tailOf,
} from "./jsonl-scan.ts";

/** Folds the lines of a file, one after the other, into a state. */
export interface LineReader<S> {
  start(): S;
  /**
   * Takes one line; `file` is for faults. The last line may be taken twice. Where it is absent, lines are counted,
   * whatever they hold.
   */
  take?(state: S, line: Line, file: string): void;
  /** How the state outlasts the process. Where it is absent, every process reads the file from its beginning. */
  readonly index?: {
    readonly kind: string;
    /** The share of the file by which it grows before its index is written again, so that every line costs the same. */
    readonly share: number;
    /** The state that `save` returned pages and facts of. @throws StaleIndexError */
    load(pages: Pages, facts: JsonObject): S;
    /** @throws StaleIndexError */
    save(state: S): { readonly pages: readonly Int32Array[]; readonly facts: JsonObject };
  };
}

/** A file as far as it was read. */
export interface CachedLines<S> {
  readonly state: S;
  stamp: StoreStamp | null;
  /** Newlines, and the offset behind the last one. */
  ended: number;
  end: number;
  tail: Tail;
  /** The last bytes before `end`, each as a character: when they are no longer there, the file was rewritten in place. */
  anchor: string;
  /** The end for which an index was last written, or should have been. */
  indexed: number;
}

const ANCHOR_BYTES = 256;

/** The anchor of a file that has grown by these bytes, which end with a line. */
export function anchorAt(before: string, added: string): string {
  // The inner cut keeps a long line from being kept by a part of it.
  return (before + added.slice(-ANCHOR_BYTES)).slice(-ANCHOR_BYTES);
}

export function isSame(a: StoreStamp | null, b: StoreStamp | null): boolean {
  if (a === null || b === null) return a === b;
  return a.identity === b.identity && a.size === b.size && a.modified === b.modified;
}

/** All of the file, if there is one. */
export function readAll<S>(
  reader: LineReader<S>,
  store: StoreFileReader,
  stamp: StoreStamp | null,
): CachedLines<S> {
  const known = { state: reader.start(), stamp, ended: 0, end: 0, tail: NO_TAIL, anchor: "", indexed: 0 };
  if (stamp !== null) readOn(reader, store, known);
  return known;
}

/** What was known and what has been added since; undefined when the file is not the old one grown longer. */
export function extend<S>(
  reader: LineReader<S>,
  store: StoreFileReader,
  known: CachedLines<S>,
  stamp: StoreStamp | null,
): CachedLines<S> | undefined {
  if (known.stamp === null || stamp?.identity !== known.stamp.identity) return undefined;
  if (stamp.size <= known.stamp.size) return undefined;
  // Its line has been taken, and what is behind it now may have made another line of it.
  if (known.tail.kind === "whole") return undefined;
  known.stamp = stamp;
  return readOn(reader, store, known) ? known : undefined;
}

/** Takes the lines behind the known end; false when the bytes before it are no longer those that were known. */
function readOn<S>(reader: LineReader<S>, store: StoreFileReader, known: CachedLines<S>): boolean {
  const anchor = Buffer.from(known.anchor, "latin1");
  const begin = known.end - anchor.length;
  let before = Buffer.alloc(0);
  let begun: Uint8Array[] = [];
  store.readFrom(begin, (piece) => {
    let bytes = piece;
    if (before.length < anchor.length) {
      const missing = anchor.length - before.length;
      before = Buffer.concat([before, piece.subarray(0, missing)]);
      bytes = piece.subarray(missing);
    }
    if (!isStartOf(before, anchor)) return;
    begun.push(bytes);
    if (bytes.includes(NEWLINE)) begun = [takeLines(reader, store.name, known, Buffer.concat(begun))];
  });
  const rest = Buffer.concat(begun);
  known.tail = tailOf(rest);
  if (known.tail.kind === "whole") {
    const line = { text: utf8(rest), number: known.ended + 1, offset: known.end, isEnded: false };
    reader.take?.(known.state, line, store.name);
  }
  return before.length === anchor.length && isStartOf(before, anchor);
}

const isStartOf = (bytes: Uint8Array, whole: Uint8Array) =>
  Buffer.compare(bytes, whole.subarray(0, bytes.length)) === 0;

/** Takes the lines that begin where the file was known to end; returns the bytes behind the last newline. */
function takeLines<S>(
  reader: LineReader<S>,
  file: string,
  known: CachedLines<S>,
  bytes: Uint8Array,
): Uint8Array {
  const size = bytes.lastIndexOf(NEWLINE) + 1;
  const whole = bytes.subarray(0, size);
  if (reader.take !== undefined) {
    for (const line of linesIn(whole, known.end, known.ended + 1, file)) reader.take(known.state, line, file);
  }
  known.ended += newlinesIn(whole);
  known.end += size;
  known.anchor = anchorAt(known.anchor, Buffer.from(whole.subarray(-ANCHOR_BYTES)).toString("latin1"));
  return bytes.subarray(size);
}

/**
 * The entries that match, in order, with their line numbers. Reads all of the file and remembers nothing of it.
 * @throws StoreFault `CORRUPT` for a line that holds no object, because it may have been one that matches
 */
export function findEntries(store: StoreFileReader, matches: (entry: JsonObject) => boolean): FoundEntries {
  const entries: NumberedEntry[] = [];
  const reader: LineReader<undefined> = {
    start: () => undefined,
    take(_, { text, number }) {
      if (isBlank(text)) return;
      const entry = parseEntry(text);
      if (entry === undefined) throw corrupt(store.name, number);
      if (matches(entry)) entries.push({ number, entry });
    },
  };
  const { ended, tail } = readAll(reader, store, store.stamp());
  return { entries, count: ended + (tail.kind === "whole" ? 1 : 0), torn: tornIn(tail) };
}

/** What is known of torn bytes, for a change or for evidence. */
export function tornIn({ kind, bytes }: Tail): { readonly torn_bytes?: number } {
  return kind === "torn" ? { torn_bytes: bytes } : {};
}
