/** A JSON Lines file as one looks at it who adds nothing: the lines that say a certain thing. */

import type { JsonObject } from "../../json/json.ts";
import type { StoreReader } from "../../ports.ts";
import { readAll } from "./jsonl-cache.ts";
import { corrupt, isBlank, parseEntry } from "./jsonl-scan.ts";

export interface MatchingLine {
  /** Counts from 1. */
  readonly number: number;
  readonly entry: JsonObject;
}

export interface Matching {
  readonly lines: readonly MatchingLine[];
  /** Every line of the file, but for a torn one. */
  readonly count: number;
  /** What an interrupted write left behind the lines: no line, and gone with the next one that is added. */
  readonly torn: { readonly torn_bytes?: number };
}

/** The lines whose object fits, in order. @throws StoreFault `CORRUPT` for a line that is none: it may have been one. */
export function matchingLines(store: StoreReader, fits: (entry: JsonObject) => boolean): Matching {
  const lines: MatchingLine[] = [];
  const reader = {
    start: () => undefined,
    take(_: undefined, { text, number }: { readonly text: string; readonly number: number }) {
      if (isBlank(text)) return;
      const entry = parseEntry(text) ?? refuse(store.name, number);
      if (fits(entry)) lines.push({ number, entry });
    },
  };
  const { ended, tail } = readAll(reader, store, store.stamp());
  return {
    lines,
    count: ended + (tail.kind === "whole" ? 1 : 0),
    torn: tail.kind === "torn" ? { torn_bytes: tail.bytes } : {},
  };
}

function refuse(file: string, line: number): never {
  throw corrupt(file, line);
}
