import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RunFault } from "../../src/errors/base.ts";
import type { Json, JsonObject } from "../../src/json/value.ts";
import {
  CLOCK,
  comparedText,
  ExpressionError,
  evaluate,
  follow,
  holds,
  operandsOf,
  parseCondition,
  parseExpression,
  pathsIn,
  type Scope,
  type Segment,
  textOf,
} from "../../src/plan/expression.ts";
import { anyCharacter } from "../support/any-character.ts";
import { draws } from "../support/portion.ts";

const parse = (value: Json) => parseExpression(value);
const scope: Scope = {
  payload: {
    a: { b: [10, 20, { c: "deep" }], "odd key": 1, "it's": 2, 'say "x"': 3, "a.b": 4, "": 5 },
    n: 7,
    nothing: null,
    fraction: 0.5,
    text: "abc",
    most: Number.MAX_SAFE_INTEGER,
    own: { length: 3, constructor: "mine" },
    rows: [{ id: 1, tags: ["x", "y"] }, { id: 2 }, { other: 3, id: 4 }],
    é: "accent",
    _private: 1,
  },
  [CLOCK]: "2026-01-31T09:00:00.000Z",
};

// ---- paths to one value ----

const paths: readonly (readonly [
  text: string,
  root: string,
  segments: readonly Segment[],
  value: Json | undefined,
])[] = [
  ["$.payload", "payload", [], scope["payload"]],
  ["$.payload.n", "payload", ["n"], 7],
  ["$.payload.a.b[0]", "payload", ["a", "b", 0], 10],
  ["$.payload.a.b[-1].c", "payload", ["a", "b", -1, "c"], "deep"],
  ["$.payload['n']", "payload", ["n"], 7],
  ['$.payload["n"]', "payload", ["n"], 7],
  ["$.payload.a['odd key']", "payload", ["a", "odd key"], 1],
  ["$.payload.a['it\\'s']", "payload", ["a", "it's"], 2],
  ['$.payload.a["it\'s"]', "payload", ["a", "it's"], 2],
  ["$.payload.a['say \"x\"']", "payload", ["a", 'say "x"'], 3],
  ['$.payload.a["say \\"x\\""]', "payload", ["a", 'say "x"'], 3],
  ["$.payload.a['a.b']", "payload", ["a", "a.b"], 4],
  ["$.payload.a['']", "payload", ["a", ""], 5],
  ["$.payload.é", "payload", ["é"], "accent"],
  ["$.payload._private", "payload", ["_private"], 1],
  ["$.payload.nothing", "payload", ["nothing"], null],
  ["$.payload['?(@.x)']", "payload", ["?(@.x)"], undefined],
  ["$.payload.own.length", "payload", ["own", "length"], 3],
  ["$.payload.own.constructor", "payload", ["own", "constructor"], "mine"],
  ["$.payload.nothing.more", "payload", ["nothing", "more"], undefined],
  ["$.payload.n.more", "payload", ["n", "more"], undefined],
  ["$.payload.a.b[3]", "payload", ["a", "b", 3], undefined],
  ["$.payload.a.b[-4]", "payload", ["a", "b", -4], undefined],
  ["$.payload.a[0]", "payload", ["a", 0], undefined],
  ["$.payload.a.b['0']", "payload", ["a", "b", "0"], undefined],
  ["$.payload.a.b.length", "payload", ["a", "b", "length"], undefined],
  ["$.payload.text.length", "payload", ["text", "length"], undefined],
  ["$.payload.text[0]", "payload", ["text", 0], undefined],
  ["$.payload.__proto__", "payload", ["__proto__"], undefined],
  ["$.payload['__proto__'].constructor", "payload", ["__proto__", "constructor"], undefined],
  ["$.payload.constructor", "payload", ["constructor"], undefined],
  ["$.payload.a.b.constructor", "payload", ["a", "b", "constructor"], undefined],
  ["$.payload.toString", "payload", ["toString"], undefined],
  ["$.__proto__", "__proto__", [], undefined],
  ["$.constructor.name", "constructor", ["name"], undefined],
  ["$.elsewhere.x", "elsewhere", ["x"], undefined],
];

for (const [text, root, segments, value] of paths) {
  test(`${text} reaches ${value === undefined ? "nothing" : "its value"}`, () => {
    const expression = parseExpression(text);
    assert.deepEqual(expression, { kind: "path", text, root, segments });
    assert.deepEqual(evaluate(expression, scope), value);
    assert.equal(textOf(expression), text);
  });
}

