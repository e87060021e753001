/** Which runtime wrote a trace, by its first line. */

import { utf8 } from "../json/text.ts";
import { isObject, type Json, own } from "../json/value.ts";
import type { ExternalFormat } from "./record.ts";

const VERSIONS: ReadonlyMap<Json | undefined, ExternalFormat> = new Map<Json, ExternalFormat>([
  ["V0", "reference-v0.2"],
  ["v0", "reference-v0.3"],
  ["v1", "trace-event-v1"],
  ["v2", "trace-event-v2"],
]);

/** Null for a trace of this runner and for unknown formats. */
export function externalFormat(bytes: Uint8Array): ExternalFormat | null {
  const end = bytes.indexOf(0x0a);
  let first: unknown;
  try {
    first = JSON.parse(utf8(bytes.subarray(0, end === -1 ? undefined : end)));
  } catch {
    return null;
  }
  if (!isObject(first)) return null;
  return VERSIONS.get(own(first, "trace_schema_version")) ?? null;
}
