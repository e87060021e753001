import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { canonical } from "../../src/json/canonical.ts";
import { DEPTH } from "../../src/json/limits.ts";
import { isCanonicalNumber } from "../../src/json/number.ts";
import { type JsonDefect, readObject, readObjectText } from "../../src/json/parse.ts";
import { pointer } from "../../src/json/pointer.ts";
import { repairOf } from "../../src/json/repair.ts";
import { lineOf, linesOf, spellings, valueAt } from "../../src/json/text.ts";
import {
  deepFreeze,
  firstDifference,
  inCanonicalOrder,
  isDeeper,
  isLarger,
  isModest,
  isObject,
  type Json,
  type JsonObject,
  jsonEqual,
  own,
  present,
  setOwn,
} from "../../src/json/value.ts";
import { anyCharacter } from "../support/any-character.ts";
import { isJson } from "../support/is-json.ts";
import { draws, takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const bytes = (text: string) => Buffer.from(text, "utf8");
const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
const deepPointer = "/a".repeat(DEPTH.document + 1);

const refused: readonly (readonly [about: string, text: string | Uint8Array, defect: JsonDefect])[] = [
  [
    "a byte that is no UTF-8, in its line",
    Buffer.concat([bytes('{\n"a":"'), Buffer.from([0xff]), bytes('"}')]),
    { code: "NOT_UTF8", line: 2 },
  ],
  [
    "a cut UTF-8 sequence at the end",
    Buffer.from([0x7b, 0x0a, 0x0a, 0xe2, 0x82]),
    { code: "NOT_UTF8", line: 3 },
  ],
  [
    "a surrogate in UTF-8",
    Buffer.concat([bytes('{"a":"'), Buffer.from([0xed, 0xa0, 0x80]), bytes('"}')]),
    { code: "NOT_UTF8", line: 1 },
  ],
  ["nothing", "", { code: "NOT_JSON", line: 1 }],
  ["a byte order mark", '\u{feff}{"a":1}', { code: "BYTE_ORDER_MARK", line: 1 }],
  ["a value left out", '{\n"a":,\n"b":1\n}', { code: "NOT_JSON", line: 2 }],
  ["a comma too many", '{\n"a":1,\n}', { code: "NOT_JSON", line: 3 }],
  ["a comma too many in a list", '{"a":[\n1,\n]}', { code: "NOT_JSON", line: 3 }],
  ["a comma too few", '{\n"a":1\n"b":2\n}', { code: "NOT_JSON", line: 3 }],
  ["a colon in a list", '{"a":[\n"b":1]}', { code: "NOT_JSON", line: 2 }],
  ["a colon too few", '{\n"a" 1}', { code: "NOT_JSON", line: 2 }],
  ["a bracket that closes another", '{"a":[1\n}}', { code: "NOT_JSON", line: 2 }],
  ["two values", '{"a":1}\n\n{}', { code: "NOT_JSON", line: 3 }],
  ["an end too early", '{\n\n"a":1', { code: "NOT_JSON", line: 3 }],
  ["a leading zero", '{\n"a":01\n}', { code: "NOT_JSON", line: 2 }],
  ["a number without digits behind the point", '{\n"a":1.\n}', { code: "NOT_JSON", line: 2 }],
  ["a plus sign", '{\n"a":+1\n}', { code: "NOT_JSON", line: 2 }],
  ["not a number", '{\n"a":NaN\n}', { code: "NOT_JSON", line: 2 }],
  ["single quotes", "{\n'a':1}", { code: "NOT_JSON", line: 2 }],
  ["a key without quotes", "{\na:1}", { code: "NOT_JSON", line: 2 }],
  ["a comment", '{\n// no\n"a":1}', { code: "NOT_JSON", line: 2 }],
  ["an escape that is none", '{\n"a":"x\\q",\n"b":2}', { code: "NOT_JSON", line: 2 }],
  ["a short Unicode escape", '{\n"a":"\\u12",\n"b":2}', { code: "NOT_JSON", line: 2 }],
  ["a raw tab in a text", '{\n"a":"\t",\n"b":1}', { code: "NOT_JSON", line: 2 }],
  ["a text over the line's end", '{\n"a":"x\n"}', { code: "NOT_JSON", line: 2 }],
  ["a text that speaks of a position", '{\n"position 9999": x}', { code: "NOT_JSON", line: 2 }],
  [
    "merge-conflict markers",
    '{\n<<<<<<< HEAD\n"a":1\n=======\n"a":2\n>>>>>>> x\n}',
    { code: "CONFLICT_MARKERS", line: 2 },
  ],
  [
    "the end of a conflict that was resolved in part",
    '{\n"a":1\n>>>>>>> x\n}',
    { code: "CONFLICT_MARKERS", line: 3 },
  ],
  ["a key twice", '{\n"a":1,\n"a":1}', { code: "DUPLICATE_KEY", line: 3, pointer: "/a" }],
  [
    "a key twice, spelled with an escape",
    '{"x":[{"a":1,\n"\\u0061":2}]}',
    { code: "DUPLICATE_KEY", line: 2, pointer: "/x/0/a" },
  ],
  ["the empty key twice", '{"":1,"":2}', { code: "DUPLICATE_KEY", line: 1, pointer: "/" }],
  [
    "__proto__ twice",
    '{"__proto__":1,"__proto__":2}',
    { code: "DUPLICATE_KEY", line: 1, pointer: "/__proto__" },
  ],
  [
    "a key twice whose pointer needs escaping",
    '{"a/b~c":1,"a/b~c":2}',
    { code: "DUPLICATE_KEY", line: 1, pointer: "/a~1b~0c" },
  ],
  ["one level too deep", nested(DEPTH.document + 1), { code: "TOO_DEEP", line: 1, pointer: deepPointer }],
  [
    "a hundred thousand open lists",
    `{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`,
    { code: "TOO_DEEP", line: 1, pointer: `/a${"/0".repeat(DEPTH.document)}` },
  ],
  [
    "an integer after 2^53",
    '{"a":[\n9007199254740993]}',
    { code: "NUMBER_NOT_HELD", line: 2, pointer: "/a/0" },
  ],
  [
    "a negative integer before -2^53",
    '{"a":-9007199254740993}',
    { code: "NUMBER_NOT_HELD", line: 1, pointer: "/a" },
  ],
  [
    "an integer as a double prints it, where only exact ones count",
    '{"a":1152921504606847000}',
    { code: "NUMBER_NOT_HELD", line: 1, pointer: "/a" },
  ],
  ["an exponent beyond the doubles", '{"a":1e309}', { code: "NUMBER_NOT_HELD", line: 1, pointer: "/a" }],
  [
    "an exponent beyond the doubles, in many digits",
    '{"a":-1.000000000000000e+309}',
    { code: "NUMBER_NOT_HELD", line: 1, pointer: "/a" },
  ],
  ["half a surrogate pair", '{"a":["x",\n"\\ud800"]}', { code: "LONE_SURROGATE", line: 2, pointer: "/a/1" }],
  [
    "a surrogate pair the wrong way round",
    '{"a":"\\udc00\\ud800"}',
    { code: "LONE_SURROGATE", line: 1, pointer: "/a" },
  ],
  [
    "half a surrogate pair in a key, at its object",
    '{"a":\n{"\\uDBFF":1}}',
    { code: "LONE_SURROGATE", line: 2, pointer: "/a" },
  ],
  ["a list", "[1]", { code: "NOT_AN_OBJECT", line: 1 }],
  ["a text alone", '"a"', { code: "NOT_AN_OBJECT", line: 1 }],
  ["null", "null", { code: "NOT_AN_OBJECT", line: 1 }],
];

for (const [about, text, defect] of refused) {
  test(`strict reading refuses ${about}`, () => {
    assert.deepEqual(readObject(typeof text === "string" ? bytes(text) : text), { defect });
  });
}

const accepted: readonly (readonly [about: string, text: string])[] = [
  ["the empty object", "{}"],
  ["white space anywhere", ' \t\r\n{ "a" : [ ] , "b" : { } } \n'],
  ["the deepest nesting", nested(DEPTH.document)],
  ["the same key in different objects", '{"a":{"a":1},"b":[{"a":1},{"a":1}]}'],
  ["2^53 and its negative", '{"a":9007199254740992,"b":-9007199254740992}'],
  ["2^60 in full", '{"a":1152921504606846976}'],
  ["fractions and exponents", '{"a":1.5e-7,"b":1E+20,"c":0.1000000000000000055511151231257827,"d":-0}'],
  ["a surrogate pair, escaped", '{"a":"\\ud83d\\ude00"}'],
  ["every escape", '{"a":"\\"\\\\\\/\\b\\f\\n\\r\\t\\u0000"}'],
  ["backslashes before a quote", '{"a":"\\\\\\\\","b":"\\\\\\""}'],
  ["brackets and quotes in texts", '{"a]}":"{[,:","b":"\\"}"}'],
  ["conflict markers inside a text", '{"a":"<<<<<<< HEAD"}'],
  ["__proto__ as a key", '{"__proto__":{"a":1},"constructor":null}'],
];

for (const [about, text] of accepted) {
  test(`strict reading accepts ${about}`, () => {
    assert.deepEqual(readObject(bytes(text)), { value: JSON.parse(text) as Json });
  });
}

test("the depth that is allowed can be chosen", () => {
  assert.ok("value" in readObject(bytes('{"a":{"b":1}}'), 2));
  assert.deepEqual(readObject(bytes('{"a":\n{"b":[1]}}'), 2), {
    defect: { code: "TOO_DEEP", line: 2, pointer: "/a/b/0" },
  });
});

test("a trace may hold integers the way canonical JSON prints them, and no others", () => {
  assert.deepEqual(readObjectText('{"a":1152921504606847000}', DEPTH.document, isCanonicalNumber), {
    value: { a: 2 ** 60 },
  });
  const other = readObjectText('{"a":1152921504606847001}', DEPTH.document, isCanonicalNumber);
  assert.deepEqual(other, { defect: { code: "NUMBER_NOT_HELD", line: 1, pointer: "/a" } });
});

test("a key called __proto__ changes no prototype", () => {
  const read = readObject(bytes('{"__proto__":{"polluted":true}}'));
  assert.ok("value" in read);
  assert.equal(own(read.value, "polluted"), undefined);
  assert.equal(own(read.value, "toString"), undefined);
  assert.deepEqual(own(read.value, "__proto__"), { polluted: true });
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
});

it("a long list in few bytes is read without printing it", () => {
  const text = `{\n"a":${"[".repeat(DEPTH.document - 1)}${"1,".repeat(1e6)}1${"]".repeat(DEPTH.document - 1)}}`;
  const read = readObject(bytes(text));
  assert.ok("value" in read);
});

// ---- properties ----

const key = fc.oneof(
  fc.string({ unit: anyCharacter, maxLength: 8 }),
  fc.constantFrom("__proto__", "constructor", "", "a/b", "~", "0", "10", "9"),
);
const scalar = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string({ unit: anyCharacter }),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter(isHeldAsPrinted),
);
/** Beyond 2^53 JavaScript prints integers that are not quite the number. */
function isHeldAsPrinted(number: number): boolean {
  return !Number.isInteger(number) || Math.abs(number) <= 2 ** 53 || Math.abs(number) >= 1e21;
}

