import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { isDateTime, momentOf } from "../../src/json/date-time.ts";
import { pointer } from "../../src/json/pointer.ts";
import { isObject, type Json, type JsonObject, own } from "../../src/json/value.ts";
import { compileIntent } from "../../src/plan/compile-intent.ts";
import { accepts, matchesFormat, type Unmet, VALUE_TYPES } from "../../src/plan/intent.ts";
import { unmetRules } from "../../src/plan/intent-schema.ts";
import { anyCharacter } from "../support/any-character.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const it = takingTurns(import.meta.url);

function specOf(inputs: JsonObject) {
  return compileIntent(inputs, ["core", "inputs"], (code, path) => assert.fail(`${code} at ${path.join("/")}`));
}

function unmet(inputs: JsonObject, payload: JsonObject): readonly Unmet[] {
  const spec = specOf(inputs);
  const found = unmetRules(spec, payload);
  assert.equal(accepts(spec, payload), found.length === 0);
  return found;
}

// ---- one rule at a time ----

const HEX = { type: "string", format: "hex", prefix: "0x" };
const cases: readonly (readonly [about: string, spec: JsonObject, value: Json, unmet: string | null])[] = [
  ["a text where one is asked for", { type: "string" }, "", null],
  ["a number where a text is asked for", { type: "string" }, 1, "type"],
  ["an integral float where an integer is asked for", { type: "integer" }, 2.0, null],
  ["a fraction where an integer is asked for", { type: "integer" }, 2.5, "type"],
  ["a yes where an integer is asked for", { type: "integer" }, true, "type"],
  ["an integer where a number is asked for", { type: "number" }, 2, null],
  ["a list where an object is asked for", { type: "object" }, [], "type"],
  ["an object where a list is asked for", { type: "array" }, {}, "type"],
  ["null where nothing is declared", {}, null, "type"],
  ["anything but null where nothing is declared", {}, { a: [1] }, null],
  ["null where an optional text is asked for", { type: "string" }, null, "type"],
  ["null where a required text is asked for", { type: "string", required: true }, null, "required"],
  ["null where it is declared", { type: ["string", "null"], required: true }, null, null],
  ["null where only null is declared", { type: "null" }, null, null],
  ["null where an enum lists it", { enum: ["a", null] }, null, null],
  ["null where an enum lists it, but not the type", { type: "string", enum: ["a", null] }, null, "type"],
  ["an empty text where a top-level text is required", { type: "string", required: true }, "", null],
  ["one of a union", { type: ["string", "integer"] }, 4, null],
  ["none of a union", { type: ["string", "integer"] }, 4.5, "type"],
  ["anything, in so many words", { type: "any" }, [1], null],
  ["a value the enum lists", { enum: [1, "one", { a: [2] }] }, { a: [2] }, null],
  ["a value the enum does not list", { enum: [1, "one"] }, true, "enum"],
  ["the enum's value as another type", { enum: [1] }, "1", "enum"],
  ["the minimum", { type: "number", minimum: 0.5 }, 0.5, null],
  ["less than the minimum", { type: "number", minimum: 0.5 }, 0.4, "minimum"],
  ["a text where a minimum is declared", { minimum: 3 }, "x", null],
  ["enough items", { type: "array", minItems: 2 }, [1, 2], null],
  ["too few items", { type: "array", minItems: 2 }, [1], "minItems"],
  ["a mail address", { format: "email" }, "a@b.co", null],
  ["a mail address without a dot", { format: "email" }, "a@b", "format"],
  ["a number where a format is declared", { format: "email" }, 1, null],
  ["hexadecimal digits behind the prefix", HEX, "0xAf0", null],
  ["the prefix alone", HEX, "0x", "format"],
  ["hexadecimal digits without the prefix", HEX, "af", "format"],
  ["a moment", { format: "date-time" }, "2026-01-31T09:00:00Z", null],
  ["a day", { format: "date-time" }, "2026-01-31", "format"],
];

