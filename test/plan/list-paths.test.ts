/** List-valued paths against RFC 9535: its test data where it is at hand, a plain reading of its rules, and their cost. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { RunFault } from "../../src/errors/base.ts";
import { canonical } from "../../src/json/canonical.ts";
import { isObject, type Json, type JsonObject } from "../../src/json/value.ts";
import { ExpressionError, evaluate, parseExpression } from "../../src/plan/expression.ts";
import { parsePath } from "../../src/plan/path.ts";
import { draws } from "../support/portion.ts";
import { sharedPath, skipWithout } from "../support/shared.ts";

const valuesAt = (path: string, x: Json) => evaluate(parseExpression(path), { x });

const cases: readonly (readonly [path: string, x: Json, values: readonly Json[]])[] = [
  ["$.x[*]", { b: 1, a: 2, 10: 3, 9: 4 }, [3, 4, 2, 1]],
  ["$.x[*]", "text", []],
  ["$.x[*][0]", ["text", [7], { 0: 8 }], [7]],
  ["$.x[*]['0']", [[7, 8], { 0: 9 }], [9]],
  ["$.x[*]['length']", [[1], "text", { length: 5 }], [5]],
  ["$.x[*].__proto__", [{}, []], []],
  ["$.x[*]['^']", [{ "^": 0, a: 1 }], [0]],
  ["$.x[*]['~']", [{ "~": 0, a: 1 }], [0]],
  ["$.x[*]['a;b']", [{ "a;b": 0, a: { b: 1 } }], [0]],
  ["$.x[*]['a,b']", [{ "a,b": 0, a: 1, b: 2 }], [0]],
  ["$.x[*]['*']", [{ "*": 0, a: 1 }], [0]],
  ["$.x[*]['\\u00e9\\n\\'\"']", [{ "é\n'\"": 0 }], [0]],
  ["$.x[*].é", [{ é: 0 }], [0]],
  ["$.x[0:0]", [1, 2, 3], []],
  ["$.x[:0]", [1, 2, 3], []],
  ["$.x[::0]", [1, 2, 3], []],
  ["$.x[5:]", [1, 2, 3], []],
  ["$.x[::-1]", [1, 2, 3], [3, 2, 1]],
  ["$.x[-9:9]", [1, 2, 3], [1, 2, 3]],
  ["$.x[ 0 : 3 : 2 ]", [1, 2, 3], [1, 3]],
  ["$.x[1:]", { 1: "a" }, []],
  ["$.x[-1].a[*]", [{ a: [1] }, { a: [2] }], [2]],
  ["$.x..a", { b: { a: 1 }, a: { a: 2 } }, [{ a: 2 }, 2, 1]],
  ["$.x..a..b", { a: { a: { b: 1 } } }, [1, 1]],
  ["$.x..a[-1]", [{ a: [1, 2] }, { a: { 1: 3 } }], [2]],
];

for (const [path, x, values] of cases) {
  test(`${path} of ${JSON.stringify(x)} is ${JSON.stringify(values)}`, () =>
    assert.deepEqual(valuesAt(path, x), values));
}

// ---- any path and document: as the RFC's rules read, one after the other ----

type Reading = (value: Json) => readonly Json[];

const membersOf = (value: Json): readonly Json[] =>
  Array.isArray(value)
    ? value
    : isObject(value)
      ? Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([, member]) => member as Json)
      : [];

const named = (value: Json, name: string): readonly Json[] =>
  isObject(value) && Object.keys(value).includes(name) ? [value[name] as Json] : [];

const withDescendants = (value: Json): readonly Json[] => [value, ...membersOf(value).flatMap(withDescendants)];

/** The rules of 2.3.4.2.2: every index that the slice counts, low to high, or high to low for a negative step. */
function sliced(items: readonly Json[], start: number | undefined, end: number | undefined, step: number) {
  const { length } = items;
  const normal = (given: number) => (given >= 0 ? given : length + given);
  const from = normal(start ?? (step >= 0 ? 0 : length - 1));
  const to = end === undefined ? (step >= 0 ? length : Number.NEGATIVE_INFINITY) : normal(end);
  const all = [...items.keys()];
  const inOrder = step < 0 ? all.reverse() : all;
  const first = step >= 0 ? Math.max(from, 0) : Math.min(from, length - 1);
  const chosen = inOrder.filter((i) => {
    const isWithin = step >= 0 ? i >= first && i < to : i <= first && i > Math.max(to, -1);
    return step !== 0 && isWithin && (i - first) % step === 0;
  });
  return chosen.map((i) => items[i] as Json);
}

const bound = fc.option(fc.integer({ min: -4, max: 4 }), { nil: undefined });
const name = fc.constantFrom("a", "b", "length", "__proto__", "it's", 'say "x"', "\\", "é", "a.b", "");
const quoted = (text: string) => `"${JSON.stringify(text).slice(1, -1)}"`;

const selector: fc.Arbitrary<readonly [string, Reading]> = fc.oneof(
  fc.constant<readonly [string, Reading]>(["[*]", membersOf]),
  name.map((one) => [`[${quoted(one)}]`, (value: Json) => named(value, one)] as const),
  fc.constantFrom("a", "b").map((one) => [`.${one}`, (value: Json) => named(value, one)] as const),
  fc
    .constantFrom("a", "b")
    .map((one) => [`..${one}`, (value: Json) => withDescendants(value).flatMap((v) => named(v, one))] as const),
  fc.integer({ min: -3, max: 3 }).map((i) => {
    const reading: Reading = (value) =>
      Array.isArray(value) ? sliced(value, i, i === -1 ? undefined : i + 1, 1) : [];
    return [
      `[${i}]`,
      (value: Json) => (Array.isArray(value) && i < -value.length ? [] : reading(value)),
    ] as const;
  }),
  fc.tuple(bound, bound, bound).map(([start, end, step]) => {
    const text = `[${start ?? ""}:${end ?? ""}${step === undefined ? "" : `:${step}`}]`;
    return [text, (value: Json) => (Array.isArray(value) ? sliced(value, start, end, step ?? 1) : [])] as const;
  }),
);

