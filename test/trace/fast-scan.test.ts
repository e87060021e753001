import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical } from "../../src/json/canonical.ts";
import type { Json } from "../../src/json/value.ts";
import { expectLiteral, NOT_FOUND, setLiteral, toLiteral, valueEnd } from "../../src/trace/fast-scan.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws } from "../support/portion.ts";

const ends = (text: string) => valueEnd(Buffer.from(text), 0);
const isAccepted = (text: string) => ends(text) === Buffer.byteLength(text);

/** Whether the text is JSON, and the canonical form of its value. */
function isCanonical(text: string): boolean {
  try {
    return canonical(JSON.parse(text) as Json) === text;
  } catch {
    return false;
  }
}

const json = fc.jsonValue({ stringUnit: anyCharacter }) as fc.Arbitrary<Json>;
/** Texts that are nearly JSON: made of what canonical and other JSON is made of. */
const pieces = fc.constantFrom(
  ...[
    '{"a":',
    '{"b":1,',
    '"a":',
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    '"x"',
    '"é"',
    "0",
    "-0",
    "-",
    "1",
    "12",
    "01",
    "1.5",
    "1.0",
  ],
  ...[
    "1e21",
    "1E21",
    "1e+21",
    "1e400",
    "123456789012345678",
    "0.1",
    ".5",
    "true",
    "tru",
    "false",
    "null",
    "nul",
    " ",
    "\n",
  ],
  ...[
    '"\\n"',
    '"\\u000a"',
    '"\\u001f"',
    '"\\u001F"',
    '"\\u0041"',
    '"\\/"',
    '"\\ud83d"',
    '"\u007f"',
    '"\u2028"',
    '"\\',
  ],
);
const nearly = fc.array(pieces, { maxLength: 8 }).map((parts) => parts.join(""));

test("canonical text is walked to its end, but for names that are more than plain ASCII", () => {
  fc.assert(
    fc.property(json, (value) => {
      const isPlain = namesIn(value).every(
        (name) => JSON.stringify(name) === `"${name}"` && !/[^ -~]/.test(name),
      );
      fc.pre(isPlain);
      assert.ok(isAccepted(canonical(value)), canonical(value));
    }),
  );
});

function namesIn(value: Json): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap((item) => namesIn(item as Json))];
}

test("what is not canonical is not accepted, whatever it is made of", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        nearly,
        json.map((value) => JSON.stringify(value)),
        json.map((value) => JSON.stringify(value, null, 1)),
      ),
      (text) => {
        if (isAccepted(text)) assert.ok(isCanonical(text), text);
      },
    ),
    { numRuns: draws(2000) },
  );
});

test("a changed byte of canonical text leaves canonical text or is not accepted", () => {
  fc.assert(
    fc.property(json, fc.nat(), fc.integer({ min: 0, max: 127 }), (value, at, byte) => {
      const changed = Buffer.from(canonical(value));
      changed[at % changed.length] = byte;
      const text = changed.toString("utf8");
      if (Buffer.from(text).equals(changed) && isAccepted(text)) assert.ok(isCanonical(text), text);
    }),
    { numRuns: draws(2000) },
  );
});

for (const text of [
  "",
  "{",
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":1,',
  "[1",
  "[1,",
  '"',
  '"\\',
  '"\\u00',
  "-",
  "t",
]) {
  test(`${JSON.stringify(text)} is cut off, and no value`, () => assert.equal(ends(text), NOT_FOUND));
}

test("nesting without end is refused, not followed", () => {
  assert.equal(ends("[".repeat(100_000)), NOT_FOUND);
  assert.equal(ends('{"a":'.repeat(100_000)), NOT_FOUND);
});

test("property: a literal is found exactly where its bytes are, and so is one that was set anew", () => {
  const text = fc
    .string({ unit: anyCharacter, maxLength: 40 })
    .map((one) => Buffer.from([...one].filter((character) => character >= " ").join("")));
  const byte = fc.oneof(fc.constantFrom(0, 0x7f, 0x80, 0xf0, 0xff), fc.nat(255));
  fc.assert(
    fc.property(text, fc.nat(9), fc.nat(), fc.array(byte, { maxLength: 9 }), (wanted, at, from, put) => {
      const bytes = Buffer.concat([Buffer.alloc(at, 0x20), wanted, Buffer.alloc(9, 0x20)]);
      bytes.set(put.slice(0, wanted.length), at + (from % (wanted.length + 1)));
      const literal = toLiteral(wanted);
      const isThere = bytes.subarray(at, at + wanted.length).equals(wanted);
      assert.equal(expectLiteral(bytes, at, literal), isThere ? at + wanted.length : NOT_FOUND);
      const whole = wanted.subarray(0, wanted.length - (wanted.length % 8));
      if (whole.length === 0) return;
      const other = toLiteral("x".repeat(whole.length));
      setLiteral(other, whole, 0);
      assert.deepEqual(other, toLiteral(whole));
    }),
    { numRuns: draws(3000) },
  );
});
