/** A retry that is declared wrongly is found with a hint that, followed to the letter, leaves nothing to be found. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "../../src/check/check.ts";
import { RULES } from "../../src/check/rules.ts";
import { takingTurns } from "../support/portion.ts";
import { mailing, RETRY_EXAMPLES } from "./examples.ts";
import { follow } from "./follow-hint.ts";
import { type Small, smallSnapshot, subjectFrom } from "./small-snapshot.ts";

const it = takingTurns(import.meta.url);

async function findingsIn(small: Small) {
  const found = check(await subjectFrom(small), RULES);
  return found.filter(({ rule }) => rule.startsWith("retry-") || rule.startsWith("verify-"));
}

for (const { rule, about, breach } of RETRY_EXAMPLES) {
  it(`the hint for ${rule} mends it: ${about}`, async () => {
    const small = smallSnapshot();
    breach(small);
    const [found, ...others] = await findingsIn(small);
    assert.deepEqual([found?.rule, others], [rule, []]);
    follow(String(found?.hint), String(found?.artifact), small);
    assert.deepEqual(await findingsIn(small), []);
  });
}

test("nothing is found in mail that is sent again after its server refused it", async () => {
  const small = smallSnapshot();
  mailing(small, { retry: { max_attempts: 3, backoff: "PT1S", factor: 2, on: ["BACKEND_ERROR"] } });
  assert.deepEqual(await findingsIn(small), []);
});
