import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { lineGroupsIn, linesIn } from "../../src/trace/chunks.ts";

/** The bytes in pieces that all are the same memory, as a reader hands them out. */
function* cut(bytes: Buffer, sizes: readonly number[]): Generator<Buffer> {
  const piece = Buffer.alloc(Math.max(1, ...sizes));
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const length = bytes.copy(piece, 0, at, at + (sizes[i % sizes.length] ?? 1));
    yield piece.subarray(0, length);
    at += length;
  }
}

test("lines come out the same however the bytes are cut; what stands behind the last break is not whole", () => {
  const bytes = fc
    .string({ unit: fc.constantFrom("a", "é", "\n", "\u{1F512}") })
    .map((text) => Buffer.from(text));
  fc.assert(
    fc.property(bytes, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (all, sizes) => {
      const lines = [...linesIn(cut(all, sizes))].map(({ isWhole }) => isWhole);
      const texts: string[] = [];
      for (const line of linesIn(cut(all, sizes))) texts.push(line.bytes.toString());
      const parts = all.toString().split("\n");
      const tail = parts.pop() as string;
      assert.deepEqual(texts, tail === "" ? parts : [...parts, tail]);
      assert.deepEqual(lines, [...parts.map(() => true), ...(tail === "" ? [] : [false])]);
    }),
  );
});

test("the lines of a group follow each other in its bytes", () => {
  const texts = fc.array(fc.constantFrom("", "a", "bc"), { maxLength: 200 });
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 99 }), { minLength: 1 }), (all, sizes) => {
      for (const { bytes, lines } of lineGroupsIn(cut(Buffer.from(all.join("\n")), sizes))) {
        const joined = lines.map((line) => `${line.bytes}\n`).join("");
        assert.ok(joined === bytes.toString() || (lines.length === 1 && joined === `${bytes}\n`));
      }
    }),
  );
});
