/** A JSON object with its bytes in a file. What was printed here is parsed only when all of it is asked for. */

import { DEPTH, SIZE } from "../../json/limits.ts";
import { isPrintedNumber } from "../../json/number.ts";
import { readObject } from "../../json/parse.ts";
import { type Json, type JsonObject, own } from "../../json/value.ts";
import { without } from "../document.ts";
import { corrupt } from "./jsonl-scan.ts";
import { isReadable, valueIn, withMember, withoutMember } from "./printed-object.ts";
import { documentText } from "./stored-text.ts";

export class StoredObject {
  readonly bytes: Buffer;
  /** Whether the bytes are those that printing the value makes, and every reader takes them. */
  readonly isPrinted: boolean;
  readonly #file: string;
  #value: JsonObject | undefined;

  private constructor(file: string, bytes: Buffer, isPrinted: boolean, value?: JsonObject) {
    this.#file = file;
    this.bytes = bytes;
    this.isPrinted = isPrinted;
    this.#value = value;
  }

  /** Of bytes that were printed. */
  static printed(file: string, bytes: Buffer): StoredObject {
    return new StoredObject(file, bytes, true);
  }

  /** Read strictly, because a change may write all of it again. @throws StoreFault `CORRUPT` */
  static read(file: string, bytes: Buffer): StoredObject {
    return new StoredObject(file, bytes, false, parse(file, bytes));
  }

  /** @throws StoreFault for a value that no reader would take */
  static of(file: string, value: JsonObject): StoredObject {
    const text = documentText(value, file);
    return new StoredObject(file, Buffer.from(text), isReadable(text), value);
  }

  all(): JsonObject {
    this.#value ??= parse(this.#file, this.bytes);
    return this.#value;
  }

  get(key: string): Json | undefined {
    return this.#value === undefined ? valueIn(this.bytes, key) : own(this.#value, key);
  }

  /** The object with that value at the key. @throws StoreFault for a value that no reader would take */
  with(key: string, value: Json): StoredObject {
    const bytes = this.isPrinted ? withMember(this.bytes, key, value, this.#file) : null;
    if (bytes !== null && bytes.length <= SIZE.text) return StoredObject.printed(this.#file, bytes);
    return StoredObject.of(this.#file, { ...this.all(), [key]: value });
  }

  without(keys: readonly string[]): StoredObject {
    const [key] = keys;
    const isOne = this.isPrinted && keys.length === 1 && key !== undefined;
    const bytes = isOne ? withoutMember(this.bytes, key) : null;
    if (bytes !== null) return StoredObject.printed(this.#file, bytes);
    return StoredObject.of(this.#file, without(this.all(), new Set(keys)));
  }
}

function parse(file: string, bytes: Buffer): JsonObject {
  const parsed = readObject(bytes, DEPTH.stored, isPrintedNumber);
  if ("defect" in parsed) throw corrupt(file, parsed.defect.line, parsed.defect);
  return parsed.value;
}
