/** The published schema of the reference's trace events, where it is at hand. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { sharedPath, skipWithout } from "./shared.ts";

const SCHEMA = "schemas/SCHEMA_TRACE_EVENT_V0.json";

/** `false`, or the reason to skip. */
export const skipWithoutSchema = skipWithout(SCHEMA);

/** Fails on the first line that is not an event of the schema. */
export function assertTraceEventsV0(text: string): void {
  const ajv = new Ajv2020({ strict: false });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/);
  const isEvent = ajv.compile(JSON.parse(readFileSync(sharedPath(SCHEMA), "utf8")) as object);
  for (const line of text.trimEnd().split("\n")) {
    assert.ok(isEvent(JSON.parse(line)), `${line}\n${JSON.stringify(isEvent.errors)}`);
  }
}
