/** A foreign trace read by the reader of its format. */

import type { ForeignFormat, ForeignRecord } from "./record.ts";
import { readReferenceV02 } from "./reference-v0-2.ts";
import { readReferenceV03 } from "./reference-v0-3.ts";
import { readTraceEvent } from "./trace-event.ts";

const READERS: Readonly<Record<ForeignFormat, (bytes: Uint8Array) => ForeignRecord>> = {
  "reference-v0.2": readReferenceV02,
  "reference-v0.3": readReferenceV03,
  "trace-event-v1": (bytes) => readTraceEvent("v1", bytes),
  "trace-event-v2": (bytes) => readTraceEvent("v2", bytes),
};

/** Whatever the bytes are, a record: what is wrong with them is among its findings. */
export function readForeign(format: ForeignFormat, bytes: Uint8Array): ForeignRecord {
  return READERS[format](bytes);
}
