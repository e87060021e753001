/** The payload of a run, strictly read (SPEC 4.1). */

import { DEPTH, SIZE } from "../json/limits.ts";
import { readObject } from "../json/parse.ts";
import { pointer } from "../json/pointer.ts";
import { depthOf, repairOf } from "../json/repair.ts";
import { utf8 } from "../json/text.ts";
import { isModest, type Json, type JsonObject, type MutableJson, setOwn } from "../json/value.ts";
import { PayloadFault } from "./payload-errors.ts";

export interface PayloadLimits {
  readonly maxDepth: number;
  readonly maxBytes: number;
}

export const DEFAULT_LIMITS: PayloadLimits = { maxDepth: DEPTH.payload, maxBytes: SIZE.payload };

/**
 * `file` says in a refusal where the bytes come from, and `lineOfFile` which line of it they are, where they are one.
 * @throws PayloadFault
 */
export function parsePayload(
  bytes: Uint8Array,
  limits: PayloadLimits,
  file: string,
  lineOfFile?: number,
): JsonObject {
  if (bytes.length > limits.maxBytes) {
    throw new PayloadFault("PAYLOAD_TOO_LARGE", { file, size: bytes.length, limit: limits.maxBytes });
  }
  const read = readObject(bytes, limits.maxDepth);
  if ("value" in read) return read.value;
  const { code, pointer = null } = read.defect;
  const line = lineOfFile ?? read.defect.line;
  const unit = lineOfFile === undefined ? "file" : "line";
  const text = utf8(bytes);
  const repair = repairOf(text, read.defect, unit) ?? null;
  if (code !== "TOO_DEEP") throw new PayloadFault(`PAYLOAD_${code}`, { file, line, pointer, repair, unit });
  throw new PayloadFault("PAYLOAD_TOO_DEEP", { file, line, depth: limits.maxDepth, found: depthOf(text) });
}

/** A copy of a payload that a program made. @throws PayloadFault for a value that JSON cannot carry */
export function copyPayload(value: unknown): JsonObject {
  const copy = isPlainObject(value) && isModest(value) ? plainCopy(value, DEPTH.payload) : undefined;
  if (copy !== undefined) return copy as JsonObject;
  const payload = parsePayload(Buffer.from(jsonText(value)), DEFAULT_LIMITS, "the payload");
  // What the text leaves out is no deeper than the limit, so that it can be looked for.
  const invalid = notPlain(value, []);
  if (invalid !== undefined) throw new PayloadFault("PAYLOAD_VALUE_NOT_JSON", { pointer: pointer(invalid) });
  return payload;
}

/** A copy of the value, or undefined where only its text shows whether there can be one. */
function plainCopy(value: unknown, levels: number): Json | undefined {
  if (levels < 0) return undefined;
  if (typeof value === "string") return value.isWellFormed() ? value : undefined;
  if (typeof value === "number") return isPlainNumber(value) ? value : undefined;
  if (typeof value === "boolean" || value === null) return value;
  if (typeof value !== "object" || "toJSON" in value) return undefined;
  if (Array.isArray(value)) {
    const items = Array.from(value as unknown[], (item) => plainCopy(item, levels - 1));
    return items.includes(undefined) ? undefined : (items as Json[]);
  }
  if (!isPlainObject(value)) return undefined;
  const copy: MutableJson = {};
  for (const key of Object.keys(value)) {
    const member = key.isWellFormed() ? plainCopy((value as JsonObject)[key], levels - 1) : undefined;
    if (member === undefined) return undefined;
    setOwn(copy, key, member);
  }
  return copy;
}

/** One that its text gives back without a closer look. */
const isPlainNumber = (value: number) => Math.abs(value) < 1e15 && !Object.is(value, -0);

function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "null";
  } catch (cause) {
    // A cycle, a BigInt, or more levels than the stack has.
    throw new PayloadFault("PAYLOAD_VALUE_NOT_JSON", { pointer: "" }, { cause });
  }
}

type Path = readonly (string | number)[];

/** Where a value is, or holds, something that its JSON text does not give back; undefined for a plain one. */
function notPlain(value: unknown, path: Path): Path | undefined {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || !(Array.isArray(value) || isPlainObject(value))) return path;
  for (const [key, item] of Object.entries(value)) {
    const found = notPlain(item, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Also one of another realm. */
function isPlainObject(value: unknown): value is JsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
