import { pythonEqual } from "../../json/python-equal.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../json/value.ts";
import type { Change } from "../../ports.ts";
import { type JsonDocumentReader, matching, type Records, updatedBy } from "../../storage/document.ts";
import { absent, type Doubt, done, type ShownAnswer, unclear } from "../evidence.ts";
import { anything, array, object, string } from "../input-schema.ts";
import { isBlank } from "../python-json.ts";
import { storeEffect } from "../targets/store.ts";

const BLANK_KEY = { outcome: "VIOLATION", reason: { code: "KEY_BLANK" } } as const;
const NO_RECORD = { outcome: "VIOLATION", reason: { code: "NO_RECORD" } } as const;
const NO_RECORD_MATCHES = {
  outcome: "VIOLATION",
  result: { matched_keys: [], updated_count: 0 },
  reason: { code: "NO_RECORD_MATCHES" },
} as const;

/** How many keys evidence names; the input sets no limit. */
const MOST_NAMED = 10;

/** The fields in which two records differ; of any other value, nothing. */
function differing(a: Json, b: Json): readonly string[] {
  if (!isObject(a) || !isObject(b)) return [];
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return fields.filter((field) => !jsonEqual(own(a, field) ?? null, own(b, field) ?? null));
}

/** What is answered where a result has no members. What was there before is not shown. */
const NOTHING: ShownAnswer = { result: {} };

type Doubtful = { readonly doubt?: Doubt };

/** Keys that are gone were there if this run stored them with its last change. */
function doubtOfRemoval(keys: readonly string[], last: Change | null): Doubtful {
  const stored = last?.after ?? {};
  return keys.every((key) => Object.hasOwn(stored, key)) ? {} : { doubt: "NEVER_THERE" };
}

/** Records that have the updates were updated now if they still match, or if they matched with this run's last change. */
function doubtOfUpdate(updated: Records, filter: JsonObject, last: Change | null): Doubtful {
  const conditions = Object.entries(filter);
  const matches = (record: Json | undefined) =>
    isObject(record) && conditions.every(([field, value]) => pythonEqual(own(record, field) ?? null, value));
  const stillMatch = updated.length === (matching(Object.fromEntries(updated), filter)?.length ?? 0);
  const stored = last?.after ?? {};
  const isKnown = stillMatch || updated.every(([key]) => matches(own(stored, key)));
  return isKnown ? {} : { doubt: "UPDATED_BEFORE" };
}

/** All that is stored: array indexes first, ascending, then as stored. */
async function recordsOf(document: Pick<JsonDocumentReader, "all">) {
  const stored = await document.all();
  return { outcome: "SUCCESS", result: { records: Object.values(stored), keys: Object.keys(stored) } } as const;
}

const TWO = '{\n  "a": {\n    "state": "open"\n  },\n  "b": {\n    "state": "open",\n    "by": "x"\n  }\n}';

