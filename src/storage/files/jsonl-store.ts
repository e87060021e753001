/** A JSON Lines file that is remembered by this process, read on from there, and added to. */

import { StoreFault } from "../../errors/ports.ts";
import type { JsonObject } from "../../json/value.ts";
import type { StoreFile, StoreStamp } from "../../ports.ts";
import { anchorAt, type CachedLines, extend, isSame, type LineReader, readAll, tornIn } from "./jsonl-cache.ts";
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
  readonly torn: { readonly torn_bytes?: number };
  /**
   * Adds a line; only under the lock under which the file was looked at. Torn bytes are cut off first, a last
   * line without newline gets its own. Nothing waits for the disk: the trace is the evidence.
   */
  add(line: JsonObject): void;
}

/** Returns what `work` makes of the file as it is now; `work` is done again where the index turns out to be stale. */
export type ReadLines<S> = <T>(work: (lines: Lines<S>) => T) => T;

/**
 * Remembers a file for this process: an unchanged file is not read again, a grown one only from where it was known,
 * whoever wrote to it. A process that does not know the file begins with the index that the last one wrote.
 */
export function openLines<S>(reader: LineReader<S>, store: StoreFile): ReadLines<S> {
  let cached: CachedLines<S> | undefined;
  const refresh = (begin: Begin<S>): CachedLines<S> => {
    const stamp = store.stamp();
    const before = cached;
    cached = undefined;
    const now =
      before !== undefined && isSame(before.stamp, stamp)
        ? before
        : ((before && extend(reader, store, before, stamp)) ?? begin(reader, store, stamp));
    saveIndex(reader, store, now);
    cached = now;
    return now;
  };
  const add = (known: CachedLines<S>, line: JsonObject) => {
    const text = asciiLine(line, store.name);
    const size = append(store, known, text);
    try {
      noteAdded(reader, store, known, { entry: line, text }, size);
    } catch (error) {
      // The line is written: what goes wrong now is no reason to write it again.
      if (!(error instanceof StaleIndexError || error instanceof StoreFault)) throw error;
      cached = undefined;
    }
  };
  return (work) => {
    for (const begin of ATTEMPTS) {
      try {
        const known = refresh(begin);
        return work(toLines(known, (line) => add(known, line)));
      } catch (error) {
        if (!(error instanceof StaleIndexError)) throw error;
        cached = undefined;
      }
    }
    throw corrupt(store.name);
  };
}

type Begin<S> = (reader: LineReader<S>, store: StoreFile, stamp: StoreStamp | null) => CachedLines<S>;

/** A second look at the index, because another process may have replaced it since the first. */
const ATTEMPTS = [readByIndex, readByIndex, readAll];

function toLines<S>({ state, ended, tail }: CachedLines<S>, add: Lines<S>["add"]): Lines<S> {
  return { state, count: ended + (tail.kind === "whole" ? 1 : 0), torn: tornIn(tail), add };
}

/** What the index holds and what has been added since; all of the file where the index is of no use. */
function readByIndex<S>(reader: LineReader<S>, store: StoreFile, stamp: StoreStamp | null): CachedLines<S> {
  const known = stamp && loadIndex(reader, store, stamp);
  if (known === null) return readAll(reader, store, stamp);
  if (isSame(known.stamp, stamp)) return known;
  return extend(reader, store, known, stamp) ?? readAll(reader, store, stamp);
}

function loadIndex<S>({ index }: LineReader<S>, store: StoreFile, stamp: StoreStamp): CachedLines<S> | null {
  const file = index && store.index(index.kind);
  if (!file || stamp.size < file.worth) return null;
  const stored = openIndex(file);
  if (stored === null) return null;
  const { extent, pages, facts } = stored;
  const end = extent.stamp.size;
  return { ...extent, state: index.load(pages, facts), end, tail: NO_TAIL, indexed: end };
}

/** Writes the line; returns the size the file has then, if no other process has written. */
function append<S>(store: StoreFile, { end, tail }: CachedLines<S>, text: string): number {
  if (tail.kind === "torn") store.truncate(end);
  store.append(`${tail.kind === "whole" ? "\n" : ""}${text}\n`);
  return end + (tail.kind === "whole" ? tail.bytes + 1 : 0) + text.length + 1;
}

function noteAdded<S>(
  reader: LineReader<S>,
  store: StoreFile,
  known: CachedLines<S>,
  { entry, text }: { readonly entry: JsonObject; readonly text: string },
  size: number,
): void {
  const stamp = store.stamp();
  // Another process has written as well: what is known stays valid, and the next look reads on from there.
  if (stamp?.size !== size) return;
  const isBehindWhole = known.tail.kind === "whole";
  known.ended += isBehindWhole ? 2 : 1;
  const line = { text, entry, number: known.ended, offset: size - text.length - 1, isEnded: true };
  reader.take?.(known.state, line, store.name);
  known.end = size;
  known.tail = NO_TAIL;
  // The bytes of a last line without newline are not remembered: then the anchor begins anew.
  known.anchor = anchorAt(isBehindWhole ? "" : known.anchor, `${text}\n`);
  known.stamp = stamp;
}

/** Writes the index where that is worth it, and where what is known is in the file and ends with a line. */
function saveIndex<S>({ index }: LineReader<S>, store: StoreFile, known: CachedLines<S>): void {
  const { stamp, end, indexed, ended, anchor, state } = known;
  if (index === undefined || end - indexed < end * index.share) return;
  if (stamp?.size !== end || stamp.modified === "") return;
  const file = store.index(index.kind);
  if (file === null || end - indexed < file.worth) return;
  const { pages, facts } = index.save(state);
  writeIndex(file, { stamp, ended, anchor }, facts, pages);
  known.indexed = end;
}
