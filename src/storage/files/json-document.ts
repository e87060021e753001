/** Documents, and name registries, that are one JSON object in one file, replaced as a whole. */

import { StoreFault } from "../../errors/ports.ts";
import { SIZE } from "../../json/limits.ts";
import { sha256Hex } from "../../json/sha256.ts";
import { isObject, type JsonObject } from "../../json/value.ts";
import type { IndexFile, StoreFile, StoreFileReader } from "../../ports.ts";
import {
  fieldsOf,
  type JsonDocument,
  type JsonDocumentReader,
  matching,
  pick,
  updatedBy,
} from "../document.ts";
import type { NameRegistry, NameRegistryReader } from "../name-registry.ts";
import { StoredObject } from "./stored-object.ts";

/** The last content per file. It counts only where the bytes are still the same, so it is never stale. */
const cache = new WeakMap<StoreFileReader, StoredObject>();

/**
 * The stored object; an absent file holds an empty one.
 * @throws StoreFault `CORRUPT`
 */
function read(file: StoreFileReader, mark: IndexFile | null): StoredObject {
  const found = file.read();
  if (found === null) return StoredObject.of(file.name, {});
  if (found.length > SIZE.text) throw new StoreFault("UNREADABLE", { file: file.name, errno: "EFBIG" });
  const bytes = Buffer.from(found.buffer, found.byteOffset, found.byteLength);
  const cached = cache.get(file);
  if (cached?.bytes.equals(bytes)) return cached;
  const stored = isMarked(mark, bytes)
    ? StoredObject.printed(file.name, bytes)
    : StoredObject.read(file.name, bytes);
  cache.set(file, stored);
  return stored;
}

/** Where the next process may begin without parsing: the digest of what was printed. */
const markOf = (bytes: Buffer) => Buffer.from(`pgs printed 1 ${sha256Hex(bytes)}\n`);
const MARK_BYTES = markOf(Buffer.alloc(0)).length;

function isMarked(mark: IndexFile | null, bytes: Buffer): boolean {
  if (mark === null || bytes.length < mark.worth) return false;
  const found = mark.read(0, MARK_BYTES);
  return found.length === MARK_BYTES && markOf(bytes).equals(found);
}

export function documentReader(file: StoreFileReader): JsonDocumentReader {
  return readerOf(() => read(file, null));
}

function readerOf(look: () => StoredObject): JsonDocumentReader {
  return {
    get: async (key) => look().get(key),
    all: async () => look().all(),
  };
}

export function openDocument(file: StoreFile): JsonDocument {
  const mark = file.index("printed");
  const look = () => read(file, mark);
  const write = (stored: StoredObject) => {
    file.replace(stored.bytes);
    cache.set(file, stored);
    if (mark !== null && stored.isPrinted && stored.bytes.length >= mark.worth)
      mark.replace([markOf(stored.bytes)]);
  };
  /** Does the work under the lock with what is found there; null, without a lock, where nothing is found even before. */
  const ifFound = <F, T>(
    find: (stored: StoredObject) => F | null,
    work: (found: F, stored: StoredObject) => T,
  ) =>
    file.locked<T | null>(
      () => {
        const stored = look();
        const found = find(stored);
        return found === null ? null : work(found, stored);
      },
      () => (find(look()) === null ? { value: null } : null),
    );
  return {
    ...readerOf(look),
    put: (key, value) =>
      file.locked(() => {
        const stored = look();
        write(stored.with(key, value));
        return { before: pickFrom(stored, [key]), after: { [key]: value } };
      }),
    remove: (keys) =>
      ifFound(
        (stored) => pickFrom(stored, keys),
        (before, stored) => {
          write(stored.without(keys));
          return { before, after: null };
        },
      ),
    update: (key, updates) =>
      ifFound(
        (stored) => recordAt(stored, key),
        (record, stored) => {
          const updated = updatedBy(record, updates);
          write(stored.with(key, updated));
          const fields = Object.keys(updates);
          return { before: fieldsOf([[key, record]], fields), after: fieldsOf([[key, updated]], fields) };
        },
      ),
    updateWhere: (filter, updates) =>
      ifFound(
        (stored) => matching(stored.all(), filter),
        (records, stored) => {
          const updated = records.map(([key, record]) => [key, updatedBy(record, updates)] as const);
          write(StoredObject.of(file.name, { ...stored.all(), ...Object.fromEntries(updated) }));
          const fields = Object.keys(updates);
          return {
            keys: records.map(([key]) => key),
            change: { before: fieldsOf(records, fields), after: fieldsOf(updated, fields) },
          };
        },
      ),
  };
}

function recordAt(stored: StoredObject, key: string): JsonObject | null {
  const record = stored.get(key);
  return isObject(record) ? record : null;
}

/** One member is found in the bytes; for several, the whole is parsed once. */
function pickFrom(stored: StoredObject, keys: readonly string[]): JsonObject | null {
  if (keys.length > 1) return pick(stored.all(), keys);
  const found = keys.flatMap((key) => {
    const value = stored.get(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return found.length === 0 ? null : Object.fromEntries(found);
}

export function nameReader(file: StoreFileReader): NameRegistryReader {
  return { name: file.name, lookUp: documentReader(file).get };
}

export function openNames(file: StoreFile): NameRegistry {
  const { get, put } = openDocument(file);
  return {
    name: file.name,
    lookUp: get,
    bind: (name, addresses) => put(name, { resource_addresses: addresses }),
  };
}
