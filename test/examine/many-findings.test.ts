/** Of a trace with more findings than anybody reads, the first are kept, the others counted, and the end is judged all the same. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { findingsText } from "../../src/cli/finding-view.ts";
import { CUT_OFF, Verification, type Verified } from "../../src/examine/verify.ts";
import { LIST } from "../../src/json/limits.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const HEAD = "0".repeat(64);

/** What is made of so many lines that are no events, when as many findings about lines are kept. */
function verified(lines: number, most: number): Verified {
  const verification = new Verification(HEAD, most);
  for (const _ of verification.lines([Buffer.from("x\n".repeat(lines))]));
  return verification.verdict;
}

const codes = ({ findings }: Verified) => findings.map(({ code }) => code);
const lines = ({ findings }: Verified) => findings.map(({ line }) => line);

test("no more findings about lines are kept than the limit, and the others are counted", () => {
  const within = verified(3, 3);
  assert.deepEqual([codes(within).slice(0, 3), within.omitted], [["NOT_JSON", "NOT_JSON", "NOT_JSON"], 0]);
  const beyond = verified(10, 3);
  assert.deepEqual([lines(beyond).slice(0, 3), beyond.omitted], [[1, 2, 3], 7]);
});

test("what is wrong with the end is found behind the limit, too", () => {
  const { findings } = verified(10, 3);
  assert.equal(findings.length, 4);
  assert.equal(findings.at(-1)?.code, "HEAD_MISMATCH");
  assert.ok(!findings.every(({ code }) => CUT_OFF.has(code)));
});

test("text counts what was not kept, and says what --json lists", () => {
  const { findings, omitted } = verified(100, 30);
  const text = findingsText(findings, "t.jsonl", "intact", (_, word) => word, omitted);
  assert.match(text, /\n… and 81 more, the first 31 are listed with --json\n$/);
  const kept = verified(30, 30);
  assert.match(
    findingsText(kept.findings, "t.jsonl", "intact", (_, word) => word),
    /\n… and 11 more, listed with --json\n$/,
  );
});

it("a trace of the default limit keeps as many", () => {
  assert.equal(verified(LIST.findings + 5, LIST.findings).omitted, 5);
});