for (const [about, spec, value, constraint] of cases) {
  test(`${about} is ${constraint === null ? "accepted" : `a violation of ${constraint}`}`, () => {
    const found = unmet({ f: spec }, { f: value });
    const expected = constraint === null ? [] : [["/f", constraint]];
    assert.deepEqual(
      found.map((one) => [one.pointer, one.constraint]),
      expected,
    );
  });
}

test("a violation says what was asked for and what was there", () => {
  const inputs = {
    a: { type: ["string", "null"] },
    b: { enum: ["x"] },
    c: { minimum: 2 },
    d: HEX,
    e: { required: true },
    f: {},
  };
  assert.deepEqual(unmet(inputs, { a: 1, b: "y", c: 1, d: "zz", f: null }), [
    { pointer: "/a", constraint: "type", expected: ["string", "null"], actual: 1 },
    { pointer: "/b", constraint: "enum", expected: ["x"], actual: "y" },
    { pointer: "/c", constraint: "minimum", expected: 2, actual: 1 },
    { pointer: "/d", constraint: "format", expected: "hex with prefix 0x", actual: "zz" },
    { pointer: "/e", constraint: "required" },
    { pointer: "/f", constraint: "type", expected: "not null", actual: null },
  ]);
});

test("nested fields are checked at any depth, with their place", () => {
  const row = { type: "object", fields: { k: { type: "string", required: true } } };
  const inputs = {
    deep: {
      type: "object",
      fields: { rows: { type: "array", items: row }, n: { type: "integer", minimum: 3 } },
    },
  };
  const found = unmet(inputs, { deep: { n: 2, rows: [{ k: "v" }, {}, "x", { k: "" }, { k: null }] } });
  assert.deepEqual(
    found.map((one) => [one.pointer, one.constraint]),
    [
      ["/deep/n", "minimum"],
      ["/deep/rows/1/k", "required"],
      ["/deep/rows/2", "type"],
      ["/deep/rows/3/k", "required"],
      ["/deep/rows/4/k", "required"],
    ],
  );
});

test("properties beside a list of required names mean the same, but an empty text is a value there", () => {
  const inputs = {
    o: { type: "object", properties: { a: { type: "string" }, b: { type: "integer" } }, required: ["a"] },
  };
  assert.deepEqual(unmet(inputs, { o: { a: "" } }), []);
  assert.deepEqual(unmet(inputs, { o: { b: 1 } }), [{ pointer: "/o/a", constraint: "required" }]);
});

test("a field called like something every object has is missing when it is missing", () => {
  for (const name of ["constructor", "toString", "hasOwnProperty", "valueOf"]) {
    assert.deepEqual(unmet({ [name]: { type: "string", required: true } }, {}), [
      { pointer: `/${name}`, constraint: "required" },
    ]);
    assert.deepEqual(unmet({ [name]: { type: "string" } }, {}), []);
    assert.deepEqual(unmet({ o: { fields: { [name]: { required: true } } } }, { o: {} }), [
      { pointer: `/o/${name}`, constraint: "required" },
    ]);
  }
});

test("a payload that names its members like an object's methods is compared, not called", () => {
  for (const name of ["toString", "valueOf", "constructor"]) {
    assert.deepEqual(
      unmet({ f: { enum: [{}] } }, { f: { [name]: "" } }).map(({ constraint }) => constraint),
      ["enum"],
    );
    assert.deepEqual(unmet({ f: { enum: [{ [name]: {} }] } }, { f: { [name]: {} } }), []);
  }
});

test("names that need escaping are escaped in the pointer", () => {
  assert.deepEqual(
    unmet({ "a/b~c": { fields: { 'q"\n': { type: "integer" } } } }, { "a/b~c": { 'q"\n': "x" } }),
    [{ pointer: '/a~1b~0c/q"\n', constraint: "type", expected: "integer", actual: "x" }],
  );
});

