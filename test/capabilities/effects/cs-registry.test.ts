import assert from "node:assert/strict";
import { appendFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { csRegistry } from "../../../src/capabilities/effects/cs-registry.ts";
import { registry } from "../../../src/capabilities/registry.ts";
import type { StoreFault } from "../../../src/errors/ports.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { fileStore } from "../../../src/storage/files/stores.ts";
import { PLAYS_ALL, takingTurns } from "../../support/portion.ts";
import { type FreshStore, freshStore, linesOf, perform } from "./fresh-store.ts";

const it = takingTurns(import.meta.url);

const call = (at: Parameters<typeof perform>[3], op: string, input: JsonObject = {}) =>
  perform(csRegistry, op, input, at);
const count = async (at: Pick<FreshStore, "store" | "sources">) => (await call(at, "COUNT")).result?.count;
const isCorrupt = (line: number) => (fault: StoreFault) => {
  assert.equal(fault.reason, "CORRUPT");
  const { defect, pointer, ...where } = fault.facts;
  assert.deepEqual(where, { file: "store", line });
  assert.match(String(defect), /^(?:[A-Z_]+8?|undefined)$/);
  assert.equal(typeof pointer, /NUMBER|KEY/.test(String(defect)) ? "string" : "undefined");
  return true;
};

test("a registration keeps its targets, stream, metadata and value, and nothing that was not given", async (t) => {
  const at = freshStore(t);
  const given = {
    key: "k",
    target_ref: "r",
    stream_id: "s",
    metadata: { a: [1] },
    value: { note: "n", address: "x" },
  };
  const { result, change } = await call(at, "REGISTER", given);
  const entry = {
    key: "k",
    address: result?.address,
    target_ref: "r",
    stream_id: "s",
    metadata: { a: [1] },
    note: "n",
  };
  assert.match(String(result?.address), /^ADDR_[0-9a-f]{32}$/);
  assert.deepEqual(linesOf(at.text()), [entry]);
  assert.deepEqual(change, { before: null, after: entry });
});

test("an address is the mark of the effect that made it, and nothing is drawn", async (t) => {
  const at = freshStore(t);
  const effectKey = `sha256:${"ab".repeat(32)}`;
  const { result } = await call({ ...at, effectKey }, "REGISTER", { key: "k" });
  assert.equal(result?.["address"], `ADDR_${"ab".repeat(16)}`);
  assert.deepEqual(at.sources.drawn, []);
});

test("a key or its address ends with a tombstone behind the line it ends", async (t) => {
  const at = freshStore(t);
  const address = (await call(at, "REGISTER", { key: "k", target_ref: "r" })).result?.address as string;
  const before = at.text() as string;
  const { change } = await call(at, "DEREGISTER", { key_or_address: address });
  assert.equal(at.text(), `${before}{"key":"k","address":"${address}","tombstone":true}\n`);
  assert.deepEqual(change?.before, { key: "k", address, target_ref: "r" });
  assert.equal((await call(at, "RESOLVE", { key_or_address: address })).outcome, "NOT_FOUND");
});

test("every line is ASCII, so that no reader finds a line end inside", async (t) => {
  const at = freshStore(t);
  const key = "Ж😀\u2028\u0085\u007f\ud800";
  await call(at, "REGISTER", { key });
  assert.match(at.text() as string, /^[ -~]+\n$/);
  assert.equal(linesOf(at.text())[0]?.key, key);
  assert.equal(
    (await call({ ...at, store: at.unseen() }, "EXISTS", { key_or_address: key })).result?.exists,
    true,
  );
});

test("lines of another process are seen at once, whether it appends, rewrites or replaces", async (t) => {
  const at = freshStore(t);
  await call(at, "REGISTER", { key: "ours" });
  assert.equal(await count(at), 1);
  appendFileSync(at.file, '{"key": "theirs", "address": "ADDR_t"}\n');
  assert.equal(await count(at), 2);
  assert.equal((await call(at, "REGISTER", { key: "theirs" })).outcome, "ALREADY_EXISTS");
  const text = at.text() as string;
  writeFileSync(at.file, text.replace("ours", "odds"));
  utimesSync(at.file, 0, 0);
  assert.equal((await call(at, "EXISTS", { key_or_address: "ours" })).result?.exists, false);
  writeFileSync(at.file, `${text.replace('"theirs"', '"thairs"')}{"key":"more"}\n`);
  assert.equal((await call(at, "EXISTS", { key_or_address: "theirs" })).result?.exists, false);
  assert.equal(await count(at), 3);
  writeFileSync(at.file, "");
  assert.equal(await count(at), 0);
  rmSync(at.file);
  assert.equal(await count(at), 0);
  writeFileSync(at.file, '{"key":"new"}\n');
  assert.equal((await call(at, "EXISTS", { key_or_address: "new" })).result?.exists, true);
});

test("a key that somebody else registers between two of our calls is not registered again", async (t) => {
  const at = freshStore(t);
  const other = { ...at, store: at.unseen() };
  for (let i = 0; i < 20; i++) {
    assert.equal((await call(at, "REGISTER", { key: `a${i}` })).outcome, "SUCCESS");
    assert.equal((await call(other, "REGISTER", { key: `b${i}` })).outcome, "SUCCESS");
    assert.equal((await call(at, "REGISTER", { key: `b${i}` })).outcome, "ALREADY_EXISTS");
    assert.equal((await call(other, "REGISTER", { key: `a${i}` })).outcome, "ALREADY_EXISTS");
  }
  assert.equal(linesOf(at.text()).length, 40);
});

test("a torn last line is ignored by reads, cut off by the next registration, and named in its change", async (t) => {
  const whole = '{"key":"k","address":"ADDR_1"}\n';
  const at = freshStore(t, `${whole}{"key":"to`);
  assert.equal(await count(at), 1);
  const { change } = await call(at, "REGISTER", { key: "torn" });
  assert.deepEqual(change?.before, { torn_bytes: 10 });
  assert.deepEqual(
    linesOf(at.text()).map(({ key }) => key),
    ["k", "torn"],
  );
  assert.ok(at.text()?.startsWith(whole));
});

test("a last line without newline counts, and the next one gets its own line", async (t) => {
  const at = freshStore(t, '{"key":"k","address":"ADDR_1"}');
  assert.equal((await call(at, "REGISTER", { key: "k" })).outcome, "ALREADY_EXISTS");
  assert.equal((await call(at, "REGISTER", { key: "j" })).outcome, "SUCCESS");
  assert.equal(await count(at), 2);
  assert.deepEqual(
    linesOf(at.text()).map(({ key }) => key),
    ["k", "j"],
  );
});

const refused: readonly (readonly [about: string, text: string | Uint8Array, line: number])[] = [
  ["a line that is no JSON", '{"key":"k"}\nx\n', 2],
  ["a line that is a list", "[1]\n", 1],
  ["a last line that is whole but no object", '{"key":"k"}\n\n12', 3],
  ["nothing but a torn line", '{"key"', 1],
  [
    "text that is not UTF-8",
    Buffer.concat([Buffer.from('{"key":"\ufffd"}\n{"key":"'), Buffer.from([0xff, 0x22, 0x7d, 0x0a])]),
    2,
  ],
];

for (const [about, text, line] of refused) {
  test(`a registry with ${about} is corrupt for every operation and stays as it is`, async (t) => {
    const at = freshStore(t);
    at.write(text);
    const before = at.text();
    for (const op of Object.keys(csRegistry.operations)) {
      await assert.rejects(call(at, op, { key: "n", key_or_address: "n" }), isCorrupt(line), op);
      await assert.rejects(call(at, op, { key: "n", key_or_address: "n" }), isCorrupt(line), `${op} again`);
    }
    assert.equal(at.text(), before);
    assert.deepEqual(at.sources.drawn, []);
  });
}

test("the line an answer is taken from is read strictly", async (t) => {
  const twice = '{"key":"k","target_ref":"a","target_ref":"b"}\n';
  const at = freshStore(t, `{"key":"j"}\n${twice}`);
  assert.equal((await call(at, "RESOLVE", { key_or_address: "j" })).outcome, "SUCCESS");
  await assert.rejects(call(at, "RESOLVE", { key_or_address: "k" }), isCorrupt(2));
});

it("registering costs the same on a long registry as on a short one", async (t) => {
  const at = freshStore(t);
  const reads: number[] = [];
  const spy = { ...at, store: fileStore({ ...at.bytes, readFrom: spyOn(at, reads) }) };
  const length = PLAYS_ALL ? 10_000 : 2_000;
  for (let i = 0; i < length; i++) await call(spy, "REGISTER", { key: `k${i}` });
  assert.equal(await count(spy), length);
  assert.equal((await call(spy, "RESOLVE", { key_or_address: "k0" })).outcome, "SUCCESS");
  assert.equal(reads.length, 0, "what it wrote itself is never read back");
  appendFileSync(at.file, '{"key":"foreign"}\n');
  assert.equal(await count(spy), length + 1);
  assert.equal(reads.length, 1);
  assert.ok(Number(reads[0]) < 400, "only the end is read");
});

function spyOn({ bytes }: FreshStore, sizes: number[]) {
  return (offset: number, take: (piece: Uint8Array) => void) =>
    bytes.readFrom(offset, (piece) => {
      sizes.push(piece.length);
      take(piece);
    });
}

it("10 000 lines of another process are found by key and by address", async (t) => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `{"key": "k${i}", "address": "ADDR_${i}"}\n`);
  const at: FreshStore = freshStore(t as TestContext, lines.join(""));
  assert.equal(await count(at), 10_000);
  assert.equal((await call(at, "RESOLVE", { key_or_address: "ADDR_9999" })).outcome, "SUCCESS");
  const address = (await call(at, "REGISTER", { key: "fresh" })).result?.address as string;
  assert.equal((await call(at, "RESOLVE", { key_or_address: address })).outcome, "SUCCESS");
});

test("which keys are registered is told by the module that the artifact names", async (t) => {
  const outcomeOf = async (module?: string) => {
    const effect = registry.effect(csRegistry.code, module) as typeof csRegistry;
    return (await perform(effect, "REGISTER", { key: " " }, freshStore(t))).outcome;
  };
  assert.equal(await outcomeOf(), "SUCCESS");
  const published = "pgs_side_effects.implementation.side_effects.persistent.CS_REGISTRY_V0.runtime";
  assert.equal(await outcomeOf(published), "SUCCESS");
  assert.equal(await outcomeOf("capability_side_effects.implementation.CS_REGISTRY_V0.runtime"), "VIOLATION");
});