test("following a path reaches own members and items, and nothing else", () => {
  const segment = fc.oneof(
    fc.constantFrom<Segment>("__proto__", "constructor", "length", "toString", "valueOf", "0", 0, -1),
    fc.string(),
    fc.integer(),
  );
  fc.assert(
    fc.property(
      fc.jsonValue() as fc.Arbitrary<Json>,
      fc.array(segment, { maxLength: 6 }),
      (value, segments) => {
        const found = follow(value, segments);
        const allowed = allValues(value);
        assert.ok(found === undefined || allowed.includes(found));
      },
    ),
    { numRuns: draws(500) },
  );
});

function allValues(value: Json): readonly Json[] {
  if (typeof value !== "object" || value === null) return [value];
  return [value, ...Object.values(value).flatMap((child) => allValues(child as Json))];
}

// ---- literals, templates, objects, arrays ----

const literals: readonly Json[] = [
  "",
  "text",
  "$",
  "$x",
  "$ .payload",
  " $.payload.n",
  "a $.payload.n",
  "{single}",
  0,
  -1,
  1.5,
  true,
  false,
  null,
];

for (const value of literals) {
  test(`${JSON.stringify(value)} is a literal`, () => {
    assert.deepEqual(parse(value), { kind: "literal", value });
    assert.equal(evaluate(parse(value), scope), value);
  });
}

const sums: readonly (readonly [text: string, value: number])[] = [
  ["{{$.payload.n + 1}}", 8],
  ["{{$.payload.n - 1}}", 6],
  ["{{ $.payload.n+10 }}", 17],
  ["{{$.payload.n - 8}}", -1],
  ["{{$.payload.a.b[0] + 0}}", 10],
  ["{{$.payload.most - 1}}", Number.MAX_SAFE_INTEGER - 1],
];

for (const [text, value] of sums) {
  test(`${text} is ${value}`, () => {
    assert.equal(evaluate(parse(text), scope), value);
    assert.equal(textOf(parse(text)), text);
  });
}

const unaddable: readonly (readonly [text: string, code: string, left?: string])[] = [
  ["{{$.payload.text + 1}}", "EXPRESSION_TYPE", "string"],
  ["{{$.payload.fraction + 1}}", "EXPRESSION_TYPE", "number"],
  ["{{$.payload.nothing + 1}}", "EXPRESSION_TYPE", "null"],
  ["{{$.payload.a + 1}}", "EXPRESSION_TYPE", "object"],
  ["{{$.payload.most + 1}}", "EXPRESSION_TYPE", "number"],
  ["{{$.payload.absent + 1}}", "PATH_UNRESOLVED"],
];

for (const [text, code, left] of unaddable) {
  test(`${text} refuses the run with ${code}`, () => {
    const facts =
      left === undefined ? { path: "$.payload.absent" } : { expression: text, left, right: "integer" };
    assert.throws(() => evaluate(parse(text), scope), isRunFault(code, facts));
  });
}

function isRunFault(code: string, facts: JsonObject) {
  return (error: unknown) => {
    assert.ok(error instanceof RunFault);
    assert.equal(error.code, code);
    assert.deepEqual(error.facts, facts);
    return true;
  };
}

test("{{timestamp}} is the run's clock, which no path can spell", () => {
  assert.equal(evaluate(parse("{{timestamp}}"), scope), scope[CLOCK]);
  assert.equal(evaluate(parse("{{timestamp}}"), {}), undefined);
  assert.equal(evaluate(parse("$.timestamp"), scope), undefined);
});

test("a path that reaches nothing leaves its member out of an object, and null stays", () => {
  const expression = parse({
    a: "$.payload.absent",
    b: { c: "$.payload.nothing", d: "$.payload.absent" },
    e: "x",
    f: [],
  });
  assert.deepEqual(evaluate(expression, scope), { b: { c: null }, e: "x", f: [] });
});

test("a path that reaches nothing inside an array refuses the run", () => {
  assert.throws(
    () => evaluate(parse([1, "$.payload.absent"]), scope),
    isRunFault("PATH_UNRESOLVED", { path: "$.payload.absent" }),
  );
  assert.throws(
    () => evaluate(parse({ a: [["$.payload.absent"]] }), scope),
    isRunFault("PATH_UNRESOLVED", { path: "$.payload.absent" }),
  );
  assert.deepEqual(evaluate(parse([{ a: "$.payload.absent" }, "$.payload.nothing"]), scope), [{}, null]);
});

