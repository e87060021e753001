/** Whatever is in a journal and happens to it and to its index, an event is found as by reading all of the file. */

import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { StoreFault } from "../../../src/errors/ports.ts";
import { DEPTH } from "../../../src/json/limits.ts";
import { isPrintedNumber } from "../../../src/json/number.ts";
import { readObject } from "../../../src/json/parse.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../../../src/json/value.ts";
import { openDataRoot } from "../../../src/platform/data-root.ts";
import type { StoreFile } from "../../../src/ports.ts";
import type { EventPattern } from "../../../src/storage/event-query.ts";
import { openEvents } from "../../../src/storage/files/event-index.ts";
import { openStores } from "../../../src/storage/files/stores.ts";
import { happenings, openWorld } from "../../capabilities/effects/store-world.ts";
import { draws, takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

/** A line or two are worth an index here. */
const WORTH = 200;
const INDEX = ".pgs/index/store.events";

function freshRoot(t: TestContext): string {
  const root = mkdtempSync(join(tmpdir(), "pgs-events-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return root;
}

/** As a process that does not know the journal. */
const openFile = (root: string, indexWorth = WORTH) => openDataRoot(root, { indexWorth }).store("store");

/** What the journal says, or its fault, by reading every line and comparing every field. */
function readWhole(root: string, patterns: readonly EventPattern[]): unknown {
  const file = join(root, "store");
  const lines = existsSync(file) ? splitLines(readFileSync(file)) : [];
  const records: JsonObject[] = [];
  for (const [i, line] of lines.entries()) {
    if (/^[ \t\r]*$/.test(line.toString("latin1"))) continue;
    const read = readObject(line, DEPTH.stored, isPrintedNumber);
    const record = "value" in read ? own(read.value, "record") : undefined;
    if (isObject(record)) records.push(record);
    if ("defect" in read && i < lines.length - 1) return { line: i + 1, defect: read.defect.code };
  }
  return patterns.map((pattern) => records.some((record) => isMatch(record, pattern)));
}

function splitLines(bytes: Buffer): readonly Buffer[] {
  return bytes
    .toString("latin1")
    .split("\n")
    .map((line) => Buffer.from(line, "latin1"));
}

function isMatch(record: JsonObject, { event, where }: EventPattern): boolean {
  const isEvent = own(record, "event_code") === event || own(record, "event_type") === event;
  const isEqual = ([field, value]: [string, Json]) =>
    Object.hasOwn(record, field) && jsonEqual(record[field], value);
  return isEvent && Object.entries(where).every(isEqual);
}

function answer(find: ReturnType<typeof openEvents>, patterns: readonly EventPattern[]): unknown {
  try {
    return find(patterns);
  } catch (error) {
    assert.ok(error instanceof StoreFault && error.reason === "CORRUPT", String(error));
    const { line, defect } = error.facts;
    return { line, defect };
  }
}

const eventLine = (event: string, place: string, number: number) =>
  `{"record": {"event_code": "${event}", "place": "${place}", "n": ${number}}}\n`;

function patternsAt(key: number, at: number): readonly EventPattern[] {
  const event = `k${key}`;
  const place = `ADDR_${at % 9}`;
  const all = [{}, { place }, { n: at % 60 }, { place, n: at % 60 }, { n: String(at % 60) }, { other: 1 }];
  // Not every shape is asked for from the beginning.
  return all.slice(at % 3, 1 + (at % all.length)).map((where) => ({ event, where }));
}

it("events are found by the index as in the whole journal, whatever happens to both", (t) => {
  const property = fc.property(happenings, (all) => {
    const root = freshRoot(t);
    const happen = openWorld(root, "events", eventLine);
    const known = [openEvents(openFile(root)), openEvents(openFile(root))];
    const look = (patterns: readonly EventPattern[]) => known.map((find) => answer(find, patterns));
    for (const [number, one] of all.entries()) {
      // Nobody can tell that lines before a known end were rewritten when the file has grown since.
      const isRewritten = one.kind === "rewritten";
      if (isRewritten) look([]);
      happen(one.kind === "ours" || one.kind === "ended" ? { ...one, kind: "line" } : one);
      if (isRewritten) look([]);
      const patterns = patternsAt(one.key, one.at);
      const find = known[one.at % 3] ?? openEvents(openFile(root));
      assert.deepEqual(answer(find, patterns), readWhole(root, patterns), `${number} ${one.kind}`);
    }
  });
  fc.assert(property, { numRuns: draws(40) });
});

/** Spellings of values, some of them of the same value. */
const spelling = fc.constantFrom(
  ...["0", "-0", "0.0", "1", "1.0", "1e0", "true", "null", '""', '"1"', '"\\u0031"', '"é"', '"\\u00e9"'],
  ...[
    "[]",
    "[1]",
    "[true]",
    "{}",
    '{"a":1,"b":[2]}',
    '{"b":[2.0], "a":1}',
    '{"__proto__":1}',
    '{"2":1,"10":1}',
  ],
);
const fields = ["a", "b", "é", "__proto__", "record"];
const recordText = fc
  .tuple(
    fc.dictionary(fc.constantFrom("event_code", "event_type"), fc.constantFrom('"E"', '"F"', "7", '["E"]')),
    fc.dictionary(fc.constantFrom(...fields), spelling, { maxKeys: 3 }),
  )
  .map((parts) => {
    const members = parts.flatMap((part) => Object.entries(part));
    return `{${members.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(", ")}}`;
  });
const patternOf = fc
  .tuple(fc.constantFrom("E", "F", "7"), fc.dictionary(fc.constantFrom(...fields), spelling, { maxKeys: 2 }))
  .map(([event, where]): EventPattern => {
    const members = Object.entries(where).map(([name, value]) => `${JSON.stringify(name)}:${value}`);
    return { event, where: JSON.parse(`{${members.join()}}`) as JsonObject };
  });

it("a record is found by exactly those values that are equal to its own, by whoever looks", (t) => {
  const property = fc.property(
    fc.array(recordText, { maxLength: 12 }),
    fc.array(patternOf, { minLength: 1, maxLength: 6 }),
    fc.array(patternOf, { maxLength: 3 }),
    (records, patterns, later) => {
      const root = freshRoot(t);
      const lines = records.map((record) => `{"record":${record}}\n`);
      writeFileSync(join(root, "store"), lines.join(""));
      for (const asked of [patterns, [...later, ...patterns], patterns]) {
        const [known, plain] = [
          openEvents(openFile(root)),
          openEvents(openFile(root, Number.POSITIVE_INFINITY)),
        ];
        const expected = readWhole(root, asked);
        for (const find of [known, known, plain]) assert.deepEqual(find(asked), expected);
      }
    },
  );
  fc.assert(property, { numRuns: draws(100) });
});

/** The journal, and how many bytes of it and of its index are read. */
function counting(file: StoreFile): StoreFile & { readonly bytes: () => number } {
  let bytes = 0;
  const counted = (piece: Uint8Array) => {
    bytes += piece.length;
    return piece;
  };
  return {
    ...file,
    readFrom: (offset, take) => file.readFrom(offset, (piece) => take(counted(piece))),
    readAt: (offset, length) => counted(file.readAt(offset, length)),
    index(kind) {
      const index = file.index(kind);
      return index && { ...index, read: (offset, length) => counted(index.read(offset, length)) };
    },
    bytes: () => bytes,
  };
}

const COUNT = 10_000;

function longJournal(t: TestContext): { readonly root: string; readonly size: number } {
  const root = freshRoot(t);
  const text = Array.from({ length: COUNT }, (_, i) => eventLine(`k${i % 5}`, `p${i % 7}`, i)).join("");
  writeFileSync(join(root, "store"), text);
  return { root, size: text.length };
}

const BY_NUMBER: readonly EventPattern[] = [
  { event: "k2", where: { n: 1502 } },
  { event: "k2", where: { n: 1503 } },
];
const BY_PLACE: readonly EventPattern[] = [
  { event: "k3", where: { place: "p1", n: 8 } },
  { event: "k3", where: { place: "p2", n: 8 } },
  { event: "none", where: {} },
];

test("a process that does not know a long journal reads what it finds and what was added since", (t) => {
  const { root, size } = longJournal(t);
  assert.deepEqual(openEvents(openFile(root))(BY_NUMBER), [true, false]);
  assert.ok(statSync(join(root, INDEX)).size > size / 20);
  for (let i = 0; i < 5; i++) {
    const file = counting(openFile(root));
    const find = openEvents(file);
    assert.deepEqual(find([...BY_NUMBER, { event: "k2", where: { n: -i } }]), [true, false, i > 0]);
    assert.ok(file.bytes() < size / 20, `${file.bytes()} of ${size}`);
    appendFileSync(join(root, "store"), eventLine("k2", "p", -i - 1));
    assert.deepEqual(find(BY_NUMBER), [true, false]);
  }
});

test("what is asked for the first time is a reason to read the journal once, and nothing is forgotten by it", (t) => {
  const { root, size } = longJournal(t);
  const ask = (patterns: readonly EventPattern[]) => {
    const file = counting(openFile(root));
    const found = openEvents(file)(patterns);
    return { found, isWhole: file.bytes() >= size };
  };
  const byNumber = [true, false];
  const byPlace = [true, false, false];
  assert.deepEqual(ask(BY_NUMBER), { found: byNumber, isWhole: true });
  assert.deepEqual(ask(BY_NUMBER), { found: byNumber, isWhole: false });
  assert.deepEqual(ask(BY_PLACE), { found: byPlace, isWhole: true });
  for (const [patterns, found] of [
    [BY_NUMBER, byNumber],
    [BY_PLACE, byPlace],
    [
      [...BY_PLACE, ...BY_NUMBER],
      [...byPlace, ...byNumber],
    ],
  ] as const)
    assert.deepEqual(ask(patterns), { found, isWhole: false });
});

test("more shapes than fit a page are kept", (t) => {
  const { root } = longJournal(t);
  const patterns = Array.from({ length: 300 }, (_, i) => ({ event: "k1", where: { [`a long name ${i}`]: i } }));
  openEvents(openFile(root))([...patterns, ...BY_NUMBER]);
  const file = counting(openFile(root));
  assert.deepEqual(openEvents(file)([...patterns.slice(-1), ...BY_NUMBER]), [false, true, false]);
  assert.ok(file.bytes() < 60_000, `${file.bytes()}`);
});

test("a record that was changed in place is not found by what it was, although the journal has grown since", (t) => {
  const { root } = longJournal(t);
  const find = openEvents(openFile(root));
  assert.deepEqual(find(BY_NUMBER), [true, false]);
  const file = join(root, "store");
  const changed = readFileSync(file, "utf8").replace('"n": 1502}', '"n": 1999}');
  writeFileSync(file, changed + eventLine("k2", "p", -1));
  for (const one of [find, openEvents(openFile(root))])
    assert.deepEqual(one([...BY_NUMBER, { event: "k2", where: { n: 1999 } }]), [false, false, true]);
});

test("a last line without newline is a record where it is sound, and else none until it is ended", (t) => {
  const root = freshRoot(t);
  const event = { event: "one", where: {} };
  const sound = eventLine("one", "here", 1).trimEnd();
  const twice = '{"record": {"event_code": "one"}, "record": {}}';
  for (const [text, expected] of [
    [sound, [true]],
    [`\n${sound}`, [true]],
    [twice, [false]],
    ["[7]", [false]],
    [sound.slice(0, -1), [false]],
    [`${twice}\n`, { line: 1, defect: "DUPLICATE_KEY" }],
    [`{}\n[7]\n${sound}`, { line: 2, defect: "NOT_AN_OBJECT" }],
  ] as const) {
    writeFileSync(join(root, "store"), text);
    assert.deepEqual(answer(openEvents(openFile(root)), [event]), expected, text);
  }
});

test("the first line that cannot be read is named, also where a later one is not even UTF-8", (t) => {
  const root = freshRoot(t);
  const notUtf8 = Buffer.from([0x7b, 0xff, 0x7d, 0x0a]);
  for (const [first, expected] of [
    ["{}\nx\n", { line: 2, defect: "NOT_JSON" }],
    ["{}\n{}\n", { line: 3, defect: "NOT_UTF8" }],
  ] as const) {
    writeFileSync(join(root, "store"), Buffer.concat([Buffer.from(first), notUtf8]));
    assert.deepEqual(answer(openEvents(openFile(root)), [{ event: "one", where: {} }]), expected);
  }
});

test("records in several journals answer together, and those of a dry run by what it has written", async (t) => {
  const root = freshRoot(t);
  writeFileSync(join(root, "a.jsonl"), eventLine("one", "here", 1).repeat(20));
  writeFileSync(join(root, "b.jsonl"), `${eventLine("two", "here", 1).repeat(20)}{"torn`);
  const stores = openStores(root, { indexWorth: WORTH });
  const patterns = ["one", "two", "three"].map((event) => ({ event, where: { place: "here" } }));
  assert.deepEqual(await stores.events.find(patterns), [true, true, false]);
  assert.ok(existsSync(join(root, ".pgs/index/a.jsonl.events")));
  const dry = stores.overlay();
  const record = { event_code: "three", place: "here" };
  await dry
    .at("c.jsonl")
    .open("log")
    .append((number) => ({ sequence_number: number, record }));
  assert.deepEqual(await dry.events.find(patterns), [true, true, true]);
  assert.deepEqual(await stores.events.find(patterns), [true, true, false]);
  rmSync(join(root, "b.jsonl"));
  assert.deepEqual(await stores.events.find(patterns), [true, false, false]);
});

test("a journal that is long enough is indexed where a fresh process expects it", (t) => {
  const { root } = longJournal(t);
  openEvents(openFile(root, 1024 * 1024))(BY_NUMBER);
  assert.equal(existsSync(join(root, INDEX)), false);
  openEvents(openFile(root))(BY_NUMBER);
  assert.equal(existsSync(join(root, INDEX)), true);
});