/** One JSON object, `{key: value}`: state that changes. Last write wins; every change is whole and on the disk. */
export const csMutableJson = storeEffect({
  code: "capability_side_effects::CS_MUTABLE_JSON_V0",
  about: "State by key in one JSON object; the last write wins.",
  store: "document",
  operations: {
    READ: {
      about: "The value stored at the key.",
      input: { key: string },
      outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
      semantics: "reads",
      async run({ key }, document) {
        if (isBlank(key)) return BLANK_KEY;
        const value = await document.get(key);
        return value === undefined ? { outcome: "NOT_FOUND" } : { outcome: "SUCCESS", result: { value } };
      },
    },
    WRITE: {
      about: "Stores the value at the key, whatever was there before.",
      input: { key: string, value: anything },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ key, value }, document) {
        if (isBlank(key)) return BLANK_KEY;
        return { outcome: "SUCCESS", change: await document.put(key, value) };
      },
      async probe({ key, value }, document) {
        if (isBlank(key)) return absent();
        const found = await document.get(key);
        if (found === undefined) return absent({ key });
        if (jsonEqual(found, value)) return done({ key }, NOTHING);
        return unclear("OTHER_VALUE", { key, differing: differing(found, value) }, NOTHING);
      },
    },
    DELETE: {
      about: "Removes the key and its value.",
      input: { key: string },
      outcomes: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ key }, document) {
        if (isBlank(key)) return BLANK_KEY;
        const change = await document.remove([key]);
        return change === null ? { outcome: "NOT_FOUND" } : { outcome: "SUCCESS", change };
      },
      async probe({ key }, document, { last }) {
        if (isBlank(key)) return absent();
        return (await document.get(key)) === undefined
          ? done({ key }, { ...NOTHING, ...doubtOfRemoval([key], last) })
          : unclear("STILL_THERE", { key }, NOTHING);
      },
    },
    DELETE_MANY: {
      about: "Removes every one of the keys that is there, and says how many were.",
      input: { keys: array },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ keys }, document) {
        const names = keys.filter((key) => typeof key === "string");
        if (names.length < keys.length) return { outcome: "VIOLATION", reason: { code: "KEY_NOT_TEXT" } };
        const change = await document.remove(names);
        if (change === null) return { outcome: "SUCCESS", result: { drained_count: 0 } };
        return { outcome: "SUCCESS", result: { drained_count: Object.keys(change.before).length }, change };
      },
      async probe({ keys }, document, { last }) {
        const names = keys.filter((key) => typeof key === "string");
        if (names.length < keys.length) return absent();
        const stored = await document.all();
        const there = names.filter((name) => Object.hasOwn(stored, name));
        const answer = { result: { drained_count: new Set(names).size }, ...doubtOfRemoval(names, last) };
        return there.length > 0
          ? unclear("STILL_THERE", { there: there.length, keys: there.slice(0, MOST_NAMED) }, answer)
          : done({ keys: keys.length }, answer);
      },
    },
    EXISTS: {
      about: "Whether a value is stored at the key.",
      input: { key: string },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "reads",
      async run({ key }, document) {
        if (isBlank(key)) return BLANK_KEY;
        return { outcome: "SUCCESS", result: { exists: (await document.get(key)) !== undefined } };
      },
    },
    LIST: {
      about:
        "All values and, in the same order, all keys: as stored, but keys that are array indexes first, ascending.",
      input: {},
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "reads",
      run: (_, document) => recordsOf(document),
    },
    SELECT: {
      about: "Every record and, in the same order, every key, for a caller that selects by content.",
      input: {},
      outcomes: ["SUCCESS", "BACKEND_ERROR"],
      semantics: "reads",
      run: (_, document) => recordsOf(document),
    },
    UPDATE: {
      about: "Sets fields of the record at the key and keeps its others; null removes a field.",
      input: { key: string, updates: object },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ key, updates }, document) {
        if (isBlank(key)) return BLANK_KEY;
        const change = await document.update(key, updates);
        return change === null ? NO_RECORD : { outcome: "SUCCESS", change };
      },
      async probe({ key, updates }, document) {
        const found = isBlank(key) ? undefined : await document.get(key);
        if (!isObject(found)) return absent({ key });
        const updated = updatedBy(found, updates);
        if (jsonEqual(found, updated)) return done({ key }, NOTHING);
        return unclear("OTHER_VALUE", { key, differing: differing(found, updated) }, NOTHING);
      },
    },
    UPDATE_WHERE: {
      about:
        "Sets fields of every record that has all fields of the filter, in one step; null removes a field, and in the filter means none.",
      input: { filter: object, updates: object },
      outcomes: ["SUCCESS", "VIOLATION", "BACKEND_ERROR"],
      semantics: "idempotent",
      async run({ filter, updates }, document) {
        const updated = await document.updateWhere(filter, updates);
        if (updated === null) return NO_RECORD_MATCHES;
        const { keys, change } = updated;
        return { outcome: "SUCCESS", result: { matched_keys: keys, updated_count: keys.length }, change };
      },
      async probe({ filter, updates }, document, { last }) {
        const stored = await document.all();
        const kept = Object.entries(filter).filter(([field]) => !Object.hasOwn(updates, field));
        const updated = matching(stored, { ...Object.fromEntries(kept), ...updates }) ?? [];
        const keys = new Set(updated.map(([key]) => key));
        const waiting = (matching(stored, filter) ?? []).filter(([key]) => !keys.has(key));
        const found = { matching: waiting.length, updated: keys.size };
        const result = { matched_keys: [...keys], updated_count: keys.size };
        const answer = { result, ...doubtOfUpdate(updated, filter, last) };
        if (waiting.length > 0) return unclear("STILL_MATCHING", found, answer);
        return keys.size > 0 ? done(found, answer) : absent(found);
      },
    },
  },
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
      about: "fields of one record are set, removed and kept",
      before: TWO,
      calls: [
        { op: "UPDATE", input: { key: "b", updates: { state: "done", by: null } }, outcome: "SUCCESS" },
        { op: "UPDATE", input: { key: "a", updates: { by: "y" } }, outcome: "SUCCESS" },
        {
          op: "SELECT",
          input: {},
          outcome: "SUCCESS",
          result: { records: [{ state: "open", by: "y" }, { state: "done" }], keys: ["a", "b"] },
        },
        { op: "UPDATE", input: { key: "z", updates: { by: "y" } }, outcome: "VIOLATION" },
        { op: "UPDATE", input: { key: " ", updates: {} }, outcome: "VIOLATION" },
      ],
    },
    {
      about: "what is no object has no fields to update, and an empty store has no records",
      calls: [
        { op: "SELECT", input: {}, outcome: "SUCCESS", result: { records: [], keys: [] } },
        { op: "WRITE", input: { key: "n", value: 7 }, outcome: "SUCCESS" },
        { op: "UPDATE", input: { key: "n", updates: { by: "y" } }, outcome: "VIOLATION" },
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
