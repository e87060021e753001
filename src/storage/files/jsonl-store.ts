/** JSON Lines stores: what one process remembers of a file, and how it adds a line to it. */

import type { JsonObject } from "../../json/json.ts";
import type { StoreFile, StoreStamp } from "../../ports.ts";
import { anchorAt, type CachedLines, extend, isSame, type LineReader, readAll } from "./jsonl-cache.ts";
import { openIndex, StaleIndexError, writeIndex } from "./jsonl-index.ts";
import { corrupt, NO_TAIL } from "./jsonl-scan.ts";
import { asciiLine } from "./stored-text.ts";

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

/** Looks at the file and answers what `work` makes of it, which is done again where the state turns out `Lost`. */
export type Look<S> = <T>(store: StoreFile, work: (lines: Lines<S>) => T) => T;

/** The share of a file by which it grows before its index is written again, so that every line costs the same. */
const SHARE = 1 / 32;

/**
 * Looks at a file and remembers it for this process: an unchanged file is not read again, a grown one only from
 * where it was known, whoever wrote to it. A process that does not know the file begins with what the last one kept.
 */
export function lineStore<S>(reader: LineReader<S>): Look<S> {
  const memory = new WeakMap<StoreFile, CachedLines<S>>();
  const know = (store: StoreFile, begin: Begin<S>): CachedLines<S> => {
    const stamp = store.stamp();
    let known = memory.get(store);
    if (known !== undefined && isSame(known.stamp, stamp)) return known;
    memory.delete(store);
    known = (known && extend(reader, store, known, stamp)) ?? begin(reader, store, stamp);
    keep(reader, store, known);
    memory.set(store, known);
    return known;
  };
  const add = (store: StoreFile, known: CachedLines<S>, line: JsonObject) => {
    const text = asciiLine(line, store.name);
    const size = append(store, known, text);
    try {
      noteAdded(reader, store, known, text, size);
      keep(reader, store, known);
    } catch (error) {
      if (!(error instanceof StaleIndexError)) throw error;
      memory.delete(store);
    }
  };
  return (store, work) => {
    for (const begin of ATTEMPTS) {
      try {
        const known = know(store, begin);
        return work(toLines(known, (line) => add(store, known, line)));
      } catch (error) {
        if (!(error instanceof StaleIndexError)) throw error;
        memory.delete(store);
      }
    }
    throw corrupt(store.name);
  };
}

type Begin<S> = (reader: LineReader<S>, store: StoreFile, stamp: StoreStamp | null) => CachedLines<S>;

/** A second look at the index, because another process may have replaced it since the first. */
const ATTEMPTS = [recall, recall, readAll];

function toLines<S>({ state, ended, tail }: CachedLines<S>, add: Lines<S>["add"]): Lines<S> {
  return {
    state,
    count: ended + (tail.kind === "whole" ? 1 : 0),
    tornBytes: tail.kind === "torn" ? tail.bytes : 0,
    add,
  };
}

/** What the index says and what has been added since; all of the file where it says nothing of it. */
function recall<S>(reader: LineReader<S>, store: StoreFile, stamp: StoreStamp | null): CachedLines<S> {
  const known = stamp && recalled(reader, store, stamp);
  if (known === null) return readAll(reader, store, stamp);
  if (isSame(known.stamp, stamp)) return known;
  return extend(reader, store, known, stamp) ?? readAll(reader, store, stamp);
}

function recalled<S>({ index }: LineReader<S>, store: StoreFile, stamp: StoreStamp): CachedLines<S> | null {
  const file = index && store.index(index.kind);
  if (!file || stamp.size < file.worth) return null;
  const kept = openIndex(file);
  if (kept === null) return null;
  const { extent, pages, facts } = kept;
  const end = extent.stamp.size;
  return { ...extent, state: index.recall(pages, facts), end, tail: NO_TAIL, kept: end };
}

/** Writes the line; answers the size the file has then, if nobody else has written. */
function append<S>(store: StoreFile, { end, tail }: CachedLines<S>, text: string): number {
  if (tail.kind === "torn") store.truncate(end);
  store.append(`${tail.kind === "whole" ? "\n" : ""}${text}\n`);
  return end + (tail.kind === "whole" ? tail.bytes + 1 : 0) + text.length + 1;
}

function noteAdded<S>(
  reader: LineReader<S>,
  store: StoreFile,
  known: CachedLines<S>,
  text: string,
  size: number,
): void {
  const stamp = store.stamp();
  // Somebody else has written as well: what is known stays valid, and the next look reads on from there.
  if (stamp?.size !== size) return;
  const isBehindWhole = known.tail.kind === "whole";
  known.ended += isBehindWhole ? 2 : 1;
  reader.take?.(known.state, { text, number: known.ended, offset: size - text.length - 1 }, store.name);
  known.end = size;
  known.tail = NO_TAIL;
  // The bytes of a last line without newline are not remembered: then the anchor begins anew.
  known.anchor = anchorAt(isBehindWhole ? new Uint8Array() : known.anchor, Buffer.from(`${text}\n`, "latin1"));
  known.stamp = stamp;
}

/** Writes the index where that is worth it, and where what is known ends with a line. */
function keep<S>({ index }: LineReader<S>, store: StoreFile, known: CachedLines<S>): void {
  const { stamp, end, kept, ended, anchor, state } = known;
  if (index === undefined || stamp?.size !== end) return;
  const file = store.index(index.kind);
  if (file === null || end - kept < Math.max(file.worth, end * SHARE)) return;
  const { pages, facts } = index.keep(state);
  writeIndex(file, { stamp, ended, anchor }, facts, pages);
  known.kept = end;
}
