import assert from "node:assert/strict";
import { test } from "node:test";
import { csSnapshotQuery } from "../../../src/capabilities/effects/cs-snapshot-query.ts";
import type { SnapshotAnswer, SnapshotQuery } from "../../../src/capabilities/target.ts";
import type { JsonObject } from "../../../src/json/value.ts";

const { QUERY, CATALOG } = csSnapshotQuery.operations;

/** Answers what it was asked. */
const echo: SnapshotQuery = { questions: ["refs"], ask: async (question) => ({ answer: question }) };
const refusing = (refused: Extract<SnapshotAnswer, { refused: unknown }>["refused"]): SnapshotQuery => ({
  questions: [],
  ask: async () => ({ refused, facts: { name: "CC_X_V0" } }),
});

test("the operation is the name of the question, whatever the params say", async () => {
  const asked = async (input: JsonObject) => (await QUERY.perform(input, echo)).result;
  assert.deepEqual(await asked({ operation: "actors" }), { result: { query: "actors" } });
  const input = { operation: "refs", params: { query: "search", artifact: "CC_X_V0" } };
  assert.deepEqual(await asked(input), { result: { query: "refs", artifact: "CC_X_V0" } });
});

test("what cannot be answered is an outcome", async () => {
  const outcomes = {
    BAD_QUESTION: "VIOLATION",
    UNKNOWN_NAME: "NOT_FOUND",
    UNREADABLE: "BACKEND_ERROR",
  } as const;
  for (const [refused, outcome] of Object.entries(outcomes)) {
    const answered = await QUERY.perform({ operation: "refs" }, refusing(refused as keyof typeof outcomes));
    assert.deepEqual(answered, { outcome, reason: { code: refused, name: "CC_X_V0" } });
  }
  assert.equal((await QUERY.perform({ params: {} }, echo)).outcome, "VIOLATION");
});

test("the catalogue has the names of the questions", async () => {
  assert.deepEqual((await CATALOG.perform({}, echo)).result, { operations: ["refs"] });
});
