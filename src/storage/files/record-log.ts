/** Record logs as JSON Lines files. */

import { type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import type { StoreFile, StoreFileReader } from "../../ports.ts";
import type { RecordLog, RecordLogReader } from "../record-log.ts";
import { findEntries, type LineReader } from "./jsonl-cache.ts";
import { isBlank, readLine } from "./jsonl-scan.ts";
import { openLines } from "./jsonl-store.ts";

/** An append asks only how many lines there are, whatever they hold. */
const countReader: LineReader<undefined> = {
  start: () => undefined,
  index: {
    kind: "lines",
    share: 1 / 32,
    load: () => undefined,
    save: () => ({ pages: [], facts: {} }),
  },
};

const entryReader: LineReader<Map<number, JsonObject>> = {
  start: () => new Map(),
  take(byLine, { text, number }, file) {
    if (!isBlank(text)) byLine.set(number, readLine(text, number, file));
  },
};

export function logReader(file: StoreFileReader): RecordLogReader {
  return {
    async find(fields) {
      const wanted = Object.entries(fields);
      return findEntries(file, (entry) =>
        wanted.every(([field, value]) => jsonEqual(own(entry, field) ?? null, value)),
      );
    },
  };
}

export function openLog(file: StoreFile): RecordLog {
  const counted = openLines(countReader, file);
  const read = openLines(entryReader, file);
  return {
    ...logReader(file),
    append: (make) =>
      file.locked(() =>
        counted(({ count, torn, add }) => {
          const entry = make(count + 1);
          add(entry);
          return { entry, change: { before: { lines: count, ...torn }, after: { lines: count + 1 } } };
        }),
      ),
    async entries(stream: Json) {
      const all = read(({ state }) => [...state.values()]);
      if (stream === null) return all;
      return all.filter((entry) => jsonEqual(own(entry, "stream_id") ?? null, stream));
    },
  };
}
