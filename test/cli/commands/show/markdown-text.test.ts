/** Markdown on a terminal: what each mark becomes, within the width. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Paint } from "../../../../src/cli/colour.ts";
import { markdownText } from "../../../../src/cli/commands/show/markdown-text.ts";
import { takingTurns } from "../../../support/portion.ts";

const it = takingTurns(import.meta.url);

const plain: Paint = (_, text) => text;
const marked: Paint = (tone, text) => `<${tone}>${text}</>`;

/** What is written, and what is shown 30 columns wide. */
const SHOWN: readonly (readonly [string, string, string])[] = [
  ["a heading", "# One **two**\n", "One two\n═══════\n"],
  ["a closed heading", "## One ##\n", "One\n───\n"],
  ["a lower heading", "### One\n", "### One\n"],
  ["an underlined heading", "One\n---\ntwo\n", "One\n───\ntwo\n"],
  ["a paragraph", "one two three\nfour five six seven eight\n", "one two three four five six\nseven eight\n"],
  ["blank lines", "\n\none\n\n\n\ntwo\n\n", "one\n\ntwo\n"],
  [
    "a list",
    "- one two three four five six\n  seven\n  - inner\n12. last\n",
    "• one two three four five six\n  seven\n  • inner\n12. last\n",
  ],
  ["a quotation", "> one\n> two\n", "│ one\n│ two\n"],
  ["a rule", "one\n\n***\n", `one\n\n${"─".repeat(30)}\n`],
  ["code", "```yaml\n# a: **b**\n\n  - c\n```\nafter\n", "    # a: **b**\n\n      - c\nafter\n"],
  ["code that is not closed", "~~~\n# a\n", "    # a\n"],
  ["code in a line", "`a **b** [c](d)` **e**\n", "`a **b** [c](d)` e\n"],
  ["a link", "see [the page](docs/a.md).\n", "see the page (docs/a.md).\n"],
  ["a table", "| a | b |\n|---|---|\n| `x|y | 1 \\| 2 |\n", "a   b\n──  ─\n`x  y\n"],
  [
    "a wide table",
    "| name | what |\n|---|:-:|\n| LONG_NAME_OF_ONE | one two three four |\n",
    "name              what\n────────────────  ────────────\nLONG_NAME_OF_ONE  one two\n                  three four\n",
  ],
  ["a row that is no table", "| a | b |\nc\n", "| a | b | c\n"],
  ["a long word", `${"x".repeat(35)}\n`, `${"x".repeat(30)}\nxxxxx\n`],
];

for (const [what, markdown, shown] of SHOWN) {
  test(`${what} is shown as such`, () => assert.equal(markdownText(markdown, 30, plain), shown));
}

test("strong text and headings are painted, and neighbours as one", () => {
  assert.equal(
    markdownText("**a b**, c\n\n# D\n", 30, marked),
    "<strong>a b</>, c\n\n<strong>D</>\n<quiet>═</>\n",
  );
});

it("long texts of every mark end, and no line of them is too wide", () => {
  const marks = [
    "#",
    "# ",
    "*",
    "**a",
    "[",
    "[a](",
    "`",
    "> ",
    "- ",
    "| ",
    "|a",
    "|-",
    "-",
    "=",
    " ",
    "\\|",
    "1. ",
    "a ",
    "\ta",
  ];
  for (const mark of marks) {
    for (const text of [mark.repeat(4_000), `${mark}\n`.repeat(4_000), `# ${mark.repeat(4_000)}x`]) {
      const lines = markdownText(text, 40, plain).split("\n");
      const isTable = mark.includes("|");
      assert.ok(isTable || lines.every((line) => line.length <= 40), JSON.stringify(mark));
    }
  }
  const table = `|a|b|\n|-|-|\n${"|x|y|\n".repeat(10_000)}`;
  assert.equal(markdownText(table, 40, plain).split("\n").length, 10_003);
});
