/** State by key: JSON values that change. */

import { pythonEqual } from "../json/python-equal.ts";
import { isObject, type Json, type JsonObject, type MutableJson, own, setOwn } from "../json/value.ts";
import type { Change } from "../ports.ts";

export interface JsonDocumentReader {
  /** The value stored at the key; undefined when none is. */
  get(key: string): Promise<Json | undefined>;
  /** Every value by its key: as stored, but keys that are array indexes first, ascending. */
  all(): Promise<JsonObject>;
}

export interface JsonDocument extends JsonDocumentReader {
  /** Stores the value, whatever was there before. */
  put(key: string, value: Json): Promise<Change>;
  /** Removes those of the keys that are there; null, with nothing written, when none is. */
  remove(keys: readonly string[]): Promise<(Change & { readonly before: JsonObject }) | null>;
  /** Updates the record; null, with nothing written, where the key holds none. */
  update(key: string, updates: JsonObject): Promise<Change | null>;
  /** Updates every record that matches the filter; null, with nothing written, when none does. */
  updateWhere(filter: JsonObject, updates: JsonObject): Promise<Updated | null>;
}

export interface Updated {
  readonly keys: readonly string[];
  /** The updated fields of each record. */
  readonly change: Change;
}

export type Records = readonly (readonly [key: string, record: JsonObject])[];

/**
 * The records that have all fields of the filter, in order; null in the filter means a field that is null or not there. Values
 * are equal as Python has it: true is 1.
 * Null when no record has them.
 */
export function matching(stored: JsonObject, filter: JsonObject): Records | null {
  const conditions = Object.entries(filter);
  const records = Object.entries(stored).filter(
    (entry): entry is [string, JsonObject] =>
      isObject(entry[1]) && conditions.every(([field, value]) => hasValue(entry[1], field, value)),
  );
  return records.length === 0 ? null : records;
}

const hasValue = (record: Json, field: string, value: Json) =>
  pythonEqual((isObject(record) ? own(record, field) : null) ?? null, value);

/** The record with its fields updated; null in the updates removes a field. */
export function updatedBy(record: JsonObject, updates: JsonObject): JsonObject {
  const merged = { ...record, ...updates };
  return without(merged, new Set(Object.keys(updates).filter((field) => updates[field] === null)));
}

/** The named fields of each record, for the trace; a field that is not there is left out. */
export function fieldsOf(records: Records, fields: readonly string[]): JsonObject {
  return Object.fromEntries(records.map(([key, record]) => [key, pick(record, fields) ?? {}]));
}

/** Those of the members that are there; null when none is. */
export function pick(from: JsonObject, keys: readonly string[]): JsonObject | null {
  const picked: MutableJson = {};
  for (const key of keys) {
    const value = own(from, key);
    if (value !== undefined) setOwn(picked, key, value);
  }
  return Object.keys(picked).length === 0 ? null : picked;
}

export function without(from: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.has(key)));
}
