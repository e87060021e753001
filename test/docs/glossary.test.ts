import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

test("the glossary has every word once, in alphabetical order", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/glossary.md"), "utf8");
  const words = [...page.matchAll(/^\| ([^|]+) \| /gm)].map(([, word]) => String(word).toLowerCase()).slice(1);
  assert.ok(words.length > 50);
  assert.deepEqual(words, [...new Set(words)].sort());
});