const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthSize: "small", withCrossShrink: true },
    scalar,
    fc.array(tie("json"), { maxLength: 5 }),
    members(tie("json")),
  ),
}));
const object = members(json);

function members(value: fc.Arbitrary<Json>): fc.Arbitrary<JsonObject> {
  return fc.dictionary(key, value, { maxKeys: 5, noNullPrototype: true });
}

const space = fc.constantFrom("", "", " ", "\n", "\t", "\r\n", " \n ");
/** The value as somebody else may write it: white space and escapes at random. */
function written(value: Json, gap: () => string, mayEscape: () => boolean): string {
  const text = (one: string) => (mayEscape() ? `"${[...one].map(escaped).join("")}"` : JSON.stringify(one));
  const visit = (one: Json): string => {
    if (typeof one === "string") return text(one);
    const surround = (open: string, parts: readonly string[], close: string) =>
      `${open}${gap()}${parts.join(`${gap()},${gap()}`)}${gap()}${close}`;
    if (Array.isArray(one)) return surround("[", one.map(visit), "]");
    if (!isObject(one)) return JSON.stringify(one);
    const parts = Object.entries(one).map(([name, item]) => `${text(name)}${gap()}:${gap()}${visit(item)}`);
    return surround("{", parts, "}");
  };
  return `${gap()}${visit(value)}${gap()}`;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, i) => character.charCodeAt(i))
    .map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`)
    .join("");
}

it("whatever way an object is written, it reads as JSON.parse reads it", () => {
  fc.assert(
    fc.property(object, fc.infiniteStream(space), fc.infiniteStream(fc.boolean()), (value, gaps, escapes) => {
      const text = written(
        value,
        () => gaps.next().value as string,
        () => escapes.next().value as boolean,
      );
      const read = readObject(bytes(text), DEPTH.document, isCanonicalNumber);
      assert.deepEqual(read, { value: JSON.parse(text) as Json }, text);
    }),
    { numRuns: draws(1000) },
  );
});

/** Line by pointer, counted while printing, independently of any scanner. */
function printedLines(value: Json): { text: string; lines: Map<string, number> } {
  const lines = new Map<string, number>();
  let text = "";
  let line = 1;
  const print = (part: string) => {
    text += part;
    line += part.split("\n").length - 1;
  };
  const visit = (one: Json, path: readonly (string | number)[]) => {
    lines.set(pointer(path), line);
    if (typeof one !== "object" || one === null) return print(JSON.stringify(one));
    const isArray = Array.isArray(one);
    print(isArray ? "[\n" : "{\n");
    for (const [i, [name, item]] of Object.entries(one).entries()) {
      if (i > 0) print(",\n");
      if (!isArray) print(`${JSON.stringify(name)}:\n`);
      visit(item as Json, [...path, isArray ? i : name]);
    }
    print(isArray ? "\n]" : "\n}");
  };
  visit(value, []);
  return { text, lines };
}

it("lineOf finds the line of every value, and no other place", () => {
  fc.assert(
    fc.property(object, (value) => {
      const { text, lines } = printedLines(value);
      for (const [at, line] of lines) assert.equal(lineOf(text, at), line, at);
      assert.equal(lineOf(text, "/no/such/place"), undefined);
    }),
    { numRuns: draws(300) },
  );
});

it("a flipped bit that leaves no JSON is found on its line", () => {
  fc.assert(
    fc.property(object, fc.nat(), (value, at) => {
      const original = JSON.stringify(value, null, 1);
      const changed = bytes(original);
      const index = at % changed.length;
      changed[index] = (changed[index] as number) ^ 1;
      fc.pre(!isJson(changed.toString("utf8")) && changed[index] !== 0x0a);
      const read = readObject(changed);
      assert.ok("defect" in read);
      const line = bytes(original).subarray(0, index).toString("latin1").split("\n").length;
      assert.equal(read.defect.line, line, changed.toString("utf8"));
    }),
    { numRuns: draws(1000) },
  );
});

test("canonical order is the order of canonical JSON, at every depth", () => {
  fc.assert(
    fc.property(object, (value) => {
      const ordered = inCanonicalOrder(value);
      assert.deepEqual(ordered, value);
      const integerLike = /"(?:0|[1-9]\d*)":/.test(JSON.stringify(value)); // JavaScript puts these first, whatever is asked
      if (!integerLike) assert.equal(JSON.stringify(ordered), JSON.stringify(JSON.parse(canonical(value))));
    }),
  );
});

test("what is in canonical order already is handed back as it is", () => {
  const value = { a: [{ b: 1, c: 2 }], d: {} };
  assert.equal(inCanonicalOrder(value), value);
  const other = { a: value, Z: 1 };
  assert.notEqual(inCanonicalOrder(other), other);
  assert.equal(inCanonicalOrder(other).a, value);
  assert.deepEqual(Object.keys(inCanonicalOrder(other)), ["Z", "a"]);
});

test("canonical order keeps a member called __proto__", () => {
  const value = JSON.parse('{"b":1,"__proto__":{"d":1,"c":2}}') as JsonObject;
  assert.equal(JSON.stringify(inCanonicalOrder(value)), '{"__proto__":{"c":2,"d":1},"b":1}');
});

const differing: readonly (readonly [a: Json, b: Json, path: readonly (string | number)[]])[] = [
  [1, 2, []],
  [1, "1", []],
  [null, {}, []],
  [[], {}, []],
  [{ a: 1 }, { a: 2 }, ["a"]],
  [{ a: 1 }, {}, ["a"]],
  [{}, { a: null }, ["a"]],
  [{ b: 1, a: 1 }, { b: 2, a: 2 }, ["a"]],
  [{ a: [1, { b: 2 }] }, { a: [1, { b: 3 }] }, ["a", 1, "b"]],
  [{ a: [1] }, { a: [1, 2] }, ["a"]],
  [{ a: [1, 2] }, { a: [3, 4] }, ["a", 0]],
];

for (const [a, b, path] of differing) {
  test(`${JSON.stringify(a)} and ${JSON.stringify(b)} part at /${path.join("/")}`, () => {
    assert.deepEqual(firstDifference(a, b), path);
    assert.deepEqual(firstDifference(b, a), path);
    assert.deepEqual(firstDifference(a, b, ["x"]), ["x", ...path]);
  });
}

test("the order of members makes no difference, the order of items does", () => {
  assert.equal(firstDifference({ a: 1, b: [2] }, { b: [2], a: 1 }), undefined);
  assert.deepEqual(firstDifference([1, 2], [2, 1]), [0]);
});

test("two values are equal exactly when they part nowhere and have one canonical form", () => {
  fc.assert(
    fc.property(json, json, (a, b) => {
      assert.equal(firstDifference(a, a), undefined);
      assert.equal(jsonEqual(a, b), firstDifference(a, b) === undefined);
      assert.equal(jsonEqual(a, b), canonical(a) === canonical(b));
    }),
  );
});

it("a value that looks modest is neither deep nor large, and small ones look so", () => {
  fc.assert(
    fc.property(json, fc.nat({ max: 700 }), fc.nat({ max: 5000 }), (value, levels, length) => {
      let deep = value;
      for (let i = 0; i < levels; i++) deep = i % 2 === 0 ? [deep] : { n: deep };
      const long = [deep, { ["x".repeat(length)]: "y".repeat(length) }];
      for (const one of [deep, long])
        if (isModest(one)) assert.deepEqual([isDeeper(one, 500), isLarger(one, 6 * 4000)], [false, false]);
    }),
    { numRuns: draws(200) },
  );
  assert.ok(isModest({ a: ["b", { c: 1, d: null }], e: "f".repeat(3000) }));
});

test("members without a value are left out, and the others stay in their order", () => {
  const made = present({ z: 1, a: undefined, m: null, b: undefined, c: "" });
  assert.deepEqual(Object.entries(made), Object.entries({ z: 1, m: null, c: "" }));
});

test("a pointer escapes what RFC 6901 escapes", () => {
  assert.equal(pointer([]), "");
  assert.equal(pointer(["", 0, "a/b", "m~n", "~1"]), "//0/a~1b/m~0n/~01");
});

test("setOwn sets what own reads, whatever the key", () => {
  fc.assert(
    fc.property(key, json, (name, value) => {
      const target: { [key: string]: Json } = {};
      setOwn(target, name, value);
      assert.equal(own(target, name), value);
      assert.equal(Object.getPrototypeOf(target), Object.prototype);
      assert.deepEqual(Object.keys(target), [name]);
    }),
  );
});

test("a frozen value is frozen at every depth", () => {
  const frozen = deepFreeze({ a: [{ b: {} }] }) as { a: [{ b: object }] };
  for (const part of [frozen, frozen.a, frozen.a[0], frozen.a[0].b]) assert.ok(Object.isFrozen(part));
});

test("a reader of the text itself may ask for every number to be let through, and for nothing else", () => {
  const big = '{"a":1180591620717411303425,"b":1e400}';
  assert.deepEqual(
    readObject(bytes(big), DEPTH.document, () => true),
    { value: JSON.parse(big) },
  );
  const twice = readObject(bytes('{"a":1e400,"a":1}'), DEPTH.document, () => true);
  assert.deepEqual(twice, { defect: { code: "DUPLICATE_KEY", line: 1, pointer: "/a" } });
});

test("a value is found as it is spelled, whatever it is", () => {
  const text = String.raw`{ "a" : [1.50, "x\"]\\", {"b": [ ]} ,true],"c/d":{"e":-0e1 }, "f":"}" }`;
  const all = Object.fromEntries(spellings(text, () => true));
  assert.deepEqual(all, {
    "": text,
    "/a": String.raw`[1.50, "x\"]\\", {"b": [ ]} ,true]`,
    "/a/0": "1.50",
    "/a/1": String.raw`"x\"]\\"`,
    "/a/2": '{"b": [ ]}',
    "/a/2/b": "[ ]",
    "/a/3": "true",
    "/c~1d": '{"e":-0e1 }',
    "/c~1d/e": "-0e1",
    "/f": '"}"',
  });
  assert.deepEqual([...spellings(text, (path) => path[0] === "f").keys()], ["/f"]);
});

test("what a value is spelled as reads back as the value", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify({ in: value }, null, 1);
      const [spelled] = spellings(text, (path) => path.length === 1).values();
      assert.deepEqual(JSON.parse(spelled as string), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("a text that breaks off has spellings up to its end, and no reader hangs on it", () => {
  for (const text of ['{"a":[1,', '{"a":"x', '{"a":{"b":"', "[", '"', "", '{"a":[}']) {
    for (const spelled of spellings(text, () => true).values()) assert.ok(text.includes(spelled), text);
  }
});

test("a path leads to own members and to items alone", () => {
  const value = { a: [{ b: 7 }], c: "text" };
  assert.equal(valueAt(value, ["a", 0, "b"]), 7);
  assert.equal(valueAt(value, ["a", "0", "b"]), 7);
  assert.equal(valueAt(value, []), value);
  for (const path of [["__proto__"], ["a", "length"], ["a", "1"], ["a", "x"], ["c", "0"], ["c", "length"]])
    assert.equal(valueAt(value, path), undefined, path.join("."));
});

it("places are found in a text that nests a hundred thousand deep", { timeout: 30_000 }, () => {
  const deep = 100_000;
  const text = `{"a":\n${"[".repeat(deep)}${"]".repeat(deep)},\n"b": 1e999}`;
  assert.equal(lineOf(text, "/b"), 3);
  assert.equal(linesOf(text).get("/b"), 3);
  assert.match(String(repairOf(text, { code: "NUMBER_NOT_HELD", line: 3, pointer: "/b" })), /^change \/b /);
});

/** Names and numbers in several spellings, and whether a number of that spelling is held. */
const NAMES = ['"a"', '"\\u0061"', '":"', '"\\":"', '" "', '"é"', '"__proto__"', '"1"'];
const NUMBERS: Readonly<Record<string, boolean>> = {
  "0": true,
  "-0.0": true,
  "0e5": true,
  "1e-400": false,
  [`0.${"0".repeat(400)}1`]: false,
  "0.1": true,
  "12345678901234567890": false,
  "9007199254740993": false,
  "9007199254740991": true,
  "1e400": false,
  "1e2": true,
};

test("a text that is read without a closer look has no name twice and no number that is not held", () => {
  const spaces = fc.constantFrom("", " ", "\n\t");
  const value = fc.constantFrom(...Object.keys(NUMBERS), '":"', '"\\":"', '["a", ":"]', "true", "[{}]");
  const member = fc.tuple(fc.constantFrom(...NAMES), spaces, spaces, value);
  const property = fc.property(fc.array(member, { maxLength: 4 }), (members) => {
    const text = `{${members.map(([name, before, after, token]) => `${name}${before}:${after}${token}`).join(" ,")}}`;
    const names = members.map(([name]) => JSON.parse(name) as string);
    const isTwice = new Set(names).size < names.length;
    const isHeld = members.every(([, , , token]) => NUMBERS[token] ?? true);
    assert.equal("value" in readObjectText(text), !isTwice && isHeld, text);
  });
  fc.assert(property, { numRuns: draws(2000) });
});

test("a number is accepted or refused alike, whether the text is printed with an indent or in one line", () => {
  const numbers = [
    "9007199254740992",
    "9007199254740993",
    "12345678901234567890",
    "1e+21",
    "1e-7",
    "1.5E3",
    "0.1",
  ];
  const digests = ["e5".repeat(32), "1".repeat(64)];
  for (const number of numbers) {
    for (const place of [
      `"a": ${number}`,
      `"a": [\n    ${number}\n  ]`,
      `"b\\": 1": {\n    "a": -${number}\n  }`,
    ]) {
      const printed = `{\n  "digest": "${digests[0]}",\n  "${digests[1]}": "x\\": 1e5",\n  ${place}\n}\n`;
      const inOneLine = printed.replaceAll(/\n */g, "");
      const [one, other] = [readObject(bytes(printed)), readObject(bytes(inOneLine))];
      const codeOf = (read: typeof one) => ("defect" in read ? read.defect.code : read.value);
      assert.deepEqual(codeOf(one), codeOf(other), printed);
    }
  }
});
