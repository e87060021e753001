import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { verifyTrace } from "../../src/examine/verify.ts";
import { CanonicalError, canonical, digestOf, isDigest, sha256 } from "../../src/json/canonical.ts";
import { isObject, type Json, type JsonObject } from "../../src/json/value.ts";
import { openJournal } from "../../src/trace/journal.ts";
import { memoryTrace } from "../engine/trial.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws, takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

// RFC 8785, appendix B: the bits of a double, and how it is written.
const NUMBERS: readonly (readonly [bits: string, text: string])[] = [
  ["0000000000000000", "0"],
  ["8000000000000000", "0"],
  ["0000000000000001", "5e-324"],
  ["8000000000000001", "-5e-324"],
  ["7fefffffffffffff", "1.7976931348623157e+308"],
  ["ffefffffffffffff", "-1.7976931348623157e+308"],
  ["4340000000000000", "9007199254740992"],
  ["c340000000000000", "-9007199254740992"],
  ["4430000000000000", "295147905179352830000"],
  ["44b52d02c7e14af5", "9.999999999999997e+22"],
  ["44b52d02c7e14af6", "1e+23"],
  ["44b52d02c7e14af7", "1.0000000000000001e+23"],
  ["444b1ae4d6e2ef4e", "999999999999999700000"],
  ["444b1ae4d6e2ef4f", "999999999999999900000"],
  ["444b1ae4d6e2ef50", "1e+21"],
  ["3eb0c6f7a0b5ed8c", "9.999999999999997e-7"],
  ["3eb0c6f7a0b5ed8d", "0.000001"],
  ["41b3de4355555553", "333333333.3333332"],
  ["41b3de4355555554", "333333333.33333325"],
  ["41b3de4355555555", "333333333.3333333"],
  ["41b3de4355555556", "333333333.3333334"],
  ["41b3de4355555557", "333333333.33333343"],
  ["becbf647612f3696", "-0.0000033333333333333333"],
  ["43143ff3c1cb0959", "1424953923781206.2"],
];

for (const [bits, text] of NUMBERS) {
  test(`the double ${bits} is written ${text}`, () => {
    assert.equal(canonical(doubleOf(bits)), text);
  });
}

function doubleOf(bits: string): number {
  return Buffer.from(bits, "hex").readDoubleBE();
}

test("members are sorted by UTF-16 code units", () => {
  const value = {
    "€": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "😀": "Emoji: Grinning Face",
    "\u0080": "Control",
    ö: "Latin Small Letter O With Diaeresis",
  };
  const names = [...canonical(value).matchAll(/:"([^"]+)"/g)].map(([, name]) => name);
  assert.deepEqual(names, [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
  ]);
});

test("members that look like indices are sorted as texts", () => {
  assert.equal(canonical({ 10: 1, 9: 2, "": 3, a: 4 }), '{"":3,"10":1,"9":2,"a":4}');
});

