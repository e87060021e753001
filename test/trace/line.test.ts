import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { canonical } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { hashOf } from "../../src/trace/chain.ts";
import { scanLine } from "../../src/trace/line.ts";
import { badMember } from "../../src/trace/read.ts";
import { fullRun, readBack, refusedRun } from "../render/trial-run.ts";
import { draws } from "../support/portion.ts";

const events = readBack([...fullRun(), ...refusedRun()]) as unknown as readonly JsonObject[];
const lines = events.map((event) => canonical(event));

/** What the line says when it is built, or undefined when it is no event in canonical form. */
function built(text: string) {
  try {
    const event = JSON.parse(text) as JsonObject;
    if (canonical(event) !== text || badMember(event) !== undefined) return undefined;
    return {
      sequence: event["sequence"],
      eventType: event["event_type"],
      execution: JSON.stringify(event["execution_id"]),
      run: event["run"],
      prevHash: event["prev_hash"],
      hash: event["hash"],
      isHashed: hashOf(event) === event["hash"],
    };
  } catch {
    return undefined;
  }
}

test("every line of a run is scanned, and says the same as when it is built", () => {
  for (const line of lines) assert.deepEqual({ ...scanLine(Buffer.from(line)) }, built(line));
});

/** Bits of lines, from which other lines are made that nearly are some. */
const bits = fc.constantFrom(
  ...[
    '"',
    ",",
    ":",
    "{",
    "}",
    "[",
    "]",
    "0",
    "1",
    "-",
    ".",
    "e",
    " ",
    "null",
    "true",
    '""',
    '"a"',
    "{}",
    "[]",
    "\\",
    "é",
  ],
  ...lines.flatMap((line) => line.match(/"[a-z_]+":(?:"[^"]*"|\d+|\{\}|\[\])/g) ?? []),
);

test("property: what is scanned is an event in canonical form, however the line was spoilt", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...lines),
      fc.nat(),
      fc.nat(12),
      fc.array(bits, { maxLength: 2 }),
      (line, at, gone, put) => {
        const start = at % line.length;
        const spoilt = line.slice(0, start) + put.join("") + line.slice(start + gone);
        const scanned = scanLine(Buffer.from(spoilt));
        if (scanned !== undefined) assert.deepEqual({ ...scanned }, built(spoilt), spoilt);
      },
    ),
    { numRuns: draws(5000) },
  );
});

test("property: any changed byte of a line is seen as when the line is built, between others that are known", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(255), (number, at, byte) => {
      const index = number % lines.length;
      const changed = Buffer.from(lines[index] as string);
      changed[at % changed.length] = byte;
      // The line before leads to its form.
      if (index > 0) scanLine(Buffer.from(lines[index - 1] as string));
      const scanned = scanLine(changed);
      const text = changed.toString();
      if (scanned !== undefined) assert.deepEqual({ ...scanned }, built(text), text);
      else assert.ok(!isUtf8(changed) || built(text) === undefined || isUnusual(text), text);
    }),
    { numRuns: draws(5000) },
  );
});

test("property: a member taken out, or another value in its place, is seen as when the line is built", () => {
  const anything = fc.oneof(fc.constant(undefined), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonObject>);
  fc.assert(
    fc.property(fc.constantFrom(...events), fc.nat(), fc.boolean(), anything, (event, at, inPayload, value) => {
      const of = inPayload ? (event["payload"] as JsonObject) : event;
      const name = Object.keys(of)[at % Object.keys(of).length] ?? "";
      const changed = { ...of, [name]: value };
      const text = JSON.stringify(inPayload ? { ...event, payload: changed } : changed);
      const line = canonical(JSON.parse(text) as JsonObject);
      const scanned = scanLine(Buffer.from(line));
      if (scanned !== undefined) assert.deepEqual({ ...scanned }, built(line), line);
      else assert.ok(built(line) === undefined || isUnusual(line), line);
    }),
    { numRuns: draws(3000) },
  );
});

/** Such lines are left to the slower reading. */
function isUnusual(line: string): boolean {
  const event = JSON.parse(line) as JsonObject;
  const hasUnusualName = /[^ -~]|\\/.test(line);
  const hasLongNumber = /\d{16}/.test(line);
  return hasUnusualName || hasLongNumber || typeof event["elapsed_us"] !== "number";
}
