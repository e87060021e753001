/** Reads another runtime's trace with the reader of its format. */

import type { ExternalFormat, ExternalRecord } from "./record.ts";
import { readReferenceV02 } from "./reference-v0-2.ts";
import { readReferenceV03 } from "./reference-v0-3.ts";
import { readTraceEvent } from "./trace-event.ts";

const READERS: Readonly<Record<ExternalFormat, (bytes: Uint8Array) => ExternalRecord>> = {
  "reference-v0.2": readReferenceV02,
  "reference-v0.3": readReferenceV03,
  "trace-event-v1": (bytes) => readTraceEvent("v1", bytes),
  "trace-event-v2": (bytes) => readTraceEvent("v2", bytes),
};

/** Always returns a record: problems of the bytes are among its findings. */
export function readExternal(format: ExternalFormat, bytes: Uint8Array): ExternalRecord {
  return READERS[format](bytes);
}