test("a field that is an object or a list is checked as what it is", () => {
  const inputs = {
    f: {
      type: ["object", "array"],
      items: { type: "integer" },
      fields: { s: { type: "string", required: true } },
    },
  };
  assert.deepEqual(unmet(inputs, { f: [1, "x"] }), [
    { pointer: "/f/1", constraint: "type", expected: "integer", actual: "x" },
  ]);
  assert.deepEqual(unmet(inputs, { f: { s: 1 } }), [
    { pointer: "/f/s", constraint: "type", expected: "string", actual: 1 },
  ]);
  assert.deepEqual(unmet(inputs, { f: { s: null } }), [{ pointer: "/f/s", constraint: "required" }]);
});

// ---- what is no rule ----

const misdeclared: readonly (readonly [about: string, spec: Json, code: string, at: string])[] = [
  ["an unknown type", { type: "text" }, "VALUE_TYPE", "/f/type"],
  ["an unknown type in a list", { type: ["string", "text"] }, "VALUE_TYPE", "/f/type"],
  ["a minimum that is no number", { minimum: "1" }, "INTENT_RULE", "/f/minimum"],
  ["minItems that is no number", { minItems: null }, "INTENT_RULE", "/f/minItems"],
  ["an enum that is no list", { enum: "a" }, "INTENT_RULE", "/f/enum"],
  ["an enum that lists nothing", { enum: [] }, "INTENT_RULE", "/f/enum"],
  ["an unknown format", { format: "uuid" }, "INTENT_RULE", "/f/format"],
  ["a prefix that is no text", { format: "hex", prefix: 1 }, "INTENT_RULE", "/f/prefix"],
  ["items that are no spec", { items: ["string"] }, "INTENT_RULE", "/f/items"],
  ["a spec that is none", "string", "MALFORMED", "/f"],
  ["a nested spec that is none", { fields: { g: 1 } }, "MALFORMED", "/f/fields/g"],
  [
    "a nested unknown type",
    { items: { fields: { g: { type: "x" } } } },
    "VALUE_TYPE",
    "/f/items/fields/g/type",
  ],
];

for (const [about, spec, code, at] of misdeclared) {
  test(`${about} is a reason not to compile`, () => {
    const reasons: string[][] = [];
    compileIntent({ f: spec }, [], (reason, path) => reasons.push([reason, pointer(path)]));
    assert.deepEqual(reasons, [[code, at]]);
  });
}

// ---- formats ----

const moments: readonly (readonly [text: string, isMoment: boolean])[] = [
  ["2026-01-31T09:00:00Z", true],
  ["2026-01-31t09:00:00z", true],
  ["2026-01-31T09:00:00.123456+02:00", true],
  ["2016-12-31T23:59:60Z", true],
  ["2016-12-31T23:59:60.5Z", true],
  ["2016-12-31t18:59:60-05:00", true],
  ["2017-01-01T05:29:60+05:30", true],
  ["2016-12-31T23:59:60+01:00", false],
  ["2016-12-31T12:30:60Z", false],
  ["2016-12-30T23:59:60Z", false],
  ["2024-02-29T00:00:00Z", true],
  ["2000-02-29T00:00:00Z", true],
  ["1900-02-29T00:00:00Z", false],
  ["2026-02-29T00:00:00Z", false],
  ["2026-04-31T00:00:00Z", false],
  ["2026-00-01T00:00:00Z", false],
  ["2026-13-01T00:00:00Z", false],
  ["2026-01-00T00:00:00Z", false],
  ["2026-01-32T00:00:00Z", false],
  ["2026-01-01T24:00:00Z", false],
  ["2026-01-01T00:60:00Z", false],
  ["2026-01-01T00:00:61Z", false],
  ["2026-01-01T00:00:00+24:00", false],
  ["2026-01-01T00:00:00+00:60", false],
  ["2026-01-01T00:00:00", false],
  ["2026-01-01 00:00:00Z", false],
  ["2026-01-01T00:00:00.Z", false],
  ["2026-1-1T0:0:0Z", false],
  ["2026-01-01T00:00:00Z\n", false],
  ["", false],
];

