/** A wait that is declared wrongly is found with a hint that, followed to the letter, leaves nothing to be found. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { check } from "../../src/check/check.ts";
import { RULES } from "../../src/check/rules.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { takingTurns } from "../support/portion.ts";
import { AWAIT, WAIT_EXAMPLES, waiting } from "./examples.ts";
import { follow } from "./follow-hint.ts";
import { type Small, smallSnapshot, subjectFrom } from "./small-snapshot.ts";

const it = takingTurns(import.meta.url);

const WRITE = "test::CC_WRITE_V0";

async function findingsIn(small: Small) {
  return check(await subjectFrom(small), RULES);
}

const good: readonly (readonly [inputs: JsonObject, op?: "TIME"])[] = [
  [{ key: "$.inputs.name", timeout: "P1DT2H" }],
  [{ key: "k", timeout: "2026-01-31T09:00:00+01:00", prompt: "Which?", choices: ["a", "b"] }],
  [{ key: "k", prompt: "$.inputs.name", fields: { approver: { type: "string", format: "email" } } }],
  [{ after: "PT0.5S" }, "TIME"],
  [{ until: "$.inputs.name" }, "TIME"],
];

for (const [inputs, op] of good) {
  test(`nothing is found in a step that waits with ${JSON.stringify(inputs)}`, async () => {
    const small = smallSnapshot();
    waiting(small, inputs, op);
    // What is derived from the artifacts was not made again.
    const found = (await findingsIn(small)).filter(({ rule }) => !rule.endsWith("-differs"));
    assert.deepEqual(
      found.map(({ rule, message }) => [rule, message]),
      [],
    );
  });
}

for (const { rule, about, breach } of WAIT_EXAMPLES) {
  it(`the hint for ${rule} mends it: ${about}`, async () => {
    const small = smallSnapshot();
    breach(small);
    const hints = async () =>
      (await findingsIn(small)).flatMap(({ rule: id, hint }) => (id.startsWith("wait-") ? [String(hint)] : []));
    const [first = "", ...others] = await hints();
    assert.deepEqual(others, []);
    follow(first, WRITE, small);
    assert.deepEqual(await hints(), []);
  });
}

const missed: readonly (readonly [what: string, rule: string, breach: (small: Small) => void])[] = [
  [
    "a step that does not handle that its deadline passes",
    "outcome-not-handled",
    (small) => delete pipelineOf(small)[1]?.["on_result"]["TIMED_OUT"],
  ],
  [
    "a contract that does not allow what its wait ends with",
    "outcome-not-allowed",
    ({ blocks }) => {
      const core = blocks[WRITE]?.["core"] as unknown as {
        result_status_contract: { allowed: string[] };
      };
      core.result_status_contract.allowed = ["SUCCESS", "VIOLATION", "BACKEND_ERROR"];
    },
  ],
  [
    "a node that does not route that the deadline passes",
    "outcome-not-routed",
    ({ blocks }) => {
      const core = blocks["test::WF_X_V0"]?.["core"] as unknown as {
        nodes: { WRITE: { next: Record<string, string> } };
      };
      delete core.nodes.WRITE.next["TIMED_OUT"];
    },
  ],
];

function pipelineOf({ blocks }: Small) {
  const core = blocks[WRITE]?.["core"] as unknown as {
    pipeline: { on_result: Record<string, string> }[];
  };
  return core.pipeline;
}

for (const [what, rule, breach] of missed) {
  test(`${what} is found`, async () => {
    const small = smallSnapshot();
    waiting(small, { key: "k", timeout: "PT1H" });
    breach(small);
    const found = (await findingsIn(small)).filter(({ rule: id }) => id === rule);
    assert.ok(
      found.some(({ message }) => message.includes("TIMED_OUT")),
      JSON.stringify(found),
    );
    assert.ok(found.every(({ hint }) => hint !== ""));
    assert.ok(AWAIT in small.blocks);
  });
}
