import {
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  type MutableJson,
  own,
  setOwn,
} from "../../json/json.ts";
import { readDocument, writeDocument } from "../../storage/files/json-document.ts";
import { effect, operation } from "../effect.ts";
import { absent, done, unclear } from "../evidence.ts";
import { anything, array, object, string } from "../input-schema.ts";

const READ = operation({
  about: "The value stored at the key.",
  input: { key: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "reads",
  run({ key }, store) {
    if (isBlank(key)) return BLANK_KEY;
    const value = own(readDocument(store), key);
    return value === undefined ? { outcome: "NOT_FOUND" } : { outcome: "SUCCESS", result: { value } };
  },
});

const WRITE = operation({
  about: "Stores the value at the key, whatever was there before.",
  input: { key: string, value: anything },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ key, value }, store) {
    if (isBlank(key)) return BLANK_KEY;
    return store.locked(() => {
      const stored = readDocument(store);
      writeDocument(store, { ...stored, [key]: value });
      return { outcome: "SUCCESS", change: { before: pick(stored, [key]), after: { [key]: value } } };
    });
  },
  probe({ key, value }, store) {
    const found = own(readDocument(store), key);
    if (found === undefined) return absent({ key });
    if (jsonEqual(found, value)) return done({ key });
    return unclear("OTHER_VALUE", { key, differing: differing(found, value) });
  },
});

const DELETE = operation({
  about: "Removes the key and its value.",
  input: { key: string },
  outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ key }, store) {
    if (isBlank(key)) return BLANK_KEY;
    if (!Object.hasOwn(readDocument(store), key)) return { outcome: "NOT_FOUND" };
    return store.locked(() => {
      const stored = readDocument(store);
      const before = pick(stored, [key]);
      if (before === null) return { outcome: "NOT_FOUND" };
      writeDocument(store, without(stored, new Set([key])));
      return { outcome: "SUCCESS", change: { before, after: null } };
    });
  },
  probe({ key }, store) {
    if (isBlank(key)) return absent();
    return Object.hasOwn(readDocument(store), key) ? unclear("STILL_THERE", { key }) : done({ key });
  },
});

const EXISTS = operation({
  about: "Whether a value is stored at the key.",
  input: { key: string },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "reads",
  run({ key }, store) {
    if (isBlank(key)) return BLANK_KEY;
    return { outcome: "SUCCESS", result: { exists: Object.hasOwn(readDocument(store), key) } };
  },
});

const LIST = operation({
  about:
    "All values and, in the same order, all keys: as stored, but keys that are array indexes first, ascending.",
  input: {},
  outcomes: ["SUCCESS", "BACKEND_ERROR"],
  semantics: "reads",
  run(_, store) {
    const stored = readDocument(store);
    return { outcome: "SUCCESS", result: { records: Object.values(stored), keys: Object.keys(stored) } };
  },
});

const UPDATE_WHERE = operation({
  about:
    "Sets fields of every record that has all fields of the filter, in one step; null removes a field, and in the filter means none.",
  input: { filter: object, updates: object },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ filter, updates }, store) {
    if (matching(readDocument(store), filter).length === 0) return NO_RECORD_MATCHES;
    return store.locked(() => {
      const stored = readDocument(store);
      const matched = matching(stored, filter);
      if (matched.length === 0) return NO_RECORD_MATCHES;
      const updated = matched.map(([key, record]) => [key, updatedBy(record, updates)] as const);
      writeDocument(store, { ...stored, ...Object.fromEntries(updated) });
      const fields = Object.keys(updates);
      return {
        outcome: "SUCCESS",
        result: { matched_keys: matched.map(([key]) => key), updated_count: matched.length },
        change: { before: fieldsOf(matched, fields), after: fieldsOf(updated, fields) },
      };
    });
  },
  probe({ filter, updates }, store) {
    const stored = readDocument(store);
    const kept = Object.fromEntries(Object.entries(filter).filter(([field]) => !Object.hasOwn(updates, field)));
    const updated = new Set(matching(stored, { ...kept, ...updates }).map(([key]) => key));
    const waiting = matching(stored, filter).filter(([key]) => !updated.has(key));
    const found = { matching: waiting.length, updated: updated.size };
    if (waiting.length > 0) return unclear("STILL_MATCHING", found);
    return updated.size > 0 ? done(found) : absent(found);
  },
});

const DELETE_MANY = operation({
  about: "Removes every one of the keys that is there, and says how many were.",
  input: { keys: array },
  outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
  semantics: "idempotent",
  run({ keys }, store) {
    const names = keys.filter((key) => typeof key === "string");
    if (names.length < keys.length) return { outcome: "VIOLATION", reason: { code: "KEY_NOT_TEXT" } };
    if (pick(readDocument(store), names) === null) return { outcome: "SUCCESS", result: { drained_count: 0 } };
    return store.locked(() => {
      const stored = readDocument(store);
      const before = pick(stored, names);
      if (before !== null) writeDocument(store, without(stored, new Set(names)));
      const result = { drained_count: Object.keys(before ?? {}).length };
      return { outcome: "SUCCESS", result, change: { before, after: null } };
    });
  },
  probe({ keys }, store) {
    const names = keys.filter((key) => typeof key === "string");
    if (names.length < keys.length) return absent();
    const stored = readDocument(store);
    const there = names.filter((name) => Object.hasOwn(stored, name));
    return there.length > 0
      ? unclear("STILL_THERE", { there: there.length, keys: there.slice(0, TOLD) })
      : done({ keys: keys.length });
  },
});

const BLANK_KEY = { outcome: "VIOLATION", reason: { code: "KEY_BLANK" } } as const;
const NO_RECORD_MATCHES = {
  outcome: "VIOLATION",
  result: { matched_keys: [], updated_count: 0 },
  reason: { code: "NO_RECORD_MATCHES" },
} as const;

