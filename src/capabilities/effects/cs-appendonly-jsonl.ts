import { type Json, own } from "../../json/value.ts";
import type { Change } from "../../ports.ts";
import type { NumberedEntry } from "../../storage/record-log.ts";
import { absent, done, type ShownAnswer, unclear } from "../evidence.ts";
import { anything, object, optional } from "../input-schema.ts";
import { storeEffect } from "../targets/store.ts";

/** The time as Python's `utcnow().isoformat()` writes it: no zone, microseconds only where there are any. */
function naiveTime(clock: string): string {
  const [seconds = "", fraction = ""] = clock.replace("Z", "").split(".");
  return Number(fraction) === 0 ? seconds : `${seconds}.${fraction.padEnd(6, "0")}`;
}

const isNaive = (time: Json | undefined): time is string =>
  typeof time === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?$/.test(time);

/** How many lines there were after the change. */
function linesAfter(change: Change | null): number {
  const lines = own(change?.after ?? {}, "lines");
  return typeof lines === "number" ? lines : 0;
}

/** What the append of this line answered. */
function answerOf({ number, entry }: NumberedEntry): ShownAnswer {
  const { record_id = null, sequence_number = null } = entry;
  const change = { before: { lines: number - 1 }, after: { lines: number } };
  return { result: { record_id, sequence_number }, change };
}

/** Where both are written alike, their order is that of their texts. */
const isBefore = (time: Json | undefined, since: string) => isNaive(time) && time < naiveTime(since);

/** `{"record_id", "sequence_number", "timestamp", "actor_id", "stream_id", "record"}` per line: ordered history. */
export const csAppendonlyJsonl = storeEffect({
  code: "capability_side_effects::CS_APPENDONLY_JSONL_V0",
  about: "A log that only grows.",
  store: "log",
  operations: {
    APPEND: {
      about: "Adds the record at the end of the log under the next number.",
      input: { record: object, stream_id: optional(anything), actor_id: optional(anything) },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "append-only",
      async run({ record, stream_id = null, actor_id = null }, log, sources) {
        const { entry, change } = await log.append((sequence_number) => {
          const timestamp = naiveTime(sources.clock());
          const record_id = `${timestamp}_${String(sequence_number - 1).padStart(6, "0")}`;
          return { record_id, sequence_number, timestamp, actor_id, stream_id, record };
        });
        const { record_id, sequence_number } = entry;
        return { outcome: "SUCCESS", result: { record_id, sequence_number }, change };
      },
      async probe({ record, stream_id = null, actor_id = null }, log, { since, last: change, answered = {} }) {
        const { entries, count, torn } = await log.find({ record, stream_id, actor_id, ...answered });
        const known = linesAfter(change);
        const later = entries.filter(
          ({ number, entry }) =>
            !isBefore(own(entry, "timestamp"), since) && !(number <= known && known <= count),
        );
        const [line] = later;
        const last = later.at(-1);
        if (line === undefined || last === undefined) return absent({ lines: count, ...torn });
        const answer = answerOf(last);
        if (line !== last) {
          const evidence = { lines: later.length, first: line.number, last: last.number };
          return unclear("SEVERAL_LINES", evidence, answer);
        }
        if (!isNaive(own(line.entry, "timestamp")))
          return unclear("UNDATED_LINE", { line: line.number }, answer);
        const evidence = { line: line.number, record_id: own(line.entry, "record_id") ?? null };
        return done(evidence, answer, { isDated: true });
      },
    },
    GET_ALL: {
      about: "Every entry of the log in the order of appending; with a stream, only its entries.",
      input: { stream_id: optional(anything) },
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "reads",
      async run({ stream_id = null }, log) {
        return { outcome: "SUCCESS", result: { entries: await log.entries(stream_id) } };
      },
    },
  },
  examples: [
    {
      about: "records are numbered from 1 and read in order",
      calls: [
        { op: "GET_ALL", input: {}, outcome: "SUCCESS", result: { entries: [] } },
        {
          op: "APPEND",
          input: { record: { event_code: "EV_A" }, stream_id: "s" },
          outcome: "SUCCESS",
          result: { sequence_number: 1 },
        },
        {
          op: "APPEND",
          input: { record: { event_code: "EV_B" }, stream_id: "t", actor_id: "me" },
          outcome: "SUCCESS",
          result: { sequence_number: 2 },
        },
        { op: "GET_ALL", input: { stream_id: "none" }, outcome: "SUCCESS", result: { entries: [] } },
      ],
    },
    {
      about: "blank lines count, and a last line without newline is a line",
      before: '\n{"record":1}',
      calls: [
        { op: "APPEND", input: { record: {} }, outcome: "SUCCESS", result: { sequence_number: 3 } },
        { op: "APPEND", input: { record: {} }, outcome: "SUCCESS", result: { sequence_number: 4 } },
      ],
    },
    {
      about: "a torn last line is no entry, and the next append takes its place",
      before: '{"record":1}\n{"rec',
      calls: [
        { op: "GET_ALL", input: {}, outcome: "SUCCESS", result: { entries: [{ record: 1 }] } },
        { op: "APPEND", input: { record: {} }, outcome: "SUCCESS", result: { sequence_number: 2 } },
      ],
    },
    {
      about: "a record is an object",
      calls: [
        { op: "APPEND", input: {}, outcome: "VIOLATION" },
        { op: "APPEND", input: { record: [1] }, outcome: "VIOLATION" },
      ],
    },
  ],
});
