/** The lines of a JSON Lines text, however it is cut into pieces. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Fault } from "../../src/errors/base.ts";
import { payloadLines } from "../../src/workspace/payload-lines.ts";

const OPTIONS = { file: "p.jsonl", from: 1, maxDepth: 10, maxBytes: 20 };

async function readAll(pieces: Iterable<Uint8Array>, options = OPTIONS) {
  const found: { line: number; end: number; read: unknown }[] = [];
  for await (const { line, end, read } of payloadLines(pieces, options)) {
    let outcome: unknown;
    try {
      outcome = read();
    } catch (error) {
      assert.ok(error instanceof Fault);
      outcome = `${error.code} ${error.wording.where}`;
    }
    found.push({ line, end, read: outcome });
  }
  return found;
}

function cut(text: string, at: readonly number[]): readonly Uint8Array[] {
  const bytes = Buffer.from(text);
  const ends = [...at.map((one) => one % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(i === 0 ? 0 : ends[i - 1], end));
}

const LINES = [
  '{"a":1}',
  "",
  "{}",
  '{"ä":"ö"}',
  "[1]",
  '{"a":"too long for a line"}',
  '{"a":1}\r',
  "<<<<<<< x",
  '{"a":1,"a":2}',
];
const READ = [
  { a: 1 },
  "PAYLOAD_NOT_JSON p.jsonl:2",
  {},
  { ä: "ö" },
  "PAYLOAD_NOT_AN_OBJECT p.jsonl:5",
  "PAYLOAD_TOO_LARGE p.jsonl:6",
  { a: 1 },
  "PAYLOAD_CONFLICT_MARKERS p.jsonl:8",
  "PAYLOAD_DUPLICATE_KEY p.jsonl:9 at /a",
];

test("each line is a payload or the refusal of that line, wherever the pieces end", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(200)), fc.boolean(), async (at, isEnded) => {
      const text = LINES.join("\n") + (isEnded ? "\n" : "");
      const found = await readAll(cut(text, at));
      assert.deepEqual(
        found.map(({ line }) => line),
        LINES.map((_, i) => i + 1),
      );
      assert.deepEqual(
        found.map(({ read }) => read),
        READ,
      );
      assert.equal(found.at(-1)?.end, Buffer.byteLength(text));
    }),
    { numRuns: 100, seed: 7 },
  );
});

test("lines before the first one asked for are passed over and keep their numbers", async () => {
  const found = await readAll([Buffer.from(LINES.join("\n"))], { ...OPTIONS, from: 4 });
  assert.deepEqual(
    found.map(({ line }) => line),
    [4, 5, 6, 7, 8, 9],
  );
  assert.deepEqual(await readAll([Buffer.from("{}")], { ...OPTIONS, from: 2 }), []);
});

test("no text has no lines, and one line break has one", async () => {
  assert.deepEqual(await readAll([]), []);
  assert.equal((await readAll([Buffer.from("\n")])).length, 1);
});

test("what to do about a line says the line of the file, and speaks of the line alone", async () => {
  const hints: Readonly<Record<string, string>> = {
    '{"a":1,}': "remove the comma at column 7",
    '{"a" 1}': "write `:` before column 6",
    "{a:1}": "put the word at column 2 in double quotes",
    '{"a":x y}': "put the text from column 6 to column 8 in double quotes",
    '{"a":+1}': "remove the `+` at column 6",
    '{"a":1': "write `}` at the end if nothing else is missing there, otherwise get the complete line again",
    '{"a":': "get the complete line again: this one ends in the middle",
    "{}{}": "put each value into its own line: this line contains several",
    "{} x": "move everything from column 4 on into another line: the JSON document ends there",
    '{"a":1,"a":2}': "remove one of the two members /a",
  };
  const lines = Object.keys(hints);
  const text = `{}\n${lines.join("\n")}\n`;
  const found: string[] = [];
  for await (const { line, read } of payloadLines([Buffer.from(text)], { ...OPTIONS, from: 2 })) {
    assert.throws(read, (error) => {
      assert.ok(error instanceof Fault);
      found.push(`${line} ${error.hint}`);
      return true;
    });
  }
  assert.deepEqual(
    found,
    lines.map((line, i) => `${i + 2} in line ${i + 2} of p.jsonl, ${hints[line]}`),
  );
});