for (const [text, isMoment] of moments) {
  test(`${JSON.stringify(text)} is ${isMoment ? "a" : "no"} moment`, () =>
    assert.equal(isDateTime(text), isMoment));
}

test("real moments are moments, whatever day and offset", () => {
  const year = {
    min: new Date("0001-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59Z"),
    noInvalidDate: true,
  };
  fc.assert(fc.property(fc.date(year), (date) => assert.ok(isDateTime(date.toISOString()))));
});

const clocks: readonly (readonly [text: string, moment: string | undefined])[] = [
  ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
  ["9999-12-31T23:59:59-12:00", undefined],
  ["0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"],
  ["0000-01-01T00:00:00+23:59", undefined],
  ["2026-01-31t09:00:00.5z", "2026-01-31T09:00:00.500Z"],
  ["2016-12-31T18:59:60.25-05:00", "2016-12-31T23:59:59.999Z"],
];

for (const [text, moment] of clocks) {
  test(`a clock at ${text} stands at ${moment ?? "nothing"}`, () => {
    const found = momentOf(text);
    assert.equal(found === undefined ? undefined : new Date(found).toISOString(), moment);
  });
}

test("a mail address is something, @, something, a dot, two letters or more", () => {
  for (const good of ["a@b.co", "a.b+c@d.e.museum", "ü@ö.de", "a@b.рф", "a@b.भारत", "a@b.中国", "a@b.xn--p1ai"])
    assert.ok(matchesFormat("email", undefined, good), good);
  for (const bad of [
    "",
    "a",
    "a@",
    "@b.co",
    "a@b",
    "a@b.c",
    "a@@b.co",
    "a b@c.de",
    "a@b.c1",
    "a@b.co\n",
    "a@b.中",
    "a@b.xn--",
    "a@b.१२",
  ])
    assert.ok(!matchesFormat("email", undefined, bad), bad);
});

// ---- the two judges agree ----

const name = fc.constantFrom("a", "b", "constructor", "toString", "a/b~", "0", '"\\');
const scalar = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    "",
    "x",
    "a@b.co",
    "0xff",
    "ff",
    "2026-01-31T09:00:00Z",
    0,
    -0,
    1,
    1.5,
    -3,
    2 ** 60,
    5e-324,
  ),
  fc.string({ unit: anyCharacter, maxLength: 3 }),
);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const typeWord = fc.constantFrom(...VALUE_TYPES);
const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });

const { fields } = fc.letrec<{ spec: JsonObject; fields: JsonObject }>((tie) => ({
  fields: fc.dictionary(name, tie("spec"), { maxKeys: 3, noNullPrototype: true }),
  spec: fc
    .record({
      type: optional(fc.oneof(typeWord, fc.array(typeWord, { maxLength: 3 }), fc.constant("any"))),
      required: optional(fc.boolean()),
      enum: optional(fc.array(value, { minLength: 1, maxLength: 3 })),
      minimum: optional(fc.constantFrom(-1, 0, 1, 1.5)),
      minItems: optional(fc.constantFrom(0, 1, 2)),
      items: fc.option(tie("spec"), { nil: undefined, depthSize: "small", maxDepth: 2, freq: 1 }),
      fields: fc.option(tie("fields"), { nil: undefined, depthSize: "small", maxDepth: 2, freq: 1 }),
      format: optional(fc.constantFrom("email", "date-time", "hex")),
      prefix: optional(fc.constantFrom("0x", "", "'", '"}', "__proto__")),
    })
    .map(withoutUndefined),
}));

function withoutUndefined(record: { readonly [key: string]: unknown }): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([, one]) => one !== undefined)) as JsonObject;
}

