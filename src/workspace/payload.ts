/** The payload of a run, strictly read (SPEC 4.1). */

import { DEPTH, SIZE } from "../json/limits.ts";
import { readObject } from "../json/parse.ts";
import { pointer } from "../json/pointer.ts";
import { depthOf, repairOf } from "../json/repair.ts";
import { utf8 } from "../json/text.ts";
import type { JsonObject } from "../json/value.ts";
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
export function copyPayload(value: unknown, limits: PayloadLimits = DEFAULT_LIMITS): JsonObject {
  const payload = parsePayload(Buffer.from(jsonText(value)), limits, "the payload");
  // What the text leaves out is no deeper than the limit, so that it can be looked for.
  const invalid = notPlain(value, []);
  if (invalid !== undefined) throw new PayloadFault("PAYLOAD_VALUE_NOT_JSON", { pointer: pointer(invalid) });
  return payload;
}

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
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
