import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { test } from "node:test";
import fc from "fast-check";
import { canonical } from "../../src/json/canonical.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { hashOf } from "../../src/trace/chain.ts";
import { lineGroupsIn } from "../../src/trace/chunks.ts";
import { badMember } from "../../src/trace/read.ts";
import { fullRun, readBack, refusedRun } from "../render/trial-run.ts";
import { draws } from "../support/portion.ts";
import { scanGroup, scanLine } from "./scan-line.ts";

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
      executionId: event["execution_id"],
      run: event["run"],
      prevHash: event["prev_hash"],
      hash: event["hash"],
      isHashed: hashOf(event) === event["hash"],
    };
  } catch {
    return undefined;
  }
}

test("of the first line that is scanned, too, nothing but a string is an execution id", () => {
  for (const id of ["none", "", "null", "0", '"', '""'])
    for (const line of lines.slice(0, 2)) {
      const text = line.replace(/"execution_id":"[^"]*"/, `"execution_id":${id}`);
      assert.deepEqual(scanLine(text), built(text), text);
    }
});

test("every line of a run is scanned, and says the same as when it is built", () => {
  for (const line of lines) assert.deepEqual(scanLine(line), built(line));
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
        const scanned = scanLine(spoilt);
        if (scanned !== undefined) assert.deepEqual(scanned, built(spoilt), spoilt);
      },
    ),
    { numRuns: draws(5000) },
  );
});

test("property: any changed byte is seen as when the lines are built, on its line and on those around it", () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.nat(255), (number, at, byte) => {
      const first = number % (lines.length - 2);
      const changed = Buffer.from(lines.slice(first, first + 3).join("\n"));
      changed[at % changed.length] = byte;
      for (const group of lineGroupsIn([changed])) {
        for (const [i, scanned] of scanGroup(group).entries()) {
          const bytes = group.lines[i]?.bytes as Buffer;
          const text = bytes.toString();
          if (scanned !== undefined) assert.deepEqual(scanned, isUtf8(bytes) ? built(text) : undefined, text);
          else assert.ok(!isUtf8(bytes) || built(text) === undefined || isUnusual(text), text);
        }
      }
    }),
    { numRuns: draws(5000) },
  );
});

test("what follows a line of a known form, and another character in its timestamp or a digest, is seen", () => {
  const digestOrTimestamp = /"(?:timestamp|prev_hash|hash|payload_digest|effect_key)":"[^"]*"/g;
  for (const [i, line] of lines.slice(1).entries()) {
    const spoilt = [`${line}x`, `${line}}`, `${line} `];
    for (const { 0: member, index } of line.matchAll(digestOrTimestamp))
      for (const character of "-:.TZafg0")
        for (const at of [index + member.length - 2, index + member.length - 5])
          spoilt.push(line.slice(0, at) + character + line.slice(at + 1));
    for (const text of spoilt) {
      // The first two lead from the form of the one before to that of the line.
      const bytes = Buffer.from([lines[i], line, lines[i], text].join("\n"));
      assert.deepEqual([...lineGroupsIn([bytes])].flatMap(scanGroup)[3], built(text), text);
    }
  }
});

test("a line that is longer than what is hashed in one place is scanned as any other", () => {
  for (const length of [100, 15_000, 17_000, 70_000]) {
    const event = {
      ...events.find(({ event_type }) => event_type === "error"),
      execution_id: "x".repeat(length),
    };
    const hash = hashOf(event as unknown as JsonObject);
    for (const stated of [hash, "0".repeat(64)]) {
      const line = canonical({ ...event, hash: stated } as unknown as JsonObject);
      assert.deepEqual(scanLine(line), built(line));
      assert.equal(scanLine(line)?.isHashed, stated === hash);
    }
  }
});

test("a hash or prev_hash that is no digest is not scanned, whether or not the next line repeats it", () => {
  const [one, other] = events as [JsonObject, JsonObject];
  for (const bad of ["\u0000", "\u007f", "g", "A", "\ufffd"].map((character) => character.repeat(64))) {
    const text = [
      { ...one, hash: bad },
      { ...other, prev_hash: bad },
    ]
      .map(canonical)
      .join("\n");
    const scanned = [...lineGroupsIn([Buffer.from(text)])].flatMap(scanGroup);
    assert.deepEqual(scanned, [undefined, undefined]);
  }
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
      const scanned = scanLine(line);
      if (scanned !== undefined) assert.deepEqual(scanned, built(line), line);
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
