import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { CapabilityError } from "../../../src/capabilities/capability-error.ts";
import type { CapabilityFault } from "../../../src/capabilities/packages/errors.ts";
import { DECLARATION_NAMES } from "../../../src/capabilities/packages/link.ts";
import { loadPackages } from "../../../src/capabilities/packages/load.ts";
import { composeRegistry, registry } from "../../../src/capabilities/registry.ts";
import * as capability from "../../../src/capability.ts";
import { CAPABILITY_PACKAGE } from "../../../src/json/limits.ts";
import { hostCode } from "../../../src/platform/host-code.ts";
import { openRealm } from "../../../src/platform/realm.ts";
import { memoryStores } from "../../../src/storage/files/memory-stores.ts";
import { takingTurns } from "../../support/portion.ts";
import {
  FOLDER,
  filesOf,
  load,
  loadTransform,
  manifest,
  SOURCES,
  type Texts,
  transformText,
} from "./package-files.ts";

const it = takingTurns(import.meta.url);

const PLAIN = transformText("return { result: { value: x ?? 1 } };");
const MANIFEST = "pgs.capabilities.json";

/** The refusal of the package. */
async function refusalOf(files: Texts): Promise<CapabilityFault> {
  try {
    await load(files);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === "CapabilityFault", String(error));
    return error as CapabilityFault;
  }
  throw new Error("the package was loaded");
}

test("pgs-runner/capability exports the same to the files of a package as to anybody else", () => {
  assert.deepEqual([...DECLARATION_NAMES].sort(), Object.keys(capability).sort());
});

test("a transform of a package answers as those of this build do", async () => {
  const { transforms, pin, files } = await loadTransform(PLAIN);
  const [declared] = transforms;
  assert.deepEqual(declared?.answer({ x: [1, { a: null }] }, SOURCES), { result: { value: [1, { a: null }] } });
  assert.deepEqual(declared?.answer({}, SOURCES), { result: { value: 1 } });
  assert.deepEqual(
    [pin.package, pin.version, [...files]],
    ["trial-capabilities", "1.0.0", [["trial::CT_TRIAL_V0", "ct.js"]]],
  );
});

test("a function that a flag of V8 adds to every realm keeps no package from being loaded", async () => {
  setFlagsFromString("--expose-gc");
  try {
    const { transforms } = await loadTransform(
      transformText("return { result: { value: typeof globalThis.gc } };"),
    );
    assert.deepEqual(transforms[0]?.answer({}, SOURCES), { result: { value: "undefined" } });
  } finally {
    setFlagsFromString("--no-expose-gc");
  }
});

test("its files may import each other, and data", async () => {
  const { transforms } = await loadTransform(
    transformText(
      "return { result: { value: [rates.EUR, twice(x), all.half(x), again(x), Named.name, first] } };",
      {
        imports: `import rates from "./data/rates.json" with { type: "json" };
import again, { twice } from "./lib/double.js"; import * as all from "./lib/index.mjs";
import { Named, renamed as first } from "./lib/index.mjs";`,
      },
    ),
    {
      "data/rates.json": '{ "EUR": 1.5 }',
      "lib/double.js": "export const twice = (n) => n * 2;\nexport default (\n  twice\n);",
      "lib/index.mjs": `export * from "./double.js"; export function half(n) { return n / 2 }
export default class Named {}
export { default as Named } from "./named.mjs"
const inner = "first"; export { inner as renamed };`,
      "lib/named.mjs": "export default class Named {}",
    },
  );
  assert.deepEqual(transforms[0]?.answer({ x: 4 }, SOURCES), {
    result: { value: [1.5, 8, 2, 8, "Named", "first"] },
  });
});

test("it draws what it declares, and nothing else", async () => {
  const clock = transformText("return { result: { value: sources.clock() } };", { draws: "clock" });
  const { transforms } = await loadTransform(clock);
  assert.deepEqual(transforms[0]?.answer({}, SOURCES), { result: { value: "2026-01-31T09:00:00.000Z" } });
  const undeclared = await loadTransform(transformText("return { result: { value: sources.entropy(2) } };"));
  assert.throws(
    () => undeclared.transforms[0]?.answer({}, SOURCES),
    /it drew entropy, which it does not declare/,
  );
});

