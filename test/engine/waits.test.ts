import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { eventsOf } from "../../src/trace/event.ts";
import { type MemoryData, outputsOf, runTrial } from "./trial.ts";
import { asking, concurrent, runSessions, twice } from "./waiting.ts";

test("a run that waits ends in a suspension that says what it waits for", async () => {
  const { ending, events } = await runTrial(asking({ key: "k", timeout: "PT1H", prompt: "Go on?" }), {});
  assert.deepEqual(ending, { status: "WAITING", outcome: null, exitReason: null });
  const last = events.at(-1);
  assert.equal(last?.event_type, "run_suspended");
  const [start] = eventsOf(events, "side_effect_start");
  assert.deepEqual(last?.payload, {
    waits: [
      {
        run: "0",
        node: "WORK",
        step: "wait",
        kind: "EVENT",
        key: "k",
        due: "2026-01-31T10:00:00.120Z",
        prompt: "Go on?",
        effect_key: start?.payload.effect_key,
      },
    ],
  });
});

const at = (time: string) => `2026-01-31T${time}:00.000Z`;
const logged = ({ text }: MemoryData) =>
  (text("log.jsonl") ?? "")
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).record.key);

test("a run beside others goes on when it is answered, while they wait", async () => {
  const { trial } = await runSessions(concurrent("a", "b"), [
    { at: at("09:30"), delivery: { key: "b", answer: "yes" } },
  ]);
  assert.equal(trial.ending.status, "WAITING");
  assert.deepEqual(logged(trial.data), ["b"]);
  const ended = eventsOf(trial.events, "workflow_complete").map(({ run }) => run);
  assert.deepEqual(ended, ["0.2"]);
  const last = eventsOf(trial.events, "run_suspended").at(-1);
  assert.deepEqual(
    last?.payload.waits.map(({ run, key }) => [run, key]),
    [["0.1", "a"]],
  );
});

test("the results of runs beside each other stand in declared order, whichever is answered first", async () => {
  const deliver = (key: string) => ({ at: at("09:30"), delivery: { key, answer: key } });
  const outputs = [];
  for (const order of [
    ["a", "b"],
    ["b", "a"],
  ]) {
    const { trial } = await runSessions(concurrent("a", "b"), order.map(deliver));
    assert.equal(trial.ending.status, "SUCCESS");
    assert.deepEqual(logged(trial.data), order);
    outputs.push(outputsOf(trial));
  }
  assert.deepEqual(outputs[1], outputs[0]);
  const { called } = outputs[0] as { called: { results: { outputs: JsonObject }[] } };
  assert.deepEqual(
    called.results.map(({ outputs: { ASK } }) => (ASK as { wait: { answer: string } }).wait.answer),
    ["a", "b"],
  );
});

test("a run waits once for each of its waits", async () => {
  const { trial } = await runSessions(twice("first", "second"), [
    { at: at("09:30"), delivery: { key: "first", answer: 1 } },
    { at: at("09:40"), delivery: { key: "second", answer: 2 } },
  ]);
  assert.equal(trial.ending.status, "SUCCESS");
  assert.deepEqual(
    eventsOf(trial.events, "run_suspended").map(({ payload }) => payload.waits.map(({ step }) => step)),
    [["first"], ["second"]],
  );
});
