/** Documents, and name registries, that are one JSON object in one file, replaced as a whole. */

import { StoreFault } from "../../errors/ports.ts";
import { DEPTH, SIZE } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import { readObject } from "../../json/parse.ts";
import { isObject, type JsonObject, own } from "../../json/value.ts";
import type { StoreFile, StoreFileReader } from "../../ports.ts";
import {
  fieldsOf,
  type JsonDocument,
  type JsonDocumentReader,
  matching,
  pick,
  updatedBy,
  without,
} from "../document.ts";
import type { NameRegistry, NameRegistryReader } from "../name-registry.ts";
import { corrupt } from "./jsonl-scan.ts";
import { documentText } from "./stored-text.ts";

interface Cached {
  readonly bytes: Uint8Array;
  readonly value: JsonObject;
}

/** The last content per file. It counts only where the bytes are still the same, so it is never stale. */
const cache = new WeakMap<StoreFileReader, Cached>();

/**
 * The stored object; an absent file holds an empty one. Read strictly, because a change writes all of it again.
 * @throws StoreFault `CORRUPT`
 */
function read(file: StoreFileReader): JsonObject {
  const bytes = file.read();
  if (bytes === null) return {};
  if (bytes.length > SIZE.text) throw new StoreFault("UNREADABLE", { file: file.name, errno: "EFBIG" });
  const cached = cache.get(file);
  if (cached !== undefined && Buffer.compare(cached.bytes, bytes) === 0) return cached.value;
  const parsed = readObject(bytes, DEPTH.stored, isPrintedNumber);
  if ("defect" in parsed) throw corrupt(file.name, parsed.defect.line, parsed.defect);
  cache.set(file, { bytes, value: parsed.value });
  return parsed.value;
}

function write(file: StoreFile, value: JsonObject): void {
  const text = documentText(value, file.name);
  file.replace(text);
  cache.set(file, { bytes: Buffer.from(text, "utf8"), value });
}

export function documentReader(file: StoreFileReader): JsonDocumentReader {
  return {
    get: async (key) => own(read(file), key),
    all: async () => read(file),
  };
}

export function openDocument(file: StoreFile): JsonDocument {
  return {
    ...documentReader(file),
    put: (key, value) =>
      file.locked(() => {
        const stored = read(file);
        write(file, { ...stored, [key]: value });
        return { before: pick(stored, [key]), after: { [key]: value } };
      }),
    remove: (keys) =>
      ifFound(
        file,
        (stored) => pick(stored, keys),
        (before, stored) => {
          write(file, without(stored, new Set(keys)));
          return { before, after: null };
        },
      ),
    update: (key, updates) =>
      ifFound(
        file,
        (stored) => recordAt(stored, key),
        (record, stored) => {
          const updated = updatedBy(record, updates);
          write(file, { ...stored, [key]: updated });
          const fields = Object.keys(updates);
          return { before: fieldsOf([[key, record]], fields), after: fieldsOf([[key, updated]], fields) };
        },
      ),
    updateWhere: (filter, updates) =>
      ifFound(
        file,
        (stored) => matching(stored, filter),
        (records, stored) => {
          const updated = records.map(([key, record]) => [key, updatedBy(record, updates)] as const);
          write(file, { ...stored, ...Object.fromEntries(updated) });
          const fields = Object.keys(updates);
          return {
            keys: records.map(([key]) => key),
            change: { before: fieldsOf(records, fields), after: fieldsOf(updated, fields) },
          };
        },
      ),
  };
}

function recordAt(stored: JsonObject, key: string): JsonObject | null {
  const record = own(stored, key);
  return isObject(record) ? record : null;
}

/** Does the work under the lock with what is found there; null, without a lock, where nothing is found even before. */
function ifFound<F, T>(
  file: StoreFile,
  find: (stored: JsonObject) => F | null,
  work: (found: F, stored: JsonObject) => T,
): Promise<T | null> {
  const whenLocked = () => {
    const stored = read(file);
    const found = find(stored);
    return found === null ? null : work(found, stored);
  };
  return file.locked(whenLocked, () => (find(read(file)) === null ? { value: null } : null));
}

export function nameReader(file: StoreFileReader): NameRegistryReader {
  return { name: file.name, lookUp: documentReader(file).get };
}

export function openNames(file: StoreFile): NameRegistry {
  const { put } = openDocument(file);
  return { ...nameReader(file), bind: (name, addresses) => put(name, { resource_addresses: addresses }) };
}