test("what a source throws passes through the package as it is", async () => {
  const { transforms } = await loadTransform(
    transformText("return { result: { value: sources.clock() } };", { draws: "clock" }),
  );
  const missing = new Error("no clock on record");
  const sources = {
    ...SOURCES,
    clock(): string {
      throw missing;
    },
  };
  assert.throws(
    () => transforms[0]?.answer({}, sources),
    (error) => error === missing,
  );
});

/** What a capability does not have: an expression, and the name that the fault has. */
const ABSENT: readonly (readonly [expression: string, name: string])[] = [
  ["Date.now()", "Date.now()"],
  ["new Date().getTime()", "new Date()"],
  ["Date()", "Date()"],
  ["new Date(2020, 1, 1).getTime()", "local time zone"],
  ['Date.parse("2020-01-01T00:00")', "local time zone"],
  ['new Date("January 1, 2020").getTime()', "local time zone"],
  ["new Date(0).getHours()", "Date.prototype.getHours"],
  ["new Date(0).getTimezoneOffset()", "getTimezoneOffset"],
  ["new Date(0).setHours(1)", "setHours"],
  ["String(new Date(0))", "Date.prototype.toString"],
  ['new Date(0) + ""', "Date.prototype.toString"],
  ["new Date(0).toLocaleDateString()", "toLocaleDateString"],
  ["Math.random()", "Math.random"],
  ["new Intl.NumberFormat().format(1)", "Intl"],
  ["(1234.5).toLocaleString()", "Number.prototype.toLocaleString"],
  ["[1].toLocaleString()", "Array.prototype.toLocaleString"],
  ['"a".localeCompare("b")', "localeCompare"],
  ['"i".toLocaleUpperCase()', "toLocaleUpperCase"],
  ['fetch("http://localhost")', "fetch"],
  ["process.env", "process"],
  ["process.exit(0)", "process"],
  ['require("fs")', "require"],
  ["module.exports", "module"],
  ["setTimeout(() => 1, 1)", "setTimeout"],
  ["setImmediate(() => 1)", "setImmediate"],
  ["queueMicrotask(() => 1)", "queueMicrotask"],
  ['console.log("x")', "console"],
  ["performance.now()", "performance"],
  ["crypto.randomUUID()", "crypto"],
  ['Buffer.from("x")', "Buffer"],
  ["navigator.language", "navigator"],
  ["new WeakRef({})", "WeakRef"],
  ["new FinalizationRegistry(() => 1)", "FinalizationRegistry"],
  ["Atomics.load(1)", "Atomics"],
  ["new SharedArrayBuffer(1)", "SharedArrayBuffer"],
  ["new WebAssembly.Module()", "WebAssembly"],
  ['eval("1")', "eval"],
  ['(0, eval)("1")', "eval"],
  ['new Function("return 1")()', "Function"],
  ['(() => 1).constructor("return process")()', "Function"],
  ['Object.getPrototypeOf(async () => 1).constructor("return 1")()', "Function"],
];

test("what could answer differently tomorrow or elsewhere is not there, and the fault names it", async () => {
  const cases = ABSENT.map(([expression], i) => `if (x === ${i}) return { result: { value: ${expression} } };`);
  const { transforms } = await loadTransform(transformText(`${cases.join("\n")} return { violation: "NO" };`));
  for (const [i, [expression, name]] of ABSENT.entries()) {
    assert.throws(
      () => transforms[0]?.answer({ x: i }, SOURCES),
      (error) =>
        error instanceof CapabilityError &&
        error.message.startsWith("it used ") &&
        error.message.includes(name) &&
        error.message.endsWith(`(ct.js:${10 + i})`),
      expression,
    );
  }
});

