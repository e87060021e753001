/** Nothing that a call does in its package is there for the next one. */

import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CapabilityError } from "../../../src/capabilities/capability-error.ts";
import type { Answer } from "../../../src/capabilities/transform.ts";
import { takingTurns } from "../../support/portion.ts";
import { loadTransform, SOURCES, transformText } from "./package-files.ts";

const it = takingTurns(import.meta.url);

/** A transform with these statements above it, and the body of its `run`. */
const written = (imports: string, run: string) => transformText(run, { imports });

const VALUE = "return { result: { value: ";

/** Code that changes a variable of its module: what the refusal names, and its line and column. */
const VARIABLES: readonly (readonly [about: string, above: string, run: string, refusal: RegExp])[] = [
  ["let", "let n = 0;", `${VALUE}++n } };`, /let n outside a function.*ct\.js:2:1/],
  ["var", "var n = 0;", `${VALUE}n } };`, /var n outside a function.*ct\.js:2:1/],
  ["several", "let { a, b: [c] } = { b: [] };", `${VALUE}a } };`, /let a, c outside a function/],
  ["a variable in a block", "{ var n = 0; }", `n += 1; ${VALUE}n } };`, /an assignment to n of.*ct\.js:10:/],
  ["a function", "function f() { return 1; }", `f = () => 2; ${VALUE}f() } };`, /an assignment to f of/],
  ["a class", "class C {}", `C = null; ${VALUE}1 } };`, /an assignment to C of/],
  ["a pattern", "function f() {}", `[{ a: f = 1 }] = x; ${VALUE}1 } };`, /an assignment to f of/],
  ["a loop", "function f() {}", `for (f of [1]); ${VALUE}1 } };`, /an assignment to f of/],
  [
    "a variable of a function that is called once",
    "const next = (() => { let n = 0; return () => ++n; })();",
    `${VALUE}next() } };`,
    /an assignment to n of.*ct\.js:2:47/,
  ],
  [
    "a private static",
    "class C { static #n = 0; static f() { return C.#n++; } }",
    `${VALUE}C.f() } };`,
    /static #n/,
  ],
];

/** Code that is no such thing. */
const ALLOWED: readonly (readonly [about: string, above: string, run: string, value: unknown])[] = [
  ["a variable of a call", "", `let n = 0; const f = () => ++n; f(); ${VALUE}f() } };`, 2],
  [
    "a name that hides one of the module",
    "function total() {}",
    `let total = 1; total += 1; ${VALUE}total } };`,
    2,
  ],
  [
    "a parameter that hides one",
    "function n() {}",
    `const f = (n) => { n++; return n; }; ${VALUE}f(1) } };`,
    2,
  ],
  ["an error that is caught", "function e() {}", `try { null.x } catch (e) { e = 2; ${VALUE}e } }; }`, 2],
  [
    "a table that is filled once",
    "const t = []; for (let i = 0; i < 3; i++) t.push(i * i);",
    `${VALUE}t } };`,
    [0, 1, 4],
  ],
  ["a pattern that replaces all", "const P = /,/g;", `${VALUE}"a,b,c".replace(P, "") } };`, "abc"],
  ["a table of bytes", "const T = new Uint8Array([5, 7]);", `${VALUE}T[1] } };`, 7],
  ["a Map that is read", 'const M = new Map([["a", 1]]);', `${VALUE}[...M.values(), M.get("a")] } };`, [1, 1]],
  [
    "an error of a class",
    'class E extends Error { constructor(m) { super(m); this.name = "E"; this.toString = () => "own"; } }',
    `${VALUE}new E("a").name + new E("a") } };`,
    "Eown",
  ],
  [
    "methods that an object binds",
    "class C { constructor() { this.f = this.f.bind(this); } f() { return this; } }",
    `const { f } = new C(); ${VALUE}f() instanceof C } };`,
    true,
  ],
  [
    "private fields of an object of the call",
    "class C { #n = 0; f() { return ++this.#n; } }",
    `${VALUE}new C().f() } };`,
    1,
  ],
  ["a generator of the call", "function* g() { yield 1; yield 2; }", `${VALUE}[...g()] } };`, [1, 2]],
  [
    "members like those of every object",
    "",
    "const o = {}; o.toString = 1; o.constructor = 2; o.a = 3; return { result: { value: o } };",
    { toString: 1, constructor: 2, a: 3 },
  ],
  ["a static constant", "class C { static ONE = Object.freeze({ a: 1 }); }", `${VALUE}C.ONE } };`, { a: 1 }],
];

