/** Looks for the records that admission rules ask for, in every journal below the data root (SPEC 4.2). */

import { StoreFault } from "../errors/ports.ts";
import { isObject, type JsonObject, jsonEqual, own, readObjectText, utf8 } from "../json/json.ts";
import { DEPTH, SIZE } from "../json/limits.ts";
import { isPrintedNumber } from "../json/number.ts";
import type { Admission } from "../plan/plan.ts";
import type { DataRoot } from "../ports.ts";
import { linesIn } from "../trace/chunks.ts";
import { EngineFault } from "./errors.ts";
import type { AdmissionResult, AdmissionWhere } from "./executor.ts";

/** @throws RunFault `STORE_CORRUPT` for a line that is no JSON object, unless it is a half-written last one. */
export function findMatches(rules: Admission, where: AdmissionWhere, data: DataRoot): AdmissionResult {
  const requires = rules.requires.map(() => false);
  const forbids = rules.forbids.map(() => false);
  for (const record of records(data)) {
    rules.requires.forEach((rule, i) => {
      requires[i] ||= matches(record, rule.event, where.requires[i] as JsonObject);
    });
    rules.forbids.forEach((rule, i) => {
      forbids[i] ||= matches(record, rule.event, where.forbids[i] as JsonObject);
    });
  }
  return { requires, forbids };
}

function matches(record: JsonObject, event: string, where: JsonObject): boolean {
  if (own(record, "event_code") !== event && own(record, "event_type") !== event) return false;
  return Object.entries(where).every(([field, value]) => {
    const found = own(record, field);
    return found !== undefined && jsonEqual(found, value);
  });
}

function* records(data: DataRoot): Generator<JsonObject> {
  try {
    for (const { name, pieces } of data.journals()) yield* recordsIn(name, pieces);
  } catch (error) {
    if (!(error instanceof StoreFault)) throw error;
    const errno = own(error.facts, "errno") ?? error.reason;
    throw new EngineFault("admission", "WF", "DATA_ROOT_UNUSABLE", { errno: String(errno) }, { cause: error });
  }
}

function* recordsIn(file: string, pieces: Iterable<Uint8Array>): Generator<JsonObject> {
  let line = 0;
  for (const { bytes, isWhole } of linesIn(pieces)) {
    line++;
    const read = readLine(bytes);
    if ("value" in read) {
      const record = own(read.value, "record");
      if (isObject(record)) yield record;
    } else if (isWhole) {
      throw new EngineFault("admission", "WF", "STORE_CORRUPT", { file, line, defect: read.defect });
    }
  }
}

/** The object of a line, an empty one where it is blank; else what is wrong with it. */
function readLine(bytes: Buffer): { readonly value: JsonObject } | { readonly defect: string } {
  if (bytes.length > SIZE.text) return { defect: "TOO_LARGE" };
  const text = utf8(bytes);
  if (isBlank(text)) return { value: {} };
  const read = readObjectText(text, DEPTH.stored, isPrintedNumber);
  return "value" in read ? read : { defect: read.defect.code };
}

/** Not `trim`, to which a byte order mark is white space. */
const isBlank = (text: string) => !/[^ \t\r]/.test(text);