test("what is the same everywhere is there", async () => {
  const { transforms } = await loadTransform(
    transformText(
      'return { result: { value: [new Date("2020-01-31T00:00:00+01:00").toISOString(), Date.UTC(2020, 0, 1), Date.parse("2020-01-01"), new Date(5).getUTCDay(), "ä".normalize("NFD").length, 2n ** 70n + "", typeof process, new Date(0) instanceof Date, parseInt("z", 36), [..."bca"].sort().join(""), encodeURIComponent("ä")] } };',
    ),
  );
  assert.deepEqual(transforms[0]?.answer({}, SOURCES), {
    result: {
      value: [
        "2020-01-30T23:00:00.000Z",
        1577836800000,
        1577836800000,
        4,
        2,
        "1180591620717411303424",
        "undefined",
        true,
        35,
        "abc",
        "%C3%A4",
      ],
    },
  });
});

/** Answers that are none, and what the fault says of each. */
const NO_ANSWERS: readonly (readonly [statement: string, message: RegExp])[] = [
  ["return { result: { value: NaN } };", /NaN at \/result\/value/],
  ["return { result: { value: [1, -Infinity] } };", /-Infinity at \/result\/value\/1/],
  ["return { result: { value: undefined } };", /undefined at \/result\/value/],
  ["return { result: { value: { a: () => 1 } } };", /a function at \/result\/value\/a/],
  ["return { result: { value: Symbol() } };", /a symbol at/],
  ["return { result: { value: { [Symbol()]: 1 } } };", /a symbol at/],
  ["return { result: { value: 1n } };", /a bigint at/],
  ['return { result: { value: "\\ud800" } };', /half of a surrogate pair at/],
  ["const a = {}; a.b = [a]; return { result: { value: a } };", /contains itself at \/result\/value\/b\/0/],
  ["return { result: { value: [1, , 2] } };", /a hole at \/result\/value\/1/],
  ["return { result: { value: new Map() } };", /an object of a class at/],
  ["return { result: { value: new Date(0) } };", /an object of a class at/],
  ["return { result: { value: Promise.resolve(1) } };", /an object of a class at/],
  ["let a = 1; for (let i = 0; i < 2000; i++) a = [a]; return { result: { value: a } };", /nests too deep/],
  ["return Promise.resolve({ result: { value: 1 } });", /neither a result nor a violation/],
  ["return;", /undefined/],
  ["return 7;", /neither a result nor a violation/],
  ["return {};", /neither a result nor a violation/],
  ['return { violation: "MAYBE" };', /the violation "MAYBE", which it does not declare/],
  ['return { violation: "NO", result: { value: 1 } };', /a result and a violation/],
  ['return { violation: "NO", facts: 1 };', /facts of its violation/],
  ["return { result: {} };", /did not answer value/],
  ["return { result: { value: 1, other: 2 } };", /answered other, which it does not declare/],
  [
    "x.push(1); return { result: { value: x } };",
    /^it wrote to 1 of an object that is frozen: its input .* \(ct\.js:/,
  ],
  [
    "x[0].a = 2; return { result: { value: x } };",
    /^it wrote to a of an object that is frozen: its input .* \(ct\.js:/,
  ],
  ["x.a.b.c; return { result: { value: x } };", /^it threw an error of the kind TypeError \(ct\.js:/],
  ['throw new RangeError("x");', /^it threw an error of the kind RangeError$/],
  ['throw "text";', /^it threw a value that is no error$/],
  ["throw null;", /^it threw a value that is no error$/],
  ["const f = () => f(); f();", /^it threw an error of the kind RangeError$/],
  ["throw Object.freeze({ get name() { throw 1 } });", /^it threw/],
];

it("an answer that JSON cannot carry, or that is not declared, is the capability's fault", async () => {
  for (const [statement, message] of NO_ANSWERS) {
    const { transforms } = await loadTransform(transformText(statement));
    assert.throws(
      () => transforms[0]?.answer({ x: [{ a: 1 }] }, SOURCES),
      (error) => error instanceof CapabilityError && message.test(error.message),
      statement,
    );
  }
});

it("a transform that does not end is ended, and so is a file", async () => {
  const files = {
    [MANIFEST]: manifest("ct.js"),
    "ct.js": transformText("if (x === 1) for (;;); return { result: { value: 1 } };"),
  };
  const { transforms } = await load(files, { isImpatient: true });
  assert.throws(() => transforms[0]?.answer({ x: 1 }, SOURCES), /it did not end within/);
  assert.deepEqual(transforms[0]?.answer({}, SOURCES), { result: { value: 1 } });
  const endless = { ...files, "ct.js": transformText("return 1;", { imports: "for (;;);" }) };
  await assert.rejects(load(endless, { isImpatient: true }), /cannot be evaluated: it did not end/);
});

it("what goes on after a transform, a file or an answer is ended, too", () => {
  const worker = join(import.meta.dirname, "endless-worker.ts");
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", worker], { encoding: "utf8" });
  const ends: unknown = JSON.parse(stdout === "" ? JSON.stringify(stderr) : stdout);
  assert.ok(Array.isArray(ends), String(ends));
  for (const [index, end] of ends.entries())
    if (index % 3 === 1) assert.deepEqual(end, { result: { value: 1 } });
    else assert.match(String(end), /it did not end within/);
  assert.equal(ends.length, 10);
});

test("the way by which the host calls the realm cannot be taken over", async () => {
  const value = async (run: string) => {
    const { transforms } = await loadTransform(transformText(run));
    return transforms[0]?.answer({}, SOURCES);
  };
  assert.deepEqual(await value("return { result: { value: $work() === undefined } };"), {
    result: { value: true },
  });
  for (const change of [
    "$work = () => 7;",
    'Object.defineProperty(globalThis, "$work", { value: () => 7 });',
    "$work.constructor = 7;",
  ])
    await assert.rejects(value(change), CapabilityError, change);
  const atModule = transformText("return { result: { value: 1 } };", { imports: "$work = () => 7;" });
  await assert.rejects(loadTransform(atModule), /cannot be evaluated/);
});

test("an error of the host's own stack does not come into the realm", async () => {
  const { transforms } = await loadTransform(
    transformText(
      `let found = "none";
      const deep = () => {
        try { deep(); } catch {
          try { sources.clock(); } catch (error) { if (!(error instanceof Error)) found = "an error of the host"; }
        }
      };
      try { deep(); } catch {}
      return { result: { value: found } };`,
      { draws: "clock" },
    ),
  );
  assert.deepEqual(transforms[0]?.answer({}, SOURCES), { result: { value: "none" } });
});

test("a date is made of the text that was checked", async () => {
  const { transforms } = await loadTransform(
    transformText(
      'let n = 0; return { result: { value: Date.parse({ toString: () => (n++ === 0 ? "2026-01-31" : "1 Jan 2026") }) } };',
    ),
  );
  assert.deepEqual(transforms[0]?.answer({}, SOURCES), { result: { value: Date.UTC(2026, 0, 31) } });
});

it("the reason of a fault is short, however long what was thrown is", async () => {
  const long = 'const long = "x".repeat(1e7);';
  for (const run of [
    `${long} const error = new Error(long); error.name = long; throw error;`,
    `${long} throw long;`,
    `${long} return { result: { value: { [long]: undefined } } };`,
    `${long} return { violation: long };`,
    `${long} return { [long]: 1, result: { [long]: 1 } };`,
  ]) {
    const { transforms } = await loadTransform(transformText(run));
    assert.throws(
      () => transforms[0]?.answer({}, SOURCES),
      (error) =>
        error instanceof CapabilityError &&
        error.message.length < 2000 &&
        String(error.cause ?? "").length < 20_000,
      run,
    );
  }
});

/** A package that is refused: its files, the code, and where. */
const TRANSFORM = { [MANIFEST]: manifest("ct.js") };
const imports = (line: string, others: Texts = {}) => ({
  ...TRANSFORM,
  "ct.js": transformText("return { result: { value: 1 } };", { imports: line }),
  ...others,
});
const declaring = (from: string, to: string) => ({ ...TRANSFORM, "ct.js": PLAIN.replace(from, to) });
const REFUSED: readonly (readonly [about: string, files: Texts, code: string, where: string | RegExp])[] = [
  ["no manifest", { "ct.js": PLAIN }, "CAPABILITY_MANIFEST_MISSING", FOLDER],
  [
    "a manifest that is no JSON",
    { [MANIFEST]: "{" },
    "CAPABILITY_MANIFEST_UNREADABLE",
    /pgs\.capabilities\.json:1/,
  ],
  [
    "a member twice",
    { [MANIFEST]: '{"name":"a",\n"name":"b"}' },
    "CAPABILITY_MANIFEST_UNREADABLE",
    /pgs\.capabilities\.json:2/,
  ],
  ["an unknown member", { [MANIFEST]: '{"nam":"a"}' }, "CAPABILITY_MANIFEST_MEMBER", /:1/],
  ["a list", { [MANIFEST]: "[]" }, "CAPABILITY_MANIFEST_UNREADABLE", /:1/],
  ["a number for a name", { [MANIFEST]: '{"name":7}' }, "CAPABILITY_MANIFEST_MALFORMED", /:1/],
  ["no version", { [MANIFEST]: '{"name":"a"}' }, "CAPABILITY_MANIFEST_MALFORMED", /:1/],
  [
    "a path out of the package",
    { [MANIFEST]: manifest("../ct.js") },
    "CAPABILITY_FILE_MISSING",
    /pgs\.capabilities\.json:1/,
  ],
  ["an absolute path", { [MANIFEST]: manifest("/etc/ct.js") }, "CAPABILITY_FILE_MISSING", /:1/],
  [
    "a path through node_modules",
    { [MANIFEST]: manifest("node_modules/a/ct.js"), "node_modules/a/ct.js": PLAIN },
    "CAPABILITY_FILE_MISSING",
    /:1/,
  ],
  ["no JavaScript", { [MANIFEST]: manifest("ct.ts"), "ct.ts": "" }, "CAPABILITY_MANIFEST_MALFORMED", /:1/],
  [
    "a file twice",
    { [MANIFEST]: manifest("ct.js", "./ct.js"), "ct.js": PLAIN },
    "CAPABILITY_MANIFEST_MALFORMED",
    /:1/,
  ],
  ["no capability", { [MANIFEST]: manifest() }, "CAPABILITY_MANIFEST_MALFORMED", /:1/],
  [
    "two manifests",
    { ...TRANSFORM, "package.json": '{"pgs":{"capabilities":["ct.js"]}}', "ct.js": PLAIN },
    "CAPABILITY_MANIFEST_TWICE",
    FOLDER,
  ],
  [
    "a syntax error",
    { ...TRANSFORM, "ct.js": "export default\n  transform({ code: });" },
    "CAPABILITY_SYNTAX",
    /ct\.js:2:21$/,
  ],
  ["types", imports("const a: number = 1;"), "CAPABILITY_SYNTAX", /ct\.js:2:8$/],
  ["a hash bang", { ...TRANSFORM, "ct.js": `#!/usr/bin/env node\n${PLAIN}` }, "CAPABILITY_SYNTAX", /ct\.js:1:/],
  ["no UTF-8", imports('const a = "\xff";'), "CAPABILITY_SYNTAX", /ct\.js:1:1$/],
  ["await outside a function", imports("await 1;"), "CAPABILITY_LANGUAGE", /ct\.js:2:1$/],
  ["deep nesting", imports(`const a = ${"[".repeat(200_000)};`), "CAPABILITY_SYNTAX", /ct\.js:2:/],
  ["a module of Node", imports('import fs from "node:fs";'), "CAPABILITY_IMPORT", /ct\.js:2:16$/],
  ["a bare name", imports('import "lodash";'), "CAPABILITY_IMPORT", /ct\.js:2:8$/],
  ["an address", imports('import "https://example.org/a.js";'), "CAPABILITY_IMPORT", /ct\.js:2:8$/],
  ["the runner itself", imports('import "pgs-runner";'), "CAPABILITY_IMPORT", /ct\.js:2:8$/],
  ["a file outside", imports('import "../secret.js";'), "CAPABILITY_IMPORT", /ct\.js:2:8$/],
  ["a file that is not there", imports('import "./lib.js";'), "CAPABILITY_IMPORT", /ct\.js:2:8$/],
  [
    "a path without its ending",
    imports('import "./lib";', { "lib.js": "" }),
    "CAPABILITY_IMPORT",
    /ct\.js:2:8$/,
  ],
  [
    "JSON as a module",
    imports('import a from "./a.json";', { "a.json": "1" }),
    "CAPABILITY_IMPORT",
    /ct\.js:2:15$/,
  ],
  [
    "another kind of file",
    imports('export * from "./a.txt";', { "a.txt": "" }),
    "CAPABILITY_IMPORT",
    /ct\.js:2:15$/,
  ],
  [
    "JSON that is none",
    imports('import a from "./a.json" with { type: "json" };', { "a.json": '{"a":1,\n"a":2}' }),
    "CAPABILITY_SYNTAX",
    /a\.json:2:1$/,
  ],
  [
    "a name that is not exported",
    imports('import { twise } from "./lib.js";', { "lib.js": "export const twice = 1;" }),
    "CAPABILITY_IMPORT_NAME",
    /ct\.js:2:10$/,
  ],
  [
    "a shape that is none",
    imports('import { date } from "pgs-runner/capability";'),
    "CAPABILITY_IMPORT_NAME",
    /ct\.js:2:10$/,
  ],
  [
    "files that import each other",
    imports('import "./a.js";', { "a.js": 'import "./b.js";', "b.js": '\n  import "./a.js";' }),
    "CAPABILITY_IMPORT_CYCLE",
    /b\.js:2:10$/,
  ],
  ["a file that imports itself", imports('import "./ct.js";'), "CAPABILITY_IMPORT_CYCLE", /ct\.js:2:8$/],
  [
    "an import while running",
    imports('const a = () => import("./a.js");'),
    "CAPABILITY_LANGUAGE",
    /ct\.js:2:17$/,
  ],
  ["its own address", imports("const a = import.meta.url;"), "CAPABILITY_LANGUAGE", /ct\.js:2:11$/],
  [
    "an exported variable",
    imports('import "./a.js";', { "a.js": "let n = 0;\nexport { n };" }),
    "CAPABILITY_LANGUAGE",
    /a\.js:1:1$/,
  ],
  ["no default export", { ...TRANSFORM, "ct.js": "export const a = 1;" }, "CAPABILITY_EXPORT", /ct\.js:1:1$/],
  [
    "another default export",
    { ...TRANSFORM, "ct.js": "export default {};" },
    "CAPABILITY_EXPORT",
    /ct\.js:1:16$/,
  ],
  [
    "a declaration that is a call of something else",
    { ...TRANSFORM, "ct.js": "const transform = (a) => a;\nexport default transform({});" },
    "CAPABILITY_EXPORT",
    /ct\.js:2:16$/,
  ],
  [
    "a declaration by another name",
    {
      ...TRANSFORM,
      "ct.js":
        'import { transform } from "pgs-runner/capability";\nconst a = transform({});\nexport default a;',
    },
    "CAPABILITY_EXPORT",
    /ct\.js:3:16$/,
  ],
  ["the begin of a comment of scripts", imports("const a = 1 <!--x;"), "CAPABILITY_LANGUAGE", /ct\.js:\d+:13$/],
  ["the end of a comment of scripts", imports("const a = 1\n--> 0;"), "CAPABILITY_SYNTAX", /ct\.js:\d+:\d+$/],
  ["an error while it is evaluated", imports("null.x;"), "CAPABILITY_THREW", /ct\.js:\d+:\d+$/],
  [
    "the clock while it is evaluated",
    imports("const now = Date.now();"),
    "CAPABILITY_THREW",
    /ct\.js:\d+:\d+$/,
  ],
  [
    "a declaration of nothing",
    declaring("transform({", "transform(); ({"),
    "CAPABILITY_DECLARATION",
    /ct\.js:\d+:\d+$/,
  ],
  ["no full name", declaring("trial::CT_TRIAL_V0", "CT_TRIAL_V0"), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  ["the name of an effect", declaring("CT_TRIAL", "CS_TRIAL"), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  [
    "an input of no shape",
    declaring("optional(anything)", '"text"'),
    "CAPABILITY_DECLARATION",
    /ct\.js:\d+:\d+$/,
  ],
  ["a result twice", declaring('["value"]', '["value", "value"]'), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  ["a reason in small letters", declaring('["NO"]', '["no"]'), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  ["an unknown member", declaring("about:", "pure: true, about:"), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  [
    "a secret that is none of its names",
    declaring("about:", 'secrets: ["y"], about:'),
    "CAPABILITY_DECLARATION",
    /ct\.js:\d+:\d+$/,
  ],
  ["a library", declaring("about:", "uses: () => 1, about:"), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  ["no run", declaring("run({ x }, sources) {", "go() {"), "CAPABILITY_DECLARATION", /ct\.js:\d+:\d+$/],
  [
    "an example without an answer",
    declaring("result: { value: 1 } }]", "}]"),
    "CAPABILITY_DECLARATION",
    /ct\.js:\d+:\d+$/,
  ],
  [
    "a code of this build",
    declaring("trial::CT_TRIAL_V0", "capability_transforms::CT_PURE_LOOKUP_V0"),
    "CAPABILITY_TWICE",
    /ct\.js:\d+:\d+$/,
  ],
  [
    "a code twice",
    { [MANIFEST]: manifest("ct.js", "other.js"), "ct.js": PLAIN, "other.js": PLAIN },
    "CAPABILITY_TWICE",
    /other\.js:\d+:\d+$/,
  ],
];

for (const [about, files, code, where] of REFUSED) {
  test(`a package is refused for ${about}`, async () => {
    const refusal = await refusalOf(files);
    assert.equal(refusal.code, code, refusal.message);
    assert.equal(refusal.stage, "load");
    const place = refusal.wording.where ?? "";
    assert.ok(typeof where === "string" ? place === where : where.test(place), place);
    assert.ok((refusal.wording.hint ?? "").length > 5);
  });
}

test("a link in a package is refused, and a package that is not there", async () => {
  const files = filesOf({ [FOLDER]: { ...TRANSFORM, "ct.js": PLAIN } }, { [`${FOLDER}/ct.js`]: "/etc/passwd" });
  const ports = { files, openRealm: async () => openRealm(), openHostCode: async () => hostCode };
  await assert.rejects(loadPackages([FOLDER], "/w", ports), { code: "CAPABILITY_FILE_LINKED" });
  await assert.rejects(loadPackages(["/w/absent"], "/w", ports), { code: "CAPABILITY_PACKAGE_MISSING" });
  await assert.rejects(loadPackages(["absent"], "/w", ports), {
    code: "CAPABILITY_PACKAGE_MISSING",
    message: /node_modules\/absent/,
  });
});

it("a folder that holds more than a package is refused before it is read", async () => {
  const many = Array.from({ length: CAPABILITY_PACKAGE.files + 1 }, (_, i) => [`${i}.txt`, ""]);
  assert.equal((await refusalOf(Object.fromEntries(many))).code, "CAPABILITY_PACKAGE_TOO_LARGE");
});

test("hidden files and dependencies are none of a package, every other file is", async () => {
  const digest = async (others: Texts) => (await loadTransform(PLAIN, others)).pin.digest;
  const alone = await digest({});
  assert.equal(await digest({ ".git/HEAD": "x", ".env": "x", "node_modules/a/index.js": "x" }), alone);
  assert.notEqual(await digest({ "README.md": "x" }), alone);
});

test("two packages cannot have one code, or one name", async () => {
  const other = JSON.stringify({ name: "other", version: "1.0.0", capabilities: ["ct.js"] });
  const at = (manifestText: string) => ({ [MANIFEST]: manifestText, "ct.js": PLAIN });
  const refused = (second: Texts) =>
    loadPackages(["/w/a", "other"], "/w", {
      files: filesOf({ "/w/a": at(manifest("ct.js")), "/w/node_modules/other": second }),
      openRealm: async () => openRealm(),
      openHostCode: async () => hostCode,
    });
  await assert.rejects(refused(at(other)), { code: "CAPABILITY_TWICE", message: /trial-capabilities: ct\.js/ });
  await assert.rejects(refused(at(manifest("ct.js"))), { code: "CAPABILITY_PACKAGE_TWICE" });
});

test("an npm package says in its package.json what it provides", async () => {
  const text = JSON.stringify({
    name: "@example/bank",
    version: "2.1.0-beta.1",
    main: "index.js",
    pgs: { capabilities: ["lib/ct.js"] },
  });
  const { pin } = await load({ "package.json": text, "lib/ct.js": PLAIN });
  assert.deepEqual([pin.package, pin.version], ["@example/bank", "2.1.0-beta.1"]);
});

test("the registry has the capabilities of packages beside those of this build", async () => {
  const loaded = await loadTransform(PLAIN);
  const composed = composeRegistry([loaded]);
  assert.equal(composed.transform("trial::CT_TRIAL_V0"), loaded.transforms[0]);
  assert.deepEqual(composed.capability("trial::CT_TRIAL_V0")?.origin, loaded.pin);
  assert.equal(composed.all().length, registry.all().length + 1);
  assert.equal(registry.transform("trial::CT_TRIAL_V0"), undefined);
  assert.equal(composed.capability("capability_transforms::CT_PURE_LOOKUP_V0")?.origin, null);
});

test("statements keep their lines, whatever the imports and exports before them look like", async () => {
  const text = `import {
  transform, // the function
  optional, anything } from "pgs-runner/capability"
(function () {})()
export /* why */
default transform({ code: "trial::CT_TRIAL_V0", about: "a", input: { x: optional(anything) }, result: ["value"], violations: [],
  run: () => fetch("x"), examples: [] })
`;
  const { transforms } = await loadTransform(text);
  assert.throws(() => transforms[0]?.answer({}, SOURCES), /it used fetch.*\(ct\.js:7\)$/);
});

/** A store effect of a package whose operation and probe have this body. */
async function performStoreEffect(body: string) {
  const text = `import { storeEffect } from "pgs-runner/capability";
export default storeEffect({
  code: "trial::CS_TRIAL_V0",
  about: "What the body says.",
  store: "document",
  operations: {
    DO: {
      about: "What the body says.", input: {}, outcomes: ["SUCCESS"], semantics: "idempotent",
      async run(input, document) { ${body} },
      async probe(input, document) { ${body} },
    },
  },
  examples: [],
});
`;
  const { effects } = await load({ "pgs.capabilities.json": manifest("cs.js"), "cs.js": text });
  const operation = effects[0]?.operations["DO"];
  assert.ok(operation?.target === "store");
  return operation.perform({}, memoryStores().at("trial.json"), { ...SOURCES, effectKey: "key" });
}

test("a store effect waits for its store and for nothing else", async () => {
  const answered = await performStoreEffect(
    `await document.get("a"); await Promise.resolve(); await document.get("b"); return { outcome: "SUCCESS" };`,
  );
  assert.equal(answered.outcome, "SUCCESS");
  for (const body of [
    "await new Promise(() => {});",
    `await document.get("a"); await new Promise(() => {});`,
    `return Promise.race([]);`,
  ])
    await assert.rejects(
      performStoreEffect(body),
      (error) =>
        error instanceof CapabilityError && /waits for something that never happens/.test(error.message),
      body,
    );
});
