import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { TextSet } from "../../src/engine/text-set.ts";
import { draws, takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

/** Of few letters, so that many texts hold or overlap one another. */
const text = fc.string({ unit: fc.constantFrom("a", "b", "\u{1F512}"), minLength: 1, maxLength: 8 });

test("property: a text that holds one of the texts is found with one that it holds, whenever they were added", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(text, fc.string({ unit: fc.constantFrom("a", "b", "\u{1F512}") }))),
      (steps) => {
        const set = new TextSet();
        const added: string[] = [];
        for (const [one, asked] of steps) {
          set.add(one);
          added.push(one);
          const found = set.partOf(asked);
          assert.equal(
            found !== undefined,
            added.some((other) => asked.includes(other)),
          );
          if (found !== undefined) assert.ok(added.includes(found) && asked.includes(found));
        }
      },
    ),
    { numRuns: draws(500) },
  );
});

/** How often a map is asked while it works: a measure of all that is done. */
function asked(work: () => void): number {
  const { get } = Map.prototype;
  let count = 0;
  Map.prototype.get = function (key) {
    count++;
    return get.call(this, key) as unknown;
  };
  try {
    work();
  } finally {
    Map.prototype.get = get;
  }
  return count;
}

const FAMILIES: readonly (readonly [
  string,
  (i: number, count: number) => string,
  (count: number) => string,
])[] = [
  ["that begin alike", (i) => `secret-${i}-value`, (count) => "secret-secret-1-".repeat(count)],
  ["that repeat one letter", (i) => `${"a".repeat(i % 40)}b${i}`, (count) => "a".repeat(20 * count)],
  [
    "of which one is long",
    (i, count) => (i === 0 ? `${"a".repeat(20 * count)}b` : `c${i}`),
    (count) => "a".repeat(20 * count),
  ],
];

for (const [name, textOf, wholeOf] of FAMILIES) {
  it(`the work grows with texts ${name} and the one searched, not with their product`, () => {
    const work = (count: number) =>
      asked(() => {
        const set = new TextSet();
        for (let i = 0; i < count; i++) {
          set.add(textOf(i, count));
          if (i % 16 === 0) set.partOf("asked in between");
        }
        assert.equal(set.partOf(wholeOf(count)), undefined);
      });
    assert.ok(work(4000) < 3 * work(2000));
  });
}
