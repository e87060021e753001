/** Whatever happens to a store and to its index, the answers are those of somebody who reads all of the file. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import type { StoreEffect } from "../../../src/capabilities/targets/store.ts";
import { StoreFault } from "../../../src/errors/ports.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { openDataRoot } from "../../../src/platform/data-root.ts";
import type { StoreFile } from "../../../src/ports.ts";
import { fileStore, openStores } from "../../../src/storage/files/stores.ts";
import type { Store } from "../../../src/storage/stores.ts";
import { countingDraw, effectKeyOf, perform } from "../../capabilities/effects/fresh-store.ts";
import {
  copyOf,
  type Happening,
  happenings,
  openWorld,
  pythonLine,
} from "../../capabilities/effects/store-world.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

/** A line or two are worth an index here. */
const WORTH = 200;
const LINES = 300;

/** As a process that does not know the store. */
const openFile = (root: string, indexWorth = WORTH) => openDataRoot(root, { indexWorth }).store("store");
const openStore = (root: string, indexWorth = WORTH) => fileStore(openFile(root, indexWorth));
const withoutIndex = (root: string) => openStore(root, Number.POSITIVE_INFINITY);

function freshRoot(t: TestContext, lines = 0): string {
  const root = mkdtempSync(join(tmpdir(), "pgs-index-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  if (lines > 0) writeFileSync(join(root, "store"), linesOfOthers(lines));
  return root;
}

function linesOfOthers(count: number): string {
  return Array.from({ length: count }, (_, i) => pythonLine(`b${i}`, `ADDR_b${i}`, i)).join("");
}

/** What the operation answers, or its fault; the address of what it registers depends on the number alone. */
async function answer(
  effect: StoreEffect,
  op: string,
  input: JsonObject,
  store: Store,
  number = 0,
): Promise<unknown> {
  try {
    const effectKey = effectKeyOf(number);
    return await perform(effect, op, input, { store, sources: countingDraw(), effectKey });
  } catch (error) {
    assert.ok(error instanceof StoreFault, String(error));
    return { reason: error.reason, facts: error.facts };
  }
}

const registry = (op: string, input: JsonObject, store: Store) => answer(csRegistry, op, input, store);
const exists = async (key_or_address: string, store: Store) => {
  const { result } = (await registry("EXISTS", { key_or_address }, store)) as { result: JsonObject };
  return result.exists;
};

type Call = readonly [op: string, input: JsonObject];

function ofRegistry({ kind, key, at }: Happening, number: number): readonly Call[] {
  const name = `k${key}`;
  if (kind === "ours") return [["REGISTER", { key: name }]];
  if (kind === "ended") return [["DEREGISTER", { key_or_address: name }]];
  const made = `ADDR_${effectKeyOf(at % (number + 1))}`;
  const names = [name, made, `ADDR_${at % 9}`, `b${at % LINES}`, `ADDR_b${at % LINES}`];
  return [
    ...names.map((key_or_address, i): Call => [i % 2 === 0 ? "RESOLVE" : "EXISTS", { key_or_address }]),
    ["COUNT", {}],
  ];
}

const ofLog = ({ kind, key }: Happening): readonly Call[] =>
  kind === "ours" || kind === "ended" ? [["APPEND", { record: { key } }]] : [];

const cases = [
  { about: "a registry", effect: csRegistry, kind: "keys", look: "COUNT", lines: 0, callsOf: ofRegistry },
  {
    about: `a registry of ${LINES} lines`,
    effect: csRegistry,
    kind: "keys",
    look: "COUNT",
    lines: LINES,
    callsOf: ofRegistry,
  },
  { about: "a log", effect: csAppendonlyJsonl, kind: "lines", look: "GET_ALL", lines: 0, callsOf: ofLog },
];

for (const { about, effect, kind, look, lines, callsOf } of cases) {
  it(`${about} answers by its index as it does when it is read whole, whatever happens to both`, async (t) => {
    const property = fc.asyncProperty(happenings, async (all) => {
      const root = freshRoot(t, lines);
      const happen = openWorld(root, kind);
      const known = [openStore(root), openStore(root)];
      for (const [number, one] of all.entries()) {
        // Who knew a shorter file, or looks again when it is longer, cannot tell that what lies before the end was
        // rewritten: the end that was known is still there.
        const isRewritten = one.kind === "rewritten";
        if (isRewritten) for (const store of known) await answer(effect, look, {}, store);
        happen(one);
        if (isRewritten) for (const store of known) await answer(effect, look, {}, store);
        const ours = known[one.at % 3] ?? openStore(root);
        const copy = copyOf(root);
        const plain = withoutIndex(copy);
        for (const [op, input] of callsOf(one, number)) {
          const expected = await answer(effect, op, input, plain, number);
          assert.deepEqual(await answer(effect, op, input, ours, number), expected, `${number} ${op}`);
        }
        assert.equal(textOf(root), textOf(copy));
      }
    });
    await fc.assert(property, { numRuns: 8 });
  });
}

function textOf(root: string): string | null {
  const file = join(root, "store");
  return existsSync(file) ? readFileSync(file, "latin1") : null;
}

/** The store, and how many bytes of it are read. */
function counting(file: StoreFile): Store & { readonly bytes: () => number } {
  let bytes = 0;
  const store = fileStore({
    ...file,
    readFrom: (offset, take) =>
      file.readFrom(offset, (piece) => {
        bytes += piece.length;
        take(piece);
      }),
    readAt(offset, length) {
      const piece = file.readAt(offset, length);
      bytes += piece.length;
      return piece;
    },
  });
  return { ...store, bytes: () => bytes };
}

test("a process that does not know a long registry reads the lines it answers from and what was added since", async (t) => {
  const root = freshRoot(t, 2000);
  assert.equal(await exists("b7", openStore(root)), true);
  const size = readFileSync(join(root, "store")).length;
  for (let i = 0; i < 5; i++) {
    const store = counting(openFile(root));
    assert.equal(await exists("b1999", store), true);
    assert.equal(await exists("ADDR_b1234", store), true);
    assert.equal(await exists("c0", store), i > 0);
    await registry("REGISTER", { key: `c${i}` }, store);
    assert.deepEqual(await registry("COUNT", {}, store), { outcome: "SUCCESS", result: { count: 2001 + i } });
    assert.ok(store.bytes() < size / 20, `${store.bytes()} of ${size}`);
  }
});

test("a process that does not know a long log counts only what was added since", async (t) => {
  const root = freshRoot(t, 2000);
  for (let i = 0; i < 5; i++) {
    const store = counting(openFile(root));
    const { result } = (await answer(csAppendonlyJsonl, "APPEND", { record: {} }, store)) as {
      result: JsonObject;
    };
    assert.equal(result.sequence_number, 2001 + i);
    if (i > 0) assert.ok(store.bytes() < 2000);
  }
});

test("a registry that is not worth it has no index", async (t) => {
  const root = freshRoot(t, 100);
  await registry("REGISTER", { key: "k" }, openStores(root).at("store"));
  assert.equal(existsSync(join(root, ".pgs")), false);
});

test("a file that was rewritten in place, or replaced, is read anew although its size is the same", async (t) => {
  const root = freshRoot(t, LINES);
  const file = join(root, "store");
  for (const [name, other] of [
    ["b7", "x7"],
    ["b8", "x8"],
  ] as const) {
    assert.equal(await exists(name, openStore(root)), true);
    const text = readFileSync(file, "utf8").replace(`"${name}"`, `"${other}"`);
    if (name === "b8") rmSync(file);
    writeFileSync(file, text);
    utimesSync(file, 0, 0);
    assert.deepEqual(
      [await exists(name, openStore(root)), await exists(other, openStore(root))],
      [false, true],
    );
  }
});

test("a line rewritten within the last 256 bytes that were known is found although the file has grown since", async (t) => {
  const root = freshRoot(t);
  const file = join(root, "store");
  const known = withoutIndex(root);
  for (const name of ["k1", "k2", "k3"]) {
    // Taken one by one, so that what was known before counts for what is known now.
    appendFileSync(file, pythonLine(name, "A", 0));
    assert.equal(await exists(name, known), true);
  }
  await registry("REGISTER", { key: "k4" }, known);
  const rewritten = readFileSync(file, "utf8").replace('"k2"', '"x2"');
  writeFileSync(file, rewritten + pythonLine("k5", "A", 0));
  assert.deepEqual(await Promise.all(["x2", "k1", "k2", "k4", "k5"].map((name) => exists(name, known))), [
    true,
    true,
    false,
    true,
    true,
  ]);
});

it("a process goes on where another has replaced the index in which it was looking", async (t) => {
  const root = freshRoot(t, 2000);
  const one = counting(openFile(root));
  assert.equal(await exists("b0", openStore(root)), true);
  assert.equal(await exists("b0", one), true);
  const other = openStore(root);
  for (let i = 0; i < 500; i++) await registry("REGISTER", { key: `c${i}` }, other);
  for (const key of ["b0", "b1999", "c0", "c499"]) assert.equal(await exists(key, one), true, key);
  assert.equal(await exists("c500", one), false);
  assert.ok(one.bytes() < 100_000, `${one.bytes()}`);
});

test("an index says the same page by page as when it is in memory", async (t) => {
  const root = freshRoot(t, 2000);
  await exists("b0", openStore(root));
  const store = openStore(root);
  for (let i = 0; i < 2000; i += 20) assert.equal(await exists(`b${i}`, store), true, `b${i}`);
  for (let i = 0; i < 100; i++) assert.equal(await exists(`c${i}`, store), false, `c${i}`);
});

test("keys that differ only in a lone surrogate are two keys", async (t) => {
  const root = freshRoot(t);
  for (const key of ["\ud800", "\ud801", "\ufffd"])
    await registry("REGISTER", { key, value: { text: "x".repeat(WORTH) } }, openStore(root));
  assert.equal(readFileSync(join(root, "store"), "utf8").split("\n").length, 4);
  for (const key of ["\ud800", "\ud801", "\ufffd"]) assert.equal(await exists(key, openStore(root)), true);
  assert.equal(await exists("\ud802", openStore(root)), false);
});

test("a line in the index that cannot be read strictly is named by its number", async (t) => {
  const root = freshRoot(t);
  const twice = '{"key":"k","target_ref":"a","target_ref":"b"}\n';
  writeFileSync(join(root, "store"), `${linesOfOthers(LINES)}${twice}${linesOfOthers(LINES)}`);
  await exists("k", openStore(root));
  const expected = {
    reason: "CORRUPT",
    facts: { file: "store", line: LINES + 1, defect: "DUPLICATE_KEY", pointer: "/target_ref" },
  };
  assert.deepEqual(await registry("RESOLVE", { key_or_address: "k" }, openStore(root)), expected);
});

test("a corrupt line behind the index is reported by its number in the file", async (t) => {
  const root = freshRoot(t, LINES);
  await exists("b0", openStore(root));
  writeFileSync(join(root, "store"), `${linesOfOthers(LINES)}{}\nx\n`);
  const expected = { reason: "CORRUPT", facts: { file: "store", line: LINES + 2, defect: "NOT_JSON" } };
  assert.deepEqual(await registry("COUNT", {}, openStore(root)), expected);
});
