/** Attempts that a forger added, removed or renumbered are found, by the protocol and by the replay. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { OpenEffects } from "../../src/examine/recovery/open-effects.ts";
import { expectedEnding, remainingWrites } from "../../src/examine/recovery/remaining.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { listedEffects, summaryOf } from "../../src/trace/summary.ts";
import {
  appending,
  compileTrial,
  contract,
  JOURNAL,
  memoryData,
  oneContract,
  runPlan,
} from "../engine/trial.ts";
import { takingTurns } from "../support/portion.ts";
import { codesOf, type EditableLine, examine, forge, linesOf } from "./examination.ts";

const it = takingTurns(import.meta.url);

const core = contract([appending("log", { a: 1 }), appending("more", { b: 1 })]);
const retry = { max_attempts: 3 };
const plan = await compileTrial(oneContract(core, {}, { policies: { [JOURNAL]: { retry } } }));

/** The first effect is tried three times. */
async function retried() {
  const data = memoryData();
  data.broken.add("log.jsonl");
  let pauses = 0;
  return runPlan(
    plan,
    {},
    {
      data,
      sleep: async () => {
        if (++pauses === 2) data.broken.clear();
      },
    },
  );
}

const { text, events } = await retried();
const starts = linesOf(text).flatMap((line, i) => (line.includes('"side_effect_start"') ? [i] : []));

async function foundIn(edit: (lines: EditableLine[]) => readonly EditableLine[]) {
  const { intact, allowed, replayed } = await examine(plan, forge(text, edit));
  return {
    intact: codesOf(intact),
    allowed: codesOf(allowed),
    replayed: replayed.finding === null ? null : (replayed.finding.line ?? 0),
  };
}

const withPayload = (line: EditableLine, change: JsonObject) => ({
  ...line,
  payload: { ...line.payload, ...change },
});
const without = (line: EditableLine, name: string) => {
  const { [name]: _, ...payload } = line.payload;
  return { ...line, payload };
};
const at = (place: number, edit: (line: EditableLine) => EditableLine) => (lines: EditableLine[]) =>
  lines.map((line, i) => (i === place ? edit(line) : line));

test("a run with three attempts is valid", async () => {
  assert.equal(starts.length, 4);
  assert.deepEqual(await foundIn((lines) => lines), { intact: [], allowed: [], replayed: null });
});

const [first = 0, second = 0, third = 0, fourth = 0] = starts;
const forgeries: Readonly<
  Record<string, readonly [(lines: EditableLine[]) => readonly EditableLine[], readonly string[], number]>
> = {
  "an attempt has another number": [
    at(second, (line) => withPayload(line, { attempt: 3 })),
    [`BAD_ATTEMPT:${second + 1}`],
    second + 1,
  ],
  "the first attempt has no number": [
    at(first, (line) => without(line, "attempt")),
    [`BAD_ATTEMPT:${first + 1}`],
    first + 1,
  ],
  "an attempt is gone": [
    (lines) => lines.filter((_, i) => i !== second && i !== second + 1),
    [`BAD_ATTEMPT:${second + 1}`],
    second + 1,
  ],
  "the last attempt is gone": [
    (lines) => lines.filter((_, i) => i !== third && i !== third + 1),
    [`BAD_ATTEMPT:${third + 1}`],
    third + 1,
  ],
  "an attempt says that none follows": [
    at(first + 1, (line) => without(line, "retried")),
    [`BAD_RETRY:${first + 2}`],
    first + 2,
  ],
  "the last attempt says that another one follows": [
    at(third + 1, (line) => withPayload(line, { retried: true })),
    [`BAD_RETRY:${third + 2}`, `BAD_ATTEMPT:${third + 3}`],
    third + 2,
  ],
  "an outcome is tried again that is not to be": [
    at(first + 1, (line) => withPayload(line, { outcome: "VIOLATION" })),
    [`BAD_RETRY:${first + 2}`],
    first + 2,
  ],
  "one attempt more than declared": [
    (lines) => [
      ...lines.slice(0, third),
      lines[third] as EditableLine,
      lines[second + 1] as EditableLine,
      withPayload(lines[third] as EditableLine, { attempt: 4 }),
      ...lines.slice(third + 1),
    ],
    [`BAD_RETRY:${third + 2}`, `BAD_ATTEMPT:${third + 3}`],
    third + 2,
  ],
  "the next effect begins with a later attempt": [
    at(fourth, (line) => withPayload(line, { attempt: 2 })),
    [`BAD_ATTEMPT:${fourth + 1}`],
    fourth + 1,
  ],
};

for (const [about, [edit, allowed, line]] of Object.entries(forgeries)) {
  it(`${about}: the protocol does not allow it, and a replay differs there`, async () => {
    const found = await foundIn(edit);
    assert.deepEqual(found.allowed, allowed);
    assert.equal(found.replayed, line);
  });
}

test("each attempt is an effect of its own in the summary, with its reason", () => {
  const summary = summaryOf(events);
  assert.deepEqual(
    listedEffects(summary).map(({ step, outcome }) => [step, outcome]),
    [
      ["log", "BACKEND_ERROR"],
      ["log", "BACKEND_ERROR"],
      ["log", "SUCCESS"],
      ["more", "SUCCESS"],
    ],
  );
  assert.deepEqual(
    summary.reasons.map(({ attempt, reason }) => [attempt, reason["code"]]),
    [
      [1, "STORE_UNREADABLE"],
      [2, "STORE_UNREADABLE"],
    ],
  );
});

test("a run that was cut off between two attempts still has the effect before it", () => {
  const unfinished = new OpenEffects({ keepsEnded: true });
  for (const event of events.slice(0, first + 2)) unfinished.take(event);
  assert.deepEqual([unfinished.open, unfinished.ended], [[], []]);
  assert.deepEqual(
    remainingWrites(plan, unfinished.standing).map(({ step }) => step.name),
    ["log", "more"],
  );
  assert.equal(expectedEnding(plan, unfinished.standing, null), null);
});
