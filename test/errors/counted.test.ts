/** Every sentence that counts things has the singular where there is one of them. */

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { counted } from "../../src/errors/counted.ts";
import { takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const SOURCE = join(import.meta.dirname, "../../src");

/** What a sentence may count besides what `counted` is called with already. */
const NOUNS =
  "artifact byte change character edge entry hop key level minute node run second signature trace visit";

/** These are verbs as often. */
const VERBS = new Set(["is", "its", "answers"]);

/** A constraint of a transform is part of its answer, and that wording is the protocol's, not the runner's. */
const PROTOCOL_WORDS = /must be at (?:least|most)/;

const files = readdirSync(SOURCE, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, text: readFileSync(join(SOURCE, name), "utf8") }));

/** Every noun that is given to `counted`, in the plural. */
function plurals(): readonly string[] {
  const calls = files.flatMap(({ text }) => [
    ...text.matchAll(/\bcounted\(\s*[^"]{1,50}"([^"]+)"(?:,\s*"([^"]+)")?,?\s*\)/g),
  ]);
  const given = calls.map(([, thing, things]) => (things ?? `${thing}s`).split(" "));
  // Of "workflows do", and of "suppressed values", the word that is the plural.
  return [
    ...NOUNS.split(" ").map((noun) => `${noun}s`),
    ...given.flat().filter((word) => word.endsWith("s") && !VERBS.has(word)),
  ];
}

/** The end of a placeholder, an adjective at most, and a plural. */
function bareCount(nouns: readonly string[]): RegExp {
  return new RegExp(
    `\\} +(?:(?!(?:by|has|of|for)\\b)[a-z]+ )?(?:${[...new Set(nouns)].join("|")}|criteria hold)\\b`,
    "g",
  );
}

test("the noun of a number is plural unless the number is one", () => {
  const said = [0, 1, 2].map((count) => counted(count, "event"));
  assert.deepEqual(said, ["0 events", "1 event", "2 events"]);
  const irregular = [0, 1, 2].map((count) => counted(count, "entry is", "entries are"));
  assert.deepEqual(irregular, ["0 entries are", "1 entry is", "2 entries are"]);
});

it("no template joins a value and a plural by itself", () => {
  const bare = bareCount(plurals());
  const found = files.flatMap(({ name, text }) =>
    text
      .split("\n")
      .filter((line) => !PROTOCOL_WORDS.test(line))
      .flatMap((line) => [...line.matchAll(bare)].map(([words]) => `${name}: $\{…${words}`)),
  );
  assert.deepEqual(found, [], "let `counted` join them");
});

test("no ending of a word is chosen by a number but in `counted`", () => {
  const chosen = files.filter(
    ({ name, text }) => name !== "counted.ts" && /=== 1 \? "[a-z ]*" : "[a-z ]*s"|=== 1 \? "" : "s"/.test(text),
  );
  assert.deepEqual(
    chosen.map(({ name }) => name),
    [],
  );
});