/** A payload that often fits: each field's value is made for its spec, or else anything. */
function payloadFor(inputs: JsonObject): fc.Arbitrary<JsonObject> {
  const members = Object.entries(inputs).map(([key, one]) =>
    fc
      .option(fc.oneof(valueFor(one as JsonObject), value), { nil: undefined, freq: 5 })
      .map((made) => [key, made] as const),
  );
  return fc
    .tuple(fc.tuple(...members), fc.dictionary(name, value, { maxKeys: 1, noNullPrototype: true }))
    .map(([made, extra]) => ({ ...withoutUndefined(Object.fromEntries(made)), ...extra }));
}

function valueFor(one: JsonObject): fc.Arbitrary<Json> {
  const listed = own(one, "enum");
  const nested = own(one, "fields");
  const items = own(one, "items");
  const choices: fc.Arbitrary<Json>[] = [scalar];
  if (Array.isArray(listed)) choices.push(fc.constantFrom(...(listed as readonly Json[])));
  if (isObject(nested)) choices.push(payloadFor(nested), payloadFor(nested));
  if (isObject(items)) choices.push(fc.array(valueFor(items), { maxLength: 3 }));
  return fc.oneof(...choices);
}

const RUNS = PLAYS_ALL ? 2000 : 100;

it("accepting a payload and finding no unmet rule are the same", () => {
  let accepted = 0;
  const cases = fields.chain((inputs) => fc.tuple(fc.constant(inputs), payloadFor(inputs)));
  fc.assert(
    fc.property(cases, ([inputs, payload]) => {
      const declared = specOf(inputs);
      const found = unmetRules(declared, payload);
      assert.equal(accepts(declared, payload), found.length === 0, JSON.stringify(found));
      if (found.length === 0) accepted++;
      for (const one of found) assertPlace(one, payload);
    }),
    { numRuns: RUNS },
  );
  assert.ok(
    accepted > RUNS / 10 && accepted < RUNS * 0.9,
    `${accepted} of ${RUNS} were accepted: the cases are too much alike`,
  );
});

/** A missing value is absent, null or empty; any other violation shows the value that is there. */
function assertPlace({ pointer: at, constraint, actual }: Unmet, payload: JsonObject): void {
  const found = valueAt(payload, at);
  if (constraint === "required") assert.ok(found === undefined || found === null || found === "", at);
  else assert.equal(found, actual, at);
}

function valueAt(payload: JsonObject, at: string): Json | undefined {
  const parts = at
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  return parts.reduce<Json | undefined>(
    (found, part) => (typeof found === "object" && found !== null ? own(found as JsonObject, part) : undefined),
    payload,
  );
}

// ---- the published scenario ----

interface Scenario {
  readonly snapshot_overlay: {
    readonly [path: string]: { readonly frontmatter: { readonly core: JsonObject } };
  };
  readonly steps: readonly {
    readonly name: string;
    readonly wf: string;
    readonly payload: JsonObject;
    readonly expect: {
      readonly violation_detail?: readonly { readonly pointer: string; readonly constraint: string }[];
    };
  }[];
}

const VECTOR = "vectors/new_intent_violations.json";

it("every violation of the published scenario has its pointer and constraint", {
  skip: skipWithout(VECTOR),
}, () => {
  const scenario = JSON.parse(readFileSync(sharedPath(VECTOR), "utf8")) as Scenario;
  const inputs =
    scenario.snapshot_overlay["artifacts/intents/test__IN_TYPES_V0.json"]?.frontmatter.core["inputs"];
  const steps = scenario.steps.filter(({ wf }) => wf === "test::WF_TYPES_V0");
  assert.ok(steps.length > 15);
  for (const { name: about, payload, expect } of steps) {
    const expected = (expect.violation_detail ?? []).map((one) => [one.pointer, one.constraint]);
    assert.deepEqual(
      unmet(inputs as JsonObject, payload).map((one) => [one.pointer, one.constraint]),
      expected,
      about,
    );
  }
});