/** Code that changes an object of its module or of the language: what the fault of the call says. */
const OBJECTS: readonly (readonly [about: string, above: string, run: string, says: RegExp])[] = [
  ["a member", "const s = { n: 0 };", `s.n++; ${VALUE}s.n } };`, /^it wrote to n of an object that is frozen/],
  [
    "a member deep inside",
    "const s = { a: [{}] };",
    `s.a[0].b = 1; ${VALUE}1 } };`,
    /^it wrote to b of an object/,
  ],
  ["a list", "const s = [];", `s.push(1); ${VALUE}s } };`, /^it wrote to 0 of an object that is frozen/],
  [
    "a list's order",
    "const s = [2, 1];",
    `${VALUE}s.sort() } };`,
    /^it wrote to 0 of an object that is frozen/,
  ],
  [
    "a member that is removed",
    "const s = { n: 0 };",
    `delete s.n; ${VALUE}s } };`,
    /^it wrote to n of an object/,
  ],
  ["a Map", "const s = new Map();", `s.set(1, 2); ${VALUE}1 } };`, /^it called set of a Map of its module/],
  [
    "a Map in a Map",
    "const s = new Map([[1, new Map()]]);",
    `s.get(1).clear(); ${VALUE}1 } };`,
    /^it called clear of a Map/,
  ],
  ["a Set", "const s = new Set();", `s.add(1); ${VALUE}1 } };`, /^it called add of a Set of its module/],
  [
    "a WeakMap",
    "const s = new WeakMap();",
    `s.set({}, 2); ${VALUE}1 } };`,
    /^it called set of a WeakMap of its module/,
  ],
  [
    "a Date",
    "const s = new Date(0);",
    `s.setUTCDate(3); ${VALUE}1 } };`,
    /^it called setUTCDate of a Date of its module/,
  ],
  [
    "a function",
    "function f() { f.n = (f.n ?? 0) + 1; return f.n; }",
    `${VALUE}f() } };`,
    /^it wrote to n of an object/,
  ],
  ["a class", "class C { static n = 0; }", `${VALUE}++C.n } };`, /^it wrote to n of an object that is frozen/],
  ["a prototype", "class C { f() {} }", `C.prototype.f = 1; ${VALUE}1 } };`, /^it wrote to f of a prototype/],
  [
    "an iterator",
    "const s = [1, 2].values();",
    `${VALUE}s.next().value } };`,
    /^it called next of an iterator of its module/,
  ],
  [
    "a generator",
    "const s = (function* () { yield 1; })();",
    `${VALUE}[...s] } };`,
    /^it called next of an iterator/,
  ],
  ["bytes", "const s = new Uint8Array(2);", `${VALUE}++s[0] } };`, /^it wrote to a typed array of its module/],
  [
    "bytes through a view",
    "const s = new DataView(new ArrayBuffer(2));",
    `s.setInt8(0, 1); ${VALUE}1 } };`,
    /^it wrote to a typed array/,
  ],
  ["the declaration", "", `this.n = 1; ${VALUE}1 } };`, /^it wrote to n of an object that is frozen/],
  ["globalThis", "", `globalThis.n = 1; ${VALUE}1 } };`, /^it wrote to n of an object that is frozen/],
  ["an object of the language", "", `Math.n = 1; ${VALUE}1 } };`, /^it wrote to n of an object that is frozen/],
  ["a name of the language", "", `Map = 1; ${VALUE}1 } };`, /^it wrote to Map of an object that is frozen/],
  [
    "a method of the language",
    "",
    `Array.prototype.at = 1; ${VALUE}1 } };`,
    /^it wrote to at of an object that is frozen/,
  ],
  [
    "a method of every object",
    "",
    `Object.prototype.toString = 1; ${VALUE}1 } };`,
    /^it wrote to toString of a prototype/,
  ],
  [
    "a prototype that is hidden",
    "",
    `Object.getPrototypeOf([].values()).n = 1; ${VALUE}1 } };`,
    /^it wrote to n of an object/,
  ],
  ["a name that is not declared", "", `n = 1; ${VALUE}1 } };`, /^it used n, which a capability does not have/],
];

/** Calls that begin where the last one left off in other languages' eyes: the same each time. */
const REPEATED: readonly (readonly [about: string, above: string, run: string])[] = [
  ["a pattern that goes on", "const P = /a/g;", `${VALUE}P.test("aa") + P.lastIndex } };`],
  ["a pattern that sticks", "const P = /a/y;", `${VALUE}P.exec("aab")?.index ?? "none" } };`],
  ["what a pattern found last", "", `const before = RegExp.$1 ?? null; /(.)/.exec(x); ${VALUE}before } };`],
];

suite("what a module keeps", () => {
  for (const [about, above, run, refusal] of VARIABLES)
    test(`it is refused for ${about}`, async () => {
      await assert.rejects(loadTransform(written(above, run)), (error: Error & { code?: string }) => {
        assert.equal(error.code, "CAPABILITY_LANGUAGE", error.message);
        assert.match(error.message, refusal);
        return true;
      });
    });

  test("it may have what each call has for itself, and what nothing changes", async () => {
    for (const [about, above, run, value] of ALLOWED) {
      const { transforms } = await loadTransform(written(above, run));
      for (const _ of [1, 2]) assert.deepEqual(answered(transforms, "x"), { result: { value } }, about);
    }
  });

  it("a call that changes what stays is at fault, which says what, and the next one finds it as it was", async () => {
    for (const [about, above, run, says] of OBJECTS) {
      const { transforms } = await loadTransform(written(above, run));
      for (const _ of [1, 2])
        assert.throws(
          () => answered(transforms, "x"),
          (error) => error instanceof CapabilityError && says.test(error.message),
          about,
        );
    }
  });

  test("what the language itself would keep is as it was", async () => {
    for (const [about, above, run] of REPEATED) {
      const { transforms } = await loadTransform(written(above, run));
      assert.deepEqual(answered(transforms, "ab"), answered(transforms, "cd"), about);
    }
  });

  test("it keeps no object with private fields", async () => {
    const text = written(
      "class Count { #n = 0; f() { return ++this.#n; } }\nconst c = new Count();",
      `${VALUE}c.f() } };`,
    );
    await assert.rejects(loadTransform(text), /it keeps an object of the class Count, whose private fields/);
  });

  test("what a file imports is kept, too", async () => {
    const text = written('import { seen } from "./lib.js";', `seen.push(1); ${VALUE}seen.length } };`);
    const { transforms } = await loadTransform(text, { "lib.js": "export const seen = [];" });
    assert.throws(() => answered(transforms, "x"), /it wrote to 0 of/);
  });
});

function answered(
  transforms: readonly { answer(input: object, sources: typeof SOURCES): unknown }[],
  x: unknown,
): Answer {
  const [declared] = transforms;
  return declared?.answer({ x } as never, SOURCES) as Answer;
}
