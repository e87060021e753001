import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { lineBytes } from "../../src/trace/chain.ts";
import { badMember } from "../../src/trace/read.ts";
import { eventIn } from "../../src/trace/read-event.ts";
import { fullRun, readBack, refusedRun } from "../render/trial-run.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws } from "../support/portion.ts";

const events = readBack([...fullRun(), ...refusedRun()]) as unknown as readonly JsonObject[];

function assertReadAsParsed(event: JsonObject): void {
  const line = canonical(event);
  const read = eventIn(Buffer.from(line));
  assert.equal(canonical(read as unknown as JsonObject), line);
  assert.deepEqual(Object.keys(read), Object.keys(JSON.parse(line) as JsonObject));
  assert.equal(lineBytes(read), Buffer.byteLength(line) + 1);
}

test("every event of a run is read as its whole line is parsed", () => {
  for (const event of events) assertReadAsParsed(event);
});

/** Members of the envelope with other values that an event may have. */
const others = fc.record(
  {
    elapsed_us: fc.maxSafeNat(),
    sequence: fc.maxSafeNat(),
    execution_id: fc.string({ unit: anyCharacter }),
    node_id: fc.string({ unit: anyCharacter }),
    run: fc.constantFrom("0", "0.1", "0.12.3"),
    timestamp: fc.constantFrom("2026-01-31T09:00:00.000Z", "+012026-01-31T09:00:00.000Z"),
  },
  { requiredKeys: [] },
);
/** Text of the envelope where it is none. */
const misleading = fc.constantFrom(
  ...[',"payload":{}', ',"prev_hash":"', '"node_id":"A",', '","run":"0"', '"}', "\\", '"'],
);
const values = fc.dictionary(fc.string(), fc.oneof(misleading, fc.jsonValue({ stringUnit: anyCharacter })));

test("property: an event is read as its whole line is parsed, whatever its envelope and its data", () => {
  fc.assert(
    fc.property(fc.constantFrom(...events), others, values, (event, envelope, data) => {
      const payload = event["event_type"] === "node_end" ? { outputs: data } : {};
      const changed = { ...event, ...envelope, payload: { ...(event["payload"] as JsonObject), ...payload } };
      fc.pre(badMember(changed as JsonObject) === undefined);
      assertReadAsParsed(changed as JsonObject);
    }),
    { numRuns: draws(2000) },
  );
});

test("a line that is cut off anywhere is no event", () => {
  for (const event of events) {
    const line = Buffer.from(canonical(event));
    for (let length = 0; length < line.length; length += 7)
      assert.throws(() => eventIn(line.subarray(0, length)), SyntaxError);
  }
});