test("a member called __proto__ is bound like any other", () => {
  const declared = JSON.parse('{"__proto__":"$.payload.n"}') as JsonObject;
  assert.equal(JSON.stringify(evaluate(parse(declared), scope)), '{"__proto__":7}');
});

test("every path inside an expression is known, and its text can be printed", () => {
  const expression = parse({
    a: ["$.payload.n", "{{$.payload.text + 1}}", "x", 2],
    b: "$.payload.rows[*].id",
    c: CLOCK,
  });
  assert.deepEqual(
    pathsIn(expression).map(({ text, whole }) => [text, whole]),
    [
      ["$.payload.n", "$.payload.n"],
      ["$.payload.text", "{{$.payload.text + 1}}"],
      ["$.payload.rows", "$.payload.rows[*].id"],
    ],
  );
  assert.equal(
    textOf(expression),
    '{a: [$.payload.n, {{$.payload.text + 1}}, "x", 2], b: $.payload.rows[*].id, c: {{timestamp}}}',
  );
});

// ---- lists ----

const lists: readonly (readonly [text: string, value: readonly Json[]])[] = [
  ["$.payload.rows[*].id", [1, 2, 4]],
  ["$.payload.rows[*].other", [3]],
  ["$.payload.rows[*].absent", []],
  ["$.payload.n[*]", []],
  ["$.payload.a.b[0:2]", [10, 20]],
  ["$.payload.a.b[1:]", [20, { c: "deep" }]],
  ["$.payload.a.b[:1]", [10]],
  ["$.payload.a.b[-1:]", [{ c: "deep" }]],
  ["$.payload.a.b[0:3:2]", [10, { c: "deep" }]],
  ["$.payload..id", [1, 2, 4]],
  ["$.payload.rows..tags[*]", ["x", "y"]],
];

for (const [text, value] of lists) {
  test(`${text} is the list of what it reaches`, () => {
    const expression = parse(text);
    assert.equal(expression.kind, "query");
    assert.deepEqual(evaluate(expression, scope), value);
    assert.deepEqual(evaluate(expression, scope), value, "a second time");
  });
}

test("a list-valued path whose start reaches nothing leaves its key out, and in an array refuses the run", () => {
  for (const path of ["$.payload.absent[*]", "$.payload.rows[7].tags[0:1]", "$.absent..id"]) {
    assert.deepEqual(evaluate(parse({ a: path }), scope), {});
    assert.throws(() => evaluate(parse([path]), scope), isRunFault("PATH_UNRESOLVED", { path }));
  }
});

// ---- refused ----

const refused: readonly string[] = [
  "$.",
  "$..",
  "$.payload.",
  "$.payload..",
  "$.payload n",
  "$.payload.a-b",
  "$.payload.1a",
  "$.payload.*",
  "$.*",
  "$.payload[",
  "$.payload[]",
  "$.payload[a]",
  "$.payload[1.5]",
  "$.payload[1,2]",
  "$.payload['a','b']",
  "$.payload['a]",
  "$.payload[9999999999999999]",
  "$.payload[01]",
  "$.payload[-0]",
  "$.payload[1:02]",
  "$.payload[::9999999999999999]",
  "$.payload['\\x']",
  "$.payload['\\\"']",
  "$.payload['\\ud800']",
  "$.payload['\u0001']",
  "$.payload.a ",
  "$.payload. a",
  "$.payload~",
  "$.payload^",
  "$.payload.a;b",
  "$.payload[?(@.id==1)]",
  "$.payload[?@.id==1]",
  "$.payload..[?(@.id)]",
  "$.payload[(@.length-1)]",
  "$.payload.rows[(1)]",
  "$.payload.@",
  "$.payload.`x`",
  "$.payload.x()",
  "$.payload.constructor('x')()",
  "$.[0]",
  "{{uuid}}",
  "{{ timestamp }}",
  "{{timestamp}} later",
  "at {{timestamp}}",
  "{{$.payload.n}}",
  "{{$.payload.n * 2}}",
  "{{$.payload.n + $.payload.n}}",
  "{{$.payload.n + 1.5}}",
  "{{$.payload.n + -1}}",
  "{{1 + 1}}",
  "{{$.payload.rows[*].id + 1}}",
  "{{$.payload.a['odd key'] + 1}}",
  "{{process.exit()}}",
  "{{$.payload.n + 1}}{{$.payload.n + 1}}",
  "{{",
  "}}",
];

for (const text of refused) {
  test(`${text} is no expression`, () => {
    assert.throws(() => parse(text), ExpressionError);
    assert.throws(() => parse([{ deep: text }]), ExpressionError);
  });
}

