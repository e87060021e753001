/** A document is the same to the byte, whether its members are changed in the bytes or all of it is printed. */

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { StoreFault } from "../../../src/errors/ports.ts";
import { exactText } from "../../../src/json/number.ts";
import { type Json, type JsonObject, own, setOwn } from "../../../src/json/value.ts";
import { openDataRoot } from "../../../src/platform/data-root.ts";
import type { JsonDocument } from "../../../src/storage/document.ts";
import { openDocument } from "../../../src/storage/files/json-document.ts";
import { draws, takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

const MARK = ".pgs/index/state.json.printed";
const UNMARKED = Number.POSITIVE_INFINITY;

function freshRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "pgs-document-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** As a process that does not know the document; every one is worth a mark, unless `indexWorth` says otherwise. */
const open = (root: string, indexWorth = 0): JsonDocument =>
  openDocument(openDataRoot(root, { indexWorth }).store("state.json"));

const textOf = (root: string) => readFileSync(join(root, "state.json"), "utf8");

type Op = readonly [kind: "put" | "remove" | "update" | "foreign" | "damage", key: string, value: Json];

const keys = fc.constantFrom(
  ...["a", "b", "ab", "1", "10", "4294967294", "12345678901", "", "é", '"', "\\", "\n", '\n  "a": ', "a: "],
  ...["__proto__", "toString", "😀"],
);
const values = fc.oneof(
  fc.constantFrom<Json>(null, 1e21, 2 ** 60, -0.5, "x", '\n  "a": 1', ',\n  "a"', "}\n", [], {}, [[1], {}]),
  fc.constantFrom<Json>({ s: 1, a: { b: ["c"] } }, { "1": 1, n: null }, '",\n  "', "\\"),
);
/** On few keys, so that most operations find a member. */
const ops = fc
  .uniqueArray(keys, { minLength: 2, maxLength: 4 })
  .chain((some) =>
    fc.array(
      fc.tuple(
        fc.constantFrom<Op[0]>("put", "put", "remove", "update", "foreign", "damage"),
        fc.constantFrom(...some),
        values,
      ),
      { minLength: 5, maxLength: 20 },
    ),
  );

/** What the operation makes of all members, in plain JavaScript. */
function apply(members: JsonObject, [kind, key, value]: Op): JsonObject {
  if (kind === "put") return { ...members, [key]: value };
  const { [key]: found, ...others } = members;
  if (kind === "remove") return others;
  const isRecord = typeof found === "object" && found !== null && !Array.isArray(found);
  return kind === "update" && Object.hasOwn(members, key) && isRecord
    ? { ...members, [key]: { ...found, s: value === null ? 0 : value } }
    : members;
}

async function perform(document: JsonDocument, [kind, key, value]: Op): Promise<void> {
  if (kind === "put") await document.put(key, value);
  if (kind === "remove") await document.remove([key]);
  if (kind === "update") await document.update(key, { s: value === null ? 0 : value });
}

/** With the members of a JSON text, `__proto__` among them. */
function plain(members: JsonObject): JsonObject {
  const copy = {};
  for (const key of Object.keys(members)) setOwn(copy, key, own(members, key) as Json);
  return copy;
}

it("a sequence of changes leaves the bytes that printing all of it leaves, whoever makes each", async (t) => {
  const property = fc.asyncProperty(ops, fc.infiniteStream(fc.nat(2)), async (all, choice) => {
    const root = freshRoot(t);
    const known = open(root);
    let members: JsonObject = {};
    let isForeign = false;
    for (const op of all) {
      const [kind, key] = op;
      if (kind === "foreign") {
        writeFileSync(join(root, "state.json"), ` ${exactText(members)}\n`);
        isForeign = true;
      } else if (kind === "damage") {
        if (existsSync(join(root, MARK))) writeFileSync(join(root, MARK), `${key}pgs printed 1 00\n`);
      }
      const document = [known, open(root), open(root, UNMARKED)][choice.next().value ?? 0] as JsonDocument;
      const before = existsSync(join(root, "state.json")) ? textOf(root) : null;
      await perform(document, op);
      members = apply(members, op);
      const after = existsSync(join(root, "state.json")) ? textOf(root) : null;
      if (before !== after) isForeign = kind === "foreign";
      if (after !== null && !isForeign) assert.equal(after, exactText(members, 2), `${kind} ${key}`);
      for (const one of [known, open(root), open(root, UNMARKED)]) {
        assert.deepEqual(await one.get(key), own(members, key));
        assert.deepEqual(plain(await one.all()), plain(members));
      }
    }
  });
  await fc.assert(property, { numRuns: draws(60) });
});

test("a process that does not know a document which was written here reads one member without parsing the others", async (t) => {
  const root = freshRoot(t);
  await open(root).put("first", 1);
  await open(root).put("second", [2]);
  const isParsed = async (work: (document: JsonDocument) => Promise<unknown>) => {
    const { parse } = JSON;
    let longest = 0;
    t.mock.method(JSON, "parse", (text: string) => {
      longest = Math.max(longest, text.length);
      return parse(text) as Json;
    });
    await work(open(root));
    t.mock.restoreAll();
    return longest >= textOf(root).length;
  };
  assert.equal(await isParsed((document) => document.get("second")), false);
  assert.equal(await isParsed((document) => document.put("second", "two")), false);
  assert.equal(await isParsed((document) => document.remove(["first"])), false);
  assert.equal(await isParsed((document) => document.all()), true);
  rmSync(join(root, MARK));
  assert.equal(await isParsed((document) => document.get("second")), true);
});

test("the mark of another text is not believed", async (t) => {
  const root = freshRoot(t);
  await open(root).put("k", 1);
  for (const text of ['{\n  "k": {\n  "k": 2}\n}', '{\n  "k": 1,\n  "k": 1\n}', "{"]) {
    writeFileSync(join(root, "state.json"), text);
    const [marked, unmarked] = await Promise.all([0, UNMARKED].map((worth) => answer(open(root, worth))));
    assert.deepEqual(marked, unmarked, text);
  }
});

async function answer(document: JsonDocument): Promise<unknown> {
  try {
    return await document.get("k");
  } catch (error) {
    assert.ok(error instanceof StoreFault, String(error));
    return error.facts;
  }
}

test("what is printed but refused by readers is refused with a mark as well", async (t) => {
  const root = freshRoot(t);
  await open(root).put("k", 1);
  await open(root).put("half", "\ud800");
  const expected = await answer(open(root, UNMARKED));
  assert.equal((expected as JsonObject)["defect"], "LONE_SURROGATE");
  assert.deepEqual(await answer(open(root)), expected);
});

test("a document that is not worth it has no mark", async (t) => {
  const root = freshRoot(t);
  await open(root, 100).put("k", 1);
  assert.equal(existsSync(join(root, MARK)), false);
  await open(root, 10).put("k", 2);
  assert.equal(existsSync(join(root, MARK)), true);
});
