import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import { csAppendonlyJsonl } from "../../../src/capabilities/effects/cs-appendonly-jsonl.ts";
import type { StoreFault } from "../../../src/errors/ports.ts";
import type { JsonObject } from "../../../src/json/value.ts";
import { fileStore } from "../../../src/storage/files/stores.ts";
import { PLAYS_ALL, takingTurns } from "../../support/portion.ts";
import { countingDraw, type FreshStore, freshStore, linesOf, perform } from "./fresh-store.ts";

const it = takingTurns(import.meta.url);

const append = (at: Pick<FreshStore, "store" | "sources">, input: JsonObject = { record: {} }) =>
  perform(csAppendonlyJsonl, "APPEND", input, at);
const all = async (at: Pick<FreshStore, "store" | "sources">, input: JsonObject = {}) =>
  (await perform(csAppendonlyJsonl, "GET_ALL", input, at)).result?.entries;

test("an entry is written as the Python runtimes write it", async (t) => {
  const at = freshStore(t);
  const { result, change } = await append(at, { record: { event_code: "EV" }, stream_id: "s", actor_id: "a" });
  await append(at);
  assert.equal(
    at.text(),
    '{"record_id":"2026-01-31T09:00:00.120000_000000","sequence_number":1,"timestamp":"2026-01-31T09:00:00.120000","actor_id":"a","stream_id":"s","record":{"event_code":"EV"}}\n' +
      '{"record_id":"2026-01-31T09:00:00.120000_000001","sequence_number":2,"timestamp":"2026-01-31T09:00:00.120000","actor_id":null,"stream_id":null,"record":{}}\n',
  );
  assert.deepEqual(result, { record_id: "2026-01-31T09:00:00.120000_000000", sequence_number: 1 });
  assert.deepEqual(change, { before: { lines: 0 }, after: { lines: 1 } });
  assert.deepEqual(at.sources.drawn, ["clock", "clock"]);
});

test("a record with a long integer is read back as it was given", async (t) => {
  const at = freshStore(t);
  await append(at, { record: { amount: 2 ** 60 } });
  const [entry] = (await all({ ...at, store: at.unseen() })) as JsonObject[];
  assert.deepEqual(entry?.record, { amount: 2 ** 60 });
});

test("a whole second has no fraction", async (t) => {
  const at = { ...freshStore(t), sources: countingDraw("2026-01-31T09:00:00.000Z") };
  assert.equal((await append(at)).result?.record_id, "2026-01-31T09:00:00_000000");
});

test("a stream's entries are those that carry its name", async (t) => {
  const at = freshStore(t);
  await append(at, { record: { n: 1 }, stream_id: "s" });
  await append(at, { record: { n: 2 }, stream_id: "t" });
  const numbers = (entries: unknown) => (entries as JsonObject[]).map(({ record }) => (record as JsonObject).n);
  assert.deepEqual(numbers(await all(at)), [1, 2]);
  assert.deepEqual(numbers(await all(at, { stream_id: "t" })), [2]);
  appendFileSync(at.file, '\n{"record": {"n": 3}, "stream_id": "t"}');
  assert.deepEqual(numbers(await all(at, { stream_id: "t" })), [2, 3]);
});

test("blank lines and foreign lines have their number, and no append looks into them", async (t) => {
  const at = freshStore(t, "\n\nx\n");
  assert.equal((await append(at)).result?.sequence_number, 4);
  appendFileSync(at.file, "\n[]\n");
  assert.equal((await append(at)).result?.sequence_number, 7);
});

test("a torn last line is removed by the append behind it, which says how much it was", async (t) => {
  const torn = Buffer.from('{"record":"é').subarray(0, -1);
  const at = freshStore(t);
  at.write(Buffer.concat([Buffer.from('{"record":0}\n'), torn]));
  const { result, change } = await append(at);
  assert.equal(result?.sequence_number, 2);
  assert.deepEqual(change, { before: { lines: 1, torn_bytes: torn.length }, after: { lines: 2 } });
  assert.deepEqual(
    linesOf(at.text()).map(({ record }) => record),
    [0, {}],
  );
});

test("a log that holds only a torn line begins again", async (t) => {
  const at = freshStore(t, '{"rec');
  assert.deepEqual(await all(at), []);
  assert.equal((await append(at)).result?.sequence_number, 1);
  assert.equal(linesOf(at.text()).length, 1);
});

test("a torn line that its writer completes between two calls is a line", async (t) => {
  const at = freshStore(t, '{"record":0}\n{"rec');
  assert.deepEqual(await all(at), [{ record: 0 }]);
  appendFileSync(at.file, 'ord":1}\n');
  assert.deepEqual(await all(at), [{ record: 0 }, { record: 1 }]);
  assert.equal((await append(at)).result?.sequence_number, 3);
});

const refused: readonly (readonly [about: string, text: string, defect: string, pointer?: string])[] = [
  ["no JSON", '{"record":0}\nx\n', "NOT_JSON"],
  ["no object", '{"record":0}\n[1]\n', "NOT_AN_OBJECT"],
  ["an object with a key twice", '{"record":0}\n{"a":1,"a":2}\n', "DUPLICATE_KEY", "/a"],
  [
    "a number a double cannot hold",
    '{"record":0}\n{"record":9007199254740993}\n',
    "NUMBER_NOT_HELD",
    "/record",
  ],
  ["whole, last and no object", '{"record":0}\n7', "NOT_AN_OBJECT"],
];

for (const [about, text, defect, pointer] of refused) {
  test(`a log with a line that is ${about} cannot be read`, async (t) => {
    await assert.rejects(all(freshStore(t, text)), ({ reason, facts }: StoreFault) => {
      const named = pointer === undefined ? { defect } : { defect, pointer };
      assert.deepEqual({ reason, facts }, { reason: "CORRUPT", facts: { file: "store", line: 2, ...named } });
      return true;
    });
  });
}

it("thousands of appends are numbered without reading the log back", async (t) => {
  const count = PLAYS_ALL ? 10_000 : 2_000;
  const at = freshStore(t);
  const blind = { ...at, store: fileStore({ ...at.bytes, readFrom: () => assert.fail("read back") }) };
  for (let i = 0; i < count; i++) await append(blind);
  assert.equal(linesOf(at.text()).at(-1)?.sequence_number, count);
});