test("a filter is refused for what it is", () => {
  assert.throws(() => parse("$.payload[?(@.x)]"), /filter or a script/);
  assert.throws(() => parse("$.payload.a b"), /is not a path/);
});

// ---- conditions ----

const conditions: readonly (readonly [text: string, result: boolean])[] = [
  ["$.payload.n == 7", true],
  ["$.payload.n==7", true],
  ["  7 ==  $.payload.n ", true],
  ["$.payload.n != 7", false],
  ['$.payload.n == "7"', false],
  ['$.payload.n != "7"', true],
  ["$.payload.n < 8", true],
  ["$.payload.n <= 7", true],
  ["$.payload.n > 7", false],
  ["$.payload.n >= 7", true],
  ["$.payload.n > -1e2", true],
  ["$.payload.nothing == null", true],
  ["$.payload.fraction == 0.5", true],
  ["true == true", true],
  ["true == false", false],
  ["false != null", true],
  ['$.payload.text == "abc"', true],
  ['$.payload.text < "abd"', true],
  ['"\uffff" < "\u{10000}"', true],
  ['"a b" == "a b"', true],
  ['"==" == "=="', true],
  ['"say \\"x\\"" == "say \\"x\\""', true],
  ["$.payload.a.b == $.payload.a.b", true],
  ["$.payload.a.b == $.payload.rows", false],
];

function isTrue(text: string, within: Scope): boolean {
  const condition = parseCondition(text);
  return holds(condition, operandsOf(condition, within));
}

for (const [text, result] of conditions) {
  test(`${text} is ${result}`, () => assert.equal(isTrue(text, scope), result));
}

const incomparable: readonly (readonly [text: string, left: string, right: string])[] = [
  ['$.payload.n < "8"', "number", "string"],
  ["$.payload.text > 1", "string", "number"],
  ["$.payload.nothing < 1", "null", "number"],
  ["true > false", "boolean", "boolean"],
  ["null >= null", "null", "null"],
  ["$.payload.a < $.payload.a", "object", "object"],
  ["$.payload.rows <= $.payload.rows", "array", "array"],
];

for (const [text, left, right] of incomparable) {
  test(`${text} has no answer`, () => {
    assert.throws(() => isTrue(text, scope), isRunFault("EXPRESSION_TYPE", { expression: text, left, right }));
  });
}

test("a condition on a path that reaches nothing refuses the run, on either side and with any operator", () => {
  for (const text of ["$.payload.absent == null", "1 != $.payload.absent", "$.payload.absent < 1"])
    assert.throws(() => isTrue(text, scope), isRunFault("PATH_UNRESOLVED", { path: "$.payload.absent" }));
});

const noConditions: readonly string[] = [
  "",
  "$.payload.n",
  "$.payload.n = 7",
  "$.payload.n === 7",
  "$.payload.n == ",
  "== 7",
  "$.payload.n == 7 == 7",
  "$.payload.n == 7 && true",
  "$.payload.n == seven",
  "$.payload.n == 'seven'",
  "$.payload.n == 07",
  "$.payload.n == 1e",
  "$.payload.n == [7]",
  "$.payload.rows[*] == 1",
  "$.payload[?(@.x)] == 1",
  "$.payload.n + 1 == 8",
  "!$.payload.n == 1",
  '"\\q" == "q"',
  "process.exit() == 1",
];

for (const text of noConditions) {
  test(`${JSON.stringify(text)} is no condition`, () =>
    assert.throws(() => parseCondition(text), ExpressionError));
}

test("ordering agrees with itself: one of <, ==, > holds, and <= and >= follow from it", () => {
  const comparable = fc.oneof(
    fc.tuple(fc.integer(), fc.integer()),
    fc.tuple(fc.string({ unit: anyCharacter }), fc.string({ unit: anyCharacter })),
  );
  fc.assert(
    fc.property(comparable, ([a, b]) => {
      const is = (operator: string) => isTrue(`$.a ${operator} $.b`, { a, b });
      assert.equal([is("<"), is("=="), is(">")].filter(Boolean).length, 1);
      assert.deepEqual([is("<="), is(">=")], [!is(">"), !is("<")]);
      assert.notEqual(is("=="), is("!="));
    }),
  );
});

test("a condition is shown with its values; what is no condition, with both values", () => {
  const shown = (condition: string) => comparedText({ condition, left: "a", right: [1] }, JSON.stringify);
  assert.equal(shown('$.payload.n <= "8"'), '"a" <= [1]');
  assert.equal(shown("no condition"), '"a" and [1]');
});