/** So many keys are named; there may be as many as anybody likes. */
const TOLD = 10;

const isBlank = (key: string) => key.trim() === "";

type Entries = readonly (readonly [string, JsonObject])[];

function matching(stored: JsonObject, filter: JsonObject): Entries {
  const conditions = Object.entries(filter);
  return Object.entries(stored).filter(
    (entry): entry is [string, JsonObject] =>
      isObject(entry[1]) && conditions.every(([field, value]) => jsonEqual(fieldOf(entry[1], field), value)),
  );
}

const fieldOf = (record: Json, field: string): Json => (isObject(record) ? own(record, field) : null) ?? null;

function updatedBy(record: JsonObject, updates: JsonObject): JsonObject {
  const merged = { ...record, ...updates };
  return without(merged, new Set(Object.keys(updates).filter((field) => updates[field] === null)));
}

/** The named fields of each record, for the trace; a field that is not there is left out. */
function fieldsOf(entries: Entries, fields: readonly string[]): JsonObject {
  return Object.fromEntries(entries.map(([key, record]) => [key, pick(record, fields) ?? {}]));
}

function pick(from: JsonObject, keys: readonly string[]): JsonObject | null {
  const picked: MutableJson = {};
  for (const key of keys) {
    const value = own(from, key);
    if (value !== undefined) setOwn(picked, key, value);
  }
  return Object.keys(picked).length === 0 ? null : picked;
}

/** The fields in which two records differ; of any other value, nothing. */
function differing(a: Json, b: Json): readonly string[] {
  if (!isObject(a) || !isObject(b)) return [];
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return fields.filter((field) => !jsonEqual(own(a, field) ?? null, own(b, field) ?? null));
}

function without(from: JsonObject, keys: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(from).filter(([key]) => !keys.has(key)));
}

const TWO = '{\n  "a": {\n    "state": "open"\n  },\n  "b": {\n    "state": "open",\n    "by": "x"\n  }\n}';

/** One JSON object, `{key: value}`: state that changes. Last write wins; every change is whole and on the disk. */
export const csMutableJson = effect({
  code: "capability_side_effects::CS_MUTABLE_JSON_V0",
  about: "State by key in one JSON object; the last write wins.",
  operations: { READ, WRITE, DELETE, DELETE_MANY, EXISTS, LIST, UPDATE_WHERE },
  examples: [
    {
      about: "a written value is read, found and deleted again",
      calls: [
        { op: "READ", input: { key: "w" }, outcome: "NOT_FOUND" },
        { op: "WRITE", input: { key: "w", value: { balance: 1 } }, outcome: "SUCCESS" },
        { op: "WRITE", input: { key: "w", value: { balance: 2 } }, outcome: "SUCCESS" },
        { op: "READ", input: { key: "w" }, outcome: "SUCCESS", result: { value: { balance: 2 } } },
        { op: "EXISTS", input: { key: "w" }, outcome: "SUCCESS", result: { exists: true } },
        { op: "DELETE", input: { key: "w" }, outcome: "SUCCESS" },
        { op: "DELETE", input: { key: "w" }, outcome: "NOT_FOUND" },
        { op: "EXISTS", input: { key: "w" }, outcome: "SUCCESS", result: { exists: false } },
      ],
    },
    {
      about: "a key is text that says something",
      calls: [
        { op: "READ", input: { key: "  " }, outcome: "VIOLATION" },
        { op: "WRITE", input: { key: "", value: 1 }, outcome: "VIOLATION" },
        { op: "WRITE", input: { key: "w" }, outcome: "VIOLATION" },
        { op: "DELETE", input: { key: 7 }, outcome: "VIOLATION" },
        { op: "EXISTS", input: {}, outcome: "VIOLATION" },
        { op: "DELETE_MANY", input: { keys: ["w", 7] }, outcome: "VIOLATION" },
      ],
    },
    {
      about: "names of the language's own are keys like any other",
      calls: [
        { op: "READ", input: { key: "constructor" }, outcome: "NOT_FOUND" },
        { op: "WRITE", input: { key: "__proto__", value: "p" }, outcome: "SUCCESS" },
        { op: "READ", input: { key: "__proto__" }, outcome: "SUCCESS", result: { value: "p" } },
      ],
    },
    {
      about: "every record that has all fields of the filter is changed, and released again",
      before: TWO,
      calls: [
        {
          op: "UPDATE_WHERE",
          input: { filter: { state: "open", by: null }, updates: { state: "claimed", by: "me" } },
          outcome: "SUCCESS",
          result: { matched_keys: ["a"], updated_count: 1 },
        },
        {
          op: "UPDATE_WHERE",
          input: { filter: { state: "claimed" }, updates: { state: "open", by: null } },
          outcome: "SUCCESS",
          result: { matched_keys: ["a"], updated_count: 1 },
        },
        {
          op: "LIST",
          input: {},
          outcome: "SUCCESS",
          result: { records: [{ state: "open" }, { state: "open", by: "x" }], keys: ["a", "b"] },
        },
        { op: "UPDATE_WHERE", input: { filter: { state: "gone" }, updates: {} }, outcome: "VIOLATION" },
      ],
    },
    {
      about: "keys that are not there do not count as removed",
      before: TWO,
      calls: [
        {
          op: "DELETE_MANY",
          input: { keys: ["a", "z", "a"] },
          outcome: "SUCCESS",
          result: { drained_count: 1 },
        },
        { op: "DELETE_MANY", input: { keys: [] }, outcome: "SUCCESS", result: { drained_count: 0 } },
        { op: "LIST", input: {}, outcome: "SUCCESS", result: { keys: ["b"] } },
      ],
    },
  ],
});
