/** What a hint quotes is what a shell reads. */

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { test } from "node:test";
import { shellWord } from "../../src/cli/context.ts";
import { printable } from "../../src/errors/printable.ts";

const WORDS = [
  "plain-1.jsonl",
  "",
  "two words",
  "it's $(touch here) `me` \\n",
  "a\nb\tc",
  "\u001b[31mred's \\ back\u0007",
  "\u202eright to left\u2028ä€𝄞",
  "\u000aabc",
];

test("every text is one visible word, which bash reads as it is", {
  skip: spawnSync("bash", ["-c", "true"]).status === 0 ? false : "no bash",
}, () => {
  const quoted = WORDS.map(shellWord);
  assert.deepEqual(quoted.map(printable), quoted);
  const read = execFileSync("bash", ["-c", `printf '%s\\0' ${quoted.join(" ")}`], { encoding: "utf8" });
  assert.deepEqual(read.split("\0").slice(0, -1), WORDS);
});
