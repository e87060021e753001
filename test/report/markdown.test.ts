/** A verdict as Markdown: a table of the parts, what was found below it, and no text that draws anything of its own. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { printable } from "../../src/errors/printable.ts";
import { summaryText } from "../../src/report/markdown.ts";
import { leftOut } from "../../src/report/result.ts";
import { FAILED, HOSTILE, hostile, NOTICE, PASSED, VERDICT } from "./verdicts.ts";

function rows(markdown: string): readonly (readonly string[])[] {
  return markdown
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.slice(2, -2).split(" | "));
}

test("a row for each part, and a word for the whole", () => {
  const markdown = summaryText(VERDICT);
  assert.match(markdown, /^## pgs gate: failed\n/);
  assert.deepEqual(rows(markdown).slice(1), [
    ["verify", "✅ passed", "12 files"],
    ["check", "❌ failed", "3 artifacts, 2 rules"],
    ["test", "⚪ left out", "no scenarios"],
  ]);
  assert.match(summaryText({ command: "pgs verify", parts: [PASSED] }), /^## pgs verify: passed\n/);
});

test("a part that is required and left out fails the whole", () => {
  const part = leftOut("coverage", "no scenarios", true);
  assert.match(summaryText({ command: "pgs gate", parts: [part] }), /coverage is required, and was left out/);
  assert.equal(part.state, "failed");
});

test("what was found is listed with its place, the worst first", () => {
  const found = summaryText(VERDICT)
    .split("\n")
    .filter((line) => line.startsWith("- "));
  assert.deepEqual(
    found.map((line) => /<code>([^<]*)<\/code>/.exec(line)?.[1]),
    ["edge-lost", "node-odd", "node-odd"],
  );
  assert.match(
    found[0] as string,
    /in <code>protocol&#95;snapshot\/artifacts\/a b.json:7<\/code>: An edge leads/,
  );
});

test("hostile texts draw nothing: no line, cell, tag or mark of theirs is left", () => {
  const plain = summaryText(hostile("x"));
  const told = summaryText(hostile());
  assert.equal(told.split("\n").length, plain.split("\n").length);
  assert.deepEqual(
    rows(told).map((cells) => cells.length),
    rows(plain).map((cells) => cells.length),
  );
  const tags = (markdown: string) => markdown.match(/<[^>]*>/g);
  assert.deepEqual(tags(told), tags(plain));
  assert.doesNotMatch(told, /[`*[\]]/);
});

test("a reader sees every text as it is, but for what would end the line or cannot be seen", () => {
  const item = summaryText(hostile())
    .split("\n")
    .find((line) => line.startsWith("- "));
  const shown = item?.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
  const text = printable(HOSTILE);
  assert.equal(shown, `- ❌ <code>edge-lost</code> in <code>${text}:7</code>: ${text}<br>${text}`);
});

test("of very many notices and failures the first are told, and how many more there are", () => {
  const notices = Array.from({ length: 53 }, (_, i) => ({ ...NOTICE, line: i + 1, fingerprint: String(i) }));
  const failed = { message: "m", detail: "d".repeat(5000) };
  const cases = Array.from({ length: 25 }, (_, i) => ({ name: `case ${i}`, subject: "s", failed }));
  const part = { ...FAILED, notices, suites: [{ name: "all", cases }] };
  const markdown = summaryText({ command: "pgs gate", parts: [part] });
  assert.ok(markdown.includes("\n… and 3 more\n"), "notices");
  assert.ok(markdown.includes("\n… and 5 more\n"), "failures");
  assert.ok(markdown.length < 64_000, String(markdown.length));
});

test("no text of it becomes a link, whatever a host makes links of", () => {
  const links = "https://evil.example www.evil.example ada@evil.example [x](http://a) <http://a> @ada #1";
  const told = summaryText(hostile(links)).replace(/<!-- -->/g, "{cut}");
  assert.doesNotMatch(told, /:\/\/|www\.|@(?!\{cut\})|&#64;(?!\{cut\})|\]\(|<http|#1\b/);
});

test("a section that is larger than its room is cut, and says so", () => {
  const notices = Array.from({ length: 50 }, (_, i) => {
    return { ...NOTICE, message: "*".repeat(5000), line: i + 1, fingerprint: String(i) };
  });
  const verdict = { command: "pgs gate", parts: [{ ...FAILED, notices }] };
  assert.ok(Buffer.byteLength(summaryText(verdict)) < 2 ** 20);
  for (const room of [100_000, 300, 100, 0]) {
    const markdown = summaryText(verdict, room);
    assert.ok(Buffer.byteLength(markdown) <= room, String(room));
    assert.ok(markdown === "" || markdown.endsWith("The rest is left out: the page would be too large.\n"));
  }
});
