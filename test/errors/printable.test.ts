import assert from "node:assert/strict";
import { test } from "node:test";
import { printable, printableLines } from "../../src/errors/printable.ts";

/** Each character of a text alone and between two others. */
const inTexts = (character: string) => [character, `a${character}b`];
const characters = Array.from({ length: 0x2100 }, (_, code) => String.fromCharCode(code));
const isUnseen = (character: string) => /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(character);

test("a text stays as it is exactly where all its characters are visible", () => {
  for (const character of characters) {
    for (const text of inTexts(character))
      assert.equal(printable(text) === text, !isUnseen(character), JSON.stringify(text));
  }
});

test("in several lines, line breaks and tabs stay, too", () => {
  for (const character of characters) {
    const stays = "\n\t".includes(character) || !isUnseen(character);
    for (const text of inTexts(character))
      assert.equal(printableLines(text) === text, stays, JSON.stringify(text));
  }
  assert.equal(printableLines("a\r\nb\rc"), "a\nb\\u000dc");
});