test("literals, numbers and texts come out as in the RFC's example", () => {
  const text = String.raw`{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
    "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}`;
  const expected =
    `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
    String.raw`"string":"€$\u000f\nA'B\"\\\\\"/"}`;
  assert.equal(canonical(JSON.parse(text) as Json), expected);
});

test("nothing is escaped that need not be, nor left that must be", () => {
  assert.equal(canonical('\b\t\n\f\r"\\/\u007f\u2028é'), '"\\b\\t\\n\\f\\r\\"\\\\/\u007f\u2028é"');
  assert.equal(canonical("\u0000\u001f"), '"\\u0000\\u001f"');
  assert.equal(canonical("a".repeat(500)), `"${"a".repeat(500)}"`);
});

const json = fc.jsonValue({ stringUnit: anyCharacter }) as fc.Arbitrary<Json>;

test("canonicalising is idempotent and loses nothing", () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonical(value);
      assert.equal(canonical(JSON.parse(text) as Json), text);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: draws(500) },
  );
});

it("canonicalising ignores the order of members", () => {
  const members = fc.uniqueArray(fc.tuple(fc.string({ unit: anyCharacter }), json), {
    selector: ([name]) => name,
  });
  fc.assert(
    fc.property(
      members.chain((entries) =>
        fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
      ),
      ([entries, shuffled]) => {
        const [a, b] = [Object.fromEntries(entries), Object.fromEntries(shuffled)];
        assert.equal(canonical({ a }), canonical({ a: b }));
        assert.equal(digestOf(a), digestOf(b));
      },
    ),
  );
});

/** Slow and plain: the text of the value with every object's members sorted. */
function sortedText(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sortedText).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const members = Object.keys(value).sort();
  return `{${members.map((name) => `${JSON.stringify(name)}:${sortedText(value[name] as Json)}`).join(",")}}`;
}

it("a canonical text is the JSON text with sorted members, however many and however they are named", () => {
  const wide = fc.dictionary(fc.string({ unit: anyCharacter, maxLength: 3 }), json, { maxKeys: 40 });
  fc.assert(
    fc.property(wide, (value) => {
      assert.equal(canonical(value), sortedText(value));
    }),
  );
  // More names than are remembered, each twice.
  const names = Array.from({ length: 3000 }, (_, i) => `${"name ".repeat(8)}${i % 1500}`);
  for (const name of names) assert.equal(canonical({ [name]: 1, "": 2 }), `{"":2,"${name}":1}`);
});

const formless: readonly (readonly [about: string, value: unknown])[] = [
  ["undefined", undefined],
  ["undefined as a member", { a: undefined }],
  ["undefined as an item", [undefined]],
  ["a hole in a list", new Array(1)],
  ["NaN", Number.NaN],
  ["infinity", [Number.POSITIVE_INFINITY]],
  ["negative infinity", { a: Number.NEGATIVE_INFINITY }],
  ["a function", () => 1],
  ["a big integer", 1n],
  ["a symbol", Symbol("a")],
  ["a lone surrogate", "\ud800"],
  ["a lone surrogate in a long text", `${"a".repeat(300)}\udfff`],
  ["a lone surrogate in a key", { "\udc00": 1 }],
];

for (const [about, value] of formless) {
  test(`${about} has no canonical form`, () => {
    assert.throws(() => canonical(value as Json), CanonicalError);
  });
}

test("a digest is the SHA-256 of the canonical form, and nothing else looks like one", () => {
  assert.equal(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(sha256(Buffer.from("abc")), sha256("abc"));
  assert.equal(digestOf({ b: 1, a: "é" }), sha256('{"a":"é","b":1}'));
  assert.ok(isDigest(digestOf(null)));
  for (const other of [digestOf(null).toUpperCase(), digestOf(null).slice(1), `${digestOf(null)}\n`, 1, null]) {
    assert.ok(!isDigest(other));
  }
});

/** A trace of one event that carries the value, as bytes. */
function traceOf(value: Json): Uint8Array {
  const { file, text } = memoryTrace();
  const clock = { now: () => 0, micros: () => 0 };
  const journal = openJournal(file, { executionId: "X", clock });
  journal.append({
    event_type: "event_announced",
    run: "0",
    node_id: "N",
    payload: { event_code: "EV", payload: { value } },
  });
  journal.write();
  return Buffer.from(text());
}

function readBack(trace: Uint8Array): { value: Json | undefined; codes: readonly string[] } {
  const { events, findings } = verifyTrace(trace);
  const [event] = events;
  const value =
    event?.event_type === "event_announced" ? (event.payload.payload as JsonObject)["value"] : undefined;
  return { value, codes: findings.map(({ code }) => code) };
}

// One event alone is no whole run; nothing else may be wrong with it.
const ONE_EVENT = ["BAD_START", "NO_END"];

test("2^60 survives the way through a trace, although it is not written in full", () => {
  const trace = traceOf(2 ** 60);
  assert.ok(Buffer.from(trace).includes("1152921504606847000"));
  assert.deepEqual(readBack(trace), { value: 2 ** 60, codes: ONE_EVENT });
});

test("every value survives the way through a trace", () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.deepEqual(readBack(traceOf(value)), {
        value: JSON.parse(canonical(value)) as Json,
        codes: ONE_EVENT,
      });
    }),
  );
});

for (const [bits, text] of NUMBERS) {
  test(`${text} (${bits}) survives the way through a trace`, () => {
    const { value, codes } = readBack(traceOf(doubleOf(bits)));
    assert.deepEqual(codes, ONE_EVENT);
    assert.equal(value, doubleOf(bits) === 0 ? 0 : doubleOf(bits));
  });
}
