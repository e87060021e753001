/** Looks for events in every journal below the data root (SPEC 4.2). */

import { StoreFault } from "../../errors/ports.ts";
import { DEPTH, SIZE } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import { readObjectText } from "../../json/parse.ts";
import { utf8 } from "../../json/text.ts";
import { isObject, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import type { DataRoot } from "../../ports.ts";
import { linesIn } from "../../trace/chunks.ts";
import { type StoreDefect, storeDefect } from "../errors.ts";
import type { EventPattern, EventQuery } from "../event-query.ts";

/** Reads all journals, also when every pattern has matched: a line that is no JSON object is never passed over. */
export function eventQuery(data: Pick<DataRoot, "journals">): EventQuery {
  return {
    async find(patterns) {
      const found = patterns.map(() => false);
      for (const { name, pieces } of data.journals()) {
        for (const record of recordsIn(name, pieces)) {
          patterns.forEach((pattern, i) => {
            found[i] ||= matches(record, pattern);
          });
        }
      }
      return found;
    },
  };
}

function matches(record: JsonObject, { event, where }: EventPattern): boolean {
  if (own(record, "event_code") !== event && own(record, "event_type") !== event) return false;
  return Object.entries(where).every(([field, value]) => {
    const found = own(record, field);
    return found !== undefined && jsonEqual(found, value);
  });
}

/** @throws StoreFault `CORRUPT` for a line that is no JSON object, unless it is a half-written last one. */
function* recordsIn(file: string, pieces: Iterable<Uint8Array>): Generator<JsonObject> {
  let line = 0;
  for (const { bytes, isWhole } of linesIn(pieces)) {
    line++;
    const read = readLine(bytes);
    if ("value" in read) {
      const record = own(read.value, "record");
      if (isObject(record)) yield record;
    } else if (isWhole) {
      throw new StoreFault("CORRUPT", { file, line, ...read.defect });
    }
  }
}

/** The object of a line, an empty one where it is blank; else what is wrong with it. */
function readLine(bytes: Buffer): { readonly value: JsonObject } | { readonly defect: StoreDefect } {
  if (bytes.length > SIZE.text) return { defect: { defect: "TOO_LARGE" } };
  const text = utf8(bytes);
  if (isBlank(text)) return { value: {} };
  const read = readObjectText(text, DEPTH.stored, isPrintedNumber);
  return "value" in read ? read : { defect: storeDefect(read.defect) };
}

/** Not `trim`, to which a byte order mark is white space. */
const isBlank = (text: string) => !/[^ \t\r]/.test(text);
