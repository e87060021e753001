import assert from "node:assert/strict";
import { statSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { csMutableJson } from "../../../src/capabilities/effects/cs-mutable-json.ts";
import { csNameRegistry } from "../../../src/capabilities/effects/cs-name-registry.ts";
import type { StoreFault } from "../../../src/errors/ports.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { takingTurns } from "../../support/portion.ts";
import { type FreshStore, freshStore, perform } from "./fresh-store.ts";

const it = takingTurns(import.meta.url);

const call = (at: Pick<FreshStore, "store" | "sources">, op: string, input: JsonObject = {}) =>
  perform(csMutableJson, op, input, at);

test("the file is indented by two, in Unicode, and ends without a newline", async (t) => {
  const at = freshStore(t);
  await call(at, "WRITE", { key: "é😀", value: { list: [], text: "Ж" } });
  assert.equal(at.text(), '{\n  "é😀": {\n    "list": [],\n    "text": "Ж"\n  }\n}');
});

test("an integer keeps all its digits, so that the store can be read again", async (t) => {
  const at = freshStore(t);
  const value = {
    power: 2 ** 60,
    negative: -(2 ** 55),
    huge: 1e21,
    fraction: 0.1,
    text: "#1152921504606846976",
    "#": 1,
  };
  await call(at, "WRITE", { key: "k", value });
  assert.match(at.text() as string, /"power": 1152921504606846976,\n {4}"negative": -36028797018963968,/);
  const unseen = { ...at, store: at.unseen() };
  assert.deepEqual((await call(unseen, "READ", { key: "k" })).result, { value });
});

test("a change names the value before and the value after", async (t) => {
  const at = freshStore(t);
  assert.deepEqual((await call(at, "WRITE", { key: "k", value: 1 })).change, { before: null, after: { k: 1 } });
  assert.deepEqual((await call(at, "WRITE", { key: "k", value: null })).change, {
    before: { k: 1 },
    after: { k: null },
  });
  assert.deepEqual((await call(at, "READ", { key: "k" })).result, { value: null });
  assert.deepEqual((await call(at, "DELETE", { key: "k" })).change, { before: { k: null }, after: null });
  assert.equal(at.text(), "{}");
});

test("only the fields that an update sets stand in its change", async (t) => {
  const at = freshStore(t, '{"a":{"s":1,"by":"x"},"b":{"s":2},"c":7}');
  const { change } = await call(at, "UPDATE_WHERE", { filter: { s: 1 }, updates: { s: 3, by: null } });
  assert.deepEqual(change, { before: { a: { s: 1, by: "x" } }, after: { a: { s: 3 } } });
  assert.deepEqual(JSON.parse(at.text() as string), { a: { s: 3 }, b: { s: 2 }, c: 7 });
});

test("an update of one record names the fields that it sets, and keeps the others", async (t) => {
  const at = freshStore(t, '{"a":{"s":1,"by":"x","n":true},"c":7}');
  const { change } = await call(at, "UPDATE", { key: "a", updates: { s: 3, by: null, new: [] } });
  assert.deepEqual(change, { before: { a: { s: 1, by: "x" } }, after: { a: { s: 3, new: [] } } });
  assert.deepEqual(JSON.parse(at.text() as string), { a: { s: 3, n: true, new: [] }, c: 7 });
  for (const key of ["c", "z", "\x1c "])
    assert.equal((await call(at, "UPDATE", { key, updates: {} })).outcome, "VIOLATION", key);
});

test("a filter takes true for 1, as Python does", async (t) => {
  const at = freshStore(t, '{"a":{"n":true},"b":{"n":1},"c":{"n":"1"},"d":{"n":false}}');
  const { result } = await call(at, "UPDATE_WHERE", { filter: { n: 1 }, updates: { m: 2 } });
  assert.deepEqual(result?.matched_keys, ["a", "b"]);
});

test("a filter compares values of any type, all of its fields, and an empty one takes every record", async (t) => {
  const at = freshStore(t, '{"a":{"s":[1,{"x":null}],"n":1},"b":{"s":[1],"n":1},"c":{"n":"1"},"d":[]}');
  const matched = async (filter: JsonObject) =>
    (await call(at, "UPDATE_WHERE", { filter, updates: {} })).result?.matched_keys;
  assert.deepEqual(await matched({ s: [1, { x: null }], n: 1 }), ["a"]);
  assert.deepEqual(await matched({ n: 1 }), ["a", "b"]);
  assert.deepEqual(await matched({}), ["a", "b", "c"]);
  assert.deepEqual(await matched({ s: 1 }), []);
});

test("what leaves nothing to do writes nothing, not even a folder", async (t) => {
  const at = freshStore(t);
  await call(at, "DELETE", { key: "k" });
  await call(at, "DELETE_MANY", { keys: ["k"] });
  await call(at, "UPDATE_WHERE", { filter: {}, updates: {} });
  await call(at, "UPDATE", { key: "k", updates: { a: 1 } });
  assert.equal(at.text(), null);
});

const refused: readonly (readonly [about: string, text: string | Uint8Array])[] = [
  ["is empty", ""],
  ["is torn", "{"],
  ["is a list", "[]"],
  ["is null", "null"],
  ["has a key twice", '{"k":1,"k":2}'],
  ["holds a number a double cannot hold", '{"k":12345678901234567891}'],
  ["is not UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
];

for (const [about, text] of refused) {
  test(`a store that ${about} is corrupt for every operation and stays as it is`, async (t) => {
    const at = freshStore(t);
    at.write(text);
    const before = at.text();
    const input = { key: "k", value: 1, keys: ["k"], filter: {}, updates: {} };
    for (const op of Object.keys(csMutableJson.operations)) {
      await assert.rejects(call(at, op, input), isCorrupt, op);
    }
    assert.equal(at.text(), before);
  });
}

function isCorrupt({ reason, facts }: StoreFault): boolean {
  assert.equal(reason, "CORRUPT");
  const { defect, pointer, ...where } = facts;
  assert.deepEqual(where, { file: "store", line: 1 });
  assert.match(String(defect), /^(?:[A-Z_]+8?|undefined)$/);
  assert.equal(typeof pointer, /NUMBER|KEY/.test(String(defect)) ? "string" : "undefined");
  return true;
}

test("a value written by another process is read, also one of the same length in the same file", async (t) => {
  const at = freshStore(t, '{"k":1}');
  assert.deepEqual((await call(at, "READ", { key: "k" })).result, { value: 1 });
  writeFileSync(at.file, '{"k":2}');
  assert.deepEqual((await call(at, "READ", { key: "k" })).result, { value: 2 });
});

it("10 000 values are stored, listed in order and drained", async (t) => {
  const records = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, { n: i }]));
  const at = freshStore(t, JSON.stringify(records));
  await call(at, "WRITE", { key: "last", value: {} });
  const keys = (await call(at, "LIST")).result?.keys as string[];
  assert.deepEqual([keys.length, keys[0], keys[9999], keys[10_000]], [10_001, "k0", "k9999", "last"]);
  assert.equal((await call(at, "DELETE_MANY", { keys })).result?.drained_count, 10_001);
  assert.equal(at.text(), "{}");
});

test("a name registry in which a name is bound to no object is corrupt", async (t) => {
  const at = freshStore(t, '{"alice":[]}');
  await assert.rejects(
    perform(csNameRegistry, "READ", { name: "alice" }, at),
    ({ reason }: StoreFault) => reason === "CORRUPT",
  );
});

test("a name that cannot be registered says so, and why", async (t) => {
  const at = freshStore(t, "{");
  const performed = await perform(csNameRegistry, "WRITE", { name: "alice", resource_addresses: [] }, at);
  assert.deepEqual(performed, {
    outcome: "BACKEND_ERROR",
    result: { success: false },
    reason: { code: "CORRUPT", file: "store", line: 1, defect: "NOT_JSON" },
  });
  assert.equal(at.text(), "{");
  assert.equal(statSync(at.file).size, 1);
});
