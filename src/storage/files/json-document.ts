/** Stores that are one JSON object in one file, replaced as a whole. */

import { StoreFault } from "../../errors/ports.ts";
import { type JsonObject, readObject } from "../../json/json.ts";
import { DEPTH, SIZE } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import type { StoreFile, StoreReader } from "../../ports.ts";
import { corrupt } from "./jsonl-scan.ts";
import { documentText } from "./stored-text.ts";

interface Known {
  readonly bytes: Uint8Array;
  readonly value: JsonObject;
}

/** The last content per file. It counts only where the bytes are still the same, so it is never stale. */
const memory = new WeakMap<StoreReader, Known>();

/**
 * The stored object; an absent file holds an empty one. Read strictly, because a change writes all of it again.
 * @throws StoreFault `CORRUPT`
 */
export function readDocument(store: StoreReader): JsonObject {
  const bytes = store.read();
  if (bytes === null) return {};
  if (bytes.length > SIZE.text) throw new StoreFault("UNREADABLE", { file: store.name, errno: "EFBIG" });
  const known = memory.get(store);
  if (known !== undefined && Buffer.compare(known.bytes, bytes) === 0) return known.value;
  const read = readObject(bytes, DEPTH.stored, isPrintedNumber);
  if ("defect" in read) throw corrupt(store.name, read.defect.line, read.defect.code);
  memory.set(store, { bytes, value: read.value });
  return read.value;
}

export function writeDocument(store: StoreFile, value: JsonObject): void {
  const text = documentText(value, store.name);
  store.replace(text);
  memory.set(store, { bytes: Buffer.from(text, "utf8"), value });
}