const { document } = fc.letrec<{ document: Json }>((tie) => ({
  document: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constantFrom<Json>(0, "text", null, true),
    fc.array(tie("document"), { maxLength: 4 }),
    fc.dictionary(fc.oneof(name, fc.constantFrom("10", "9")), tie("document"), { maxKeys: 4 }),
  ),
}));

test("a list-valued path is what its selectors reach, one after the other", () => {
  fc.assert(
    fc.property(document, fc.array(selector, { minLength: 1, maxLength: 4 }), (x, chain) => {
      const expected = chain.reduce<readonly Json[]>((from, [, reading]) => from.flatMap(reading), [x]);
      assert.deepEqual(valuesAt(`$.x[0:1]${chain.map(([text]) => text).join("")}`, [x]), expected);
    }),
    { numRuns: draws(2000) },
  );
});

test("the order in which members are written changes nothing", () => {
  fc.assert(
    fc.property(document, fc.array(selector, { minLength: 1, maxLength: 3 }), (x, chain) => {
      const path = `$.x[*]${chain.map(([text]) => text).join("")}`;
      const reread = JSON.parse(canonical(x)) as Json;
      const [given, again] = [valuesAt(path, [reversed(x)]), valuesAt(path, [reread])];
      assert.equal(canonical(given as Json), canonical(again as Json));
    }),
  );
});

function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map(reversed);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([key, member]) => [key, reversed(member as Json)]));
}

// ---- cost ----

/** `{a: {a: … }}`, and how often a member of it was looked up. */
function counted(depth: number): { readonly value: JsonObject; readonly looks: () => number } {
  let looks = 0;
  const handler: ProxyHandler<JsonObject> = {
    ownKeys(target) {
      looks++;
      return Reflect.ownKeys(target);
    },
  };
  let value: JsonObject = new Proxy({}, handler);
  for (let i = 0; i < depth; i++) value = new Proxy({ a: value }, handler);
  return { value, looks: () => looks };
}

test("a chain of descendants that reaches nothing costs its document once for each of them", () => {
  const links = 12;
  const { value, looks } = counted(150);
  assert.deepEqual(valuesAt(`$.x${"..a".repeat(links)}..b`, value), []);
  assert.ok(looks() <= 151 * (links + 1), `${looks()} looks`);
});

test("a chain of descendants that counts its values without end is refused", () => {
  const path = `$.x${"..a".repeat(12)}`;
  assert.throws(
    () => valuesAt(path, counted(150).value),
    (error) => error instanceof RunFault && error.code === "LIST_TOO_LONG",
  );
});

// ---- the RFC's own test data ----

interface RfcCase {
  readonly name: string;
  readonly selector: string;
  readonly document?: Json;
  readonly result?: readonly Json[];
  readonly results?: readonly (readonly Json[])[];
  readonly invalid_selector?: true;
}

const data = "jsonpath/rfc9535-subset.json";
const skip = skipWithout(data);
const rfc: readonly RfcCase[] = skip ? [] : JSON.parse(readFileSync(sharedPath(data), "utf8")).tests;
/** Forms that the contract does not accept. */
const beyond = /^\$\s*\.\.?\*|^\$\s*\.\.\[/;

test("every test of RFC 9535 means here what it means there", { skip }, () => {
  for (const { name, selector, document, result, results, invalid_selector } of rfc) {
    // A path here has a root that is named, and to one value is no list.
    const path = `$.x[0:1]${selector.slice(1)}`;
    if (selector[0] !== "$" || invalid_selector || beyond.test(selector)) {
      const text = selector[0] === "$" ? path : selector.replace("$", "$.x");
      assert.throws(() => assert.notEqual(parseExpression(text).kind, "literal"), name);
      continue;
    }
    const found = valuesAt(path, [document as Json]);
    assert.ok(
      (results ?? [result]).some((one) => canonical(one as Json) === canonical(found as Json)),
      name,
    );
    const single = parseExpression(`$.x${selector.slice(1)}`);
    if (single.kind === "path") {
      const value = evaluate(single, { x: document });
      assert.deepEqual(value === undefined ? [] : [value], result, name);
    }
  }
  assert.ok(skip || rfc.length > 100);
});

test("what is no path here is refused when it is read", () => {
  for (const path of ["$.x.*", "$.x..*", "$.x..[0]", "$.x[0,1]", "$.x[*,0]", "$.x[?@.a]"])
    assert.throws(() => parseExpression(path), ExpressionError, path);
});

test("a path with dots alone means what it means with its names in brackets", () => {
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/);
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), (names) => {
      const dotted = parsePath(`$.${names.join(".")}`);
      const bracketed = parsePath(`$${names.map((one) => `['${one}']`).join("")}`);
      assert.ok(dotted !== undefined && bracketed !== undefined);
      assert.deepEqual({ ...dotted, startLength: 0 }, { ...bracketed, startLength: 0 });
      assert.equal(dotted.startLength, `$.${names.join(".")}`.length);
    }),
    { numRuns: draws(100) },
  );
});
