import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { HashIndex, type Tag, tagOf } from "../../../src/storage/files/hash-index.ts";
import { PAGE_WORDS, type Pages, pageOf } from "../../../src/storage/files/jsonl-index.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

const LARGEST = 2 ** 53 - 1;

/** The table's pages as another process has them. */
function kept(table: HashIndex): Pages & { readonly asked: number[] } {
  const words = table.words().slice();
  const asked: number[] = [];
  return {
    asked,
    count: words.length / PAGE_WORDS,
    all: () => words,
    page(number) {
      asked.push(number);
      return pageOf(words, number);
    },
  };
}

it("a table answers the last number put under a text, in memory and from its pages", () => {
  const puts = fc.array(
    fc.tuple(fc.string({ unit: "grapheme", maxLength: 2 }), fc.integer({ min: 1, max: LARGEST })),
    {
      maxLength: 1500,
      size: "max",
    },
  );
  const property = fc.property(puts, (all) => {
    const table = new HashIndex();
    const expected = new Map<string, number>();
    for (const [text, value] of all) {
      assert.equal(table.put(tagOf(text), value), expected.get(text));
      expected.set(text, value);
    }
    assert.equal(table.used, expected.size);
    const later = new HashIndex(kept(table), table.used);
    for (const [text, value] of expected) {
      assert.equal(table.find(tagOf(text)), value);
      assert.equal(later.find(tagOf(text)), value);
    }
    assert.equal(later.find(tagOf("none of them")), undefined);
  });
  fc.assert(property, { numRuns: 20 });
});

test("texts that belong at the end of the last page go on at the first", () => {
  const table = new HashIndex();
  const tags = Array.from({ length: 100 }, (_, i): Tag => [-1, i, 0, 0]);
  for (const [i, tag] of tags.entries()) table.put(tag, i + 1);
  for (const [i, tag] of tags.entries()) assert.equal(table.find(tag), i + 1);
  const pages = kept(table);
  const later = new HashIndex(pages, table.used);
  assert.equal(later.find(tags[99] as Tag), 100);
});

test("a table on disk is looked into page by page, and read whole where that goes on", () => {
  const table = new HashIndex();
  for (let i = 0; i < 1000; i++) table.put(tagOf(`k${i}`), i + 1);
  const pages = kept(table);
  const later = new HashIndex(pages, table.used);
  later.find(tagOf("k7"));
  assert.equal(pages.asked.length, 1);
  for (let i = 0; i < 1000; i++) assert.equal(later.find(tagOf(`k${i}`)), i + 1);
  assert.ok(pages.asked.length < 100);
  assert.equal(later.put(tagOf("k7"), 77), 8);
  assert.equal(later.find(tagOf("k7")), 77);
  assert.equal(later.used, 1000);
});
