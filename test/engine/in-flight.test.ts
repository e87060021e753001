/** Many runs in flight in one process, on the same stores: they leave what they leave one after the other. */

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { openDataRoot } from "../../src/platform/data-root.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  oneContract,
  REGISTRY,
  runPlan,
  type Trial,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const COUNT = 64;
const KEYS = 16;
const MUTABLE = "capability_side_effects::CS_MUTABLE_JSON_V0";

const on_result = { SUCCESS: "continue", ALREADY_EXISTS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" };

/** Asks for a key that others ask for as well, adds to the log before and after, and writes a value of its own. */
const protocol = oneContract(
  contract(
    [
      appending("before", { event_code: "EV_BEFORE", n: "$.inputs.n" }),
      {
        ...{ step: "register", side_effect: REGISTRY, op: "REGISTER", store: "NAMES" },
        ...{ inputs: { key: "$.inputs.key", target_ref: "$.inputs.n" }, on_result },
      },
      {
        ...{ step: "write", side_effect: MUTABLE, op: "WRITE", store: "STATE" },
        ...{
          inputs: { key: "$.inputs.n", value: 1 },
          on_result: { SUCCESS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" },
        },
      },
      appending("after", { event_code: "EV_AFTER", n: "$.inputs.n" }),
    ],
    {
      inputs: { n: { type: "any" }, key: { type: "any" } },
      result_status_contract: { allowed: ["SUCCESS", "ALREADY_EXISTS", "VIOLATION", "BACKEND_ERROR"] },
    },
  ),
  { inputs: { n: "$.payload.n", key: "$.payload.key" } },
  { stores: { STATE: "state" } },
);

const payloadOf = (i: number) => ({ n: `r${i}`, key: `k${i % KEYS}` });

async function runsIn(t: TestContext, isAtOnce: boolean) {
  const folder = mkdtempSync(join(tmpdir(), "pgs-runs-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const plan = await compileTrial(protocol);
  const root = openDataRoot(folder);
  const begin = (i: number) => runPlan(plan, payloadOf(i), { root, seed: `run ${i}` });
  const trials: Trial[] = [];
  if (isAtOnce) trials.push(...(await Promise.all(Array.from({ length: COUNT }, (_, i) => begin(i)))));
  else for (let i = 0; i < COUNT; i++) trials.push(await begin(i));
  const linesOf = (name: string) =>
    readFileSync(join(folder, name), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as JsonObject);
  const state = JSON.parse(readFileSync(join(folder, "state"), "utf8")) as JsonObject;
  return { trials, log: linesOf("log.jsonl"), names: linesOf("names.jsonl"), state };
}

const sorted = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).sort();
/** The run that added the entry. */
const nameOf = (entry: JsonObject | undefined) => (entry?.["record"] as JsonObject | undefined)?.["n"];
const recordsOf = (log: readonly JsonObject[]) => sorted(log.map(({ record }) => record));

it(`${COUNT} runs at once lose no write, and each trace says what its run did in the order of the records`, async (t) => {
  const inTurn = await runsIn(t, false);
  const atOnce = await runsIn(t, true);
  const endsOf = ({ trials }: typeof atOnce) => trials.map(({ ending }) => [ending.status, ending.outcome]);
  assert.deepEqual(endsOf(atOnce), endsOf(inTurn));
  assert.deepEqual(recordsOf(atOnce.log), recordsOf(inTurn.log));
  assert.deepEqual(
    atOnce.log.map(({ sequence_number }) => sequence_number),
    Array.from({ length: 2 * COUNT }, (_, i) => i + 1),
  );
  assert.deepEqual(atOnce.names.map(({ key }) => key).sort(), inTurn.names.map(({ key }) => key).sort());
  assert.deepEqual(Object.keys(atOnce.state).sort(), Object.keys(inTurn.state).sort());
  const namesIn = ({ log }: typeof atOnce) => log.map(nameOf);
  assert.notDeepEqual(namesIn(atOnce), namesIn(inTurn), "the runs did not overlap");
  for (const [i, trial] of atOnce.trials.entries()) assertOwn(trial, i, atOnce);
});

/** What the trace says of the i-th run's effects is what the stores hold. */
function assertOwn(
  trial: Trial,
  i: number,
  { log, names }: { log: readonly JsonObject[]; names: readonly JsonObject[] },
): void {
  const ends = eventsOf(trial, "side_effect_end").map(({ payload }) => payload);
  const [before, register, , after] = ends;
  for (const end of [before, after]) {
    const number = Number(end?.result["sequence_number"]);
    assert.equal(nameOf(log[number - 1]), `r${i}`);
    assert.deepEqual(end?.change, { before: { lines: number - 1 }, after: { lines: number } });
  }
  assert.ok(Number(before?.result["sequence_number"]) < Number(after?.result["sequence_number"]));
  const bound = names.find(({ key }) => key === payloadOf(i).key);
  assert.equal(register?.outcome, bound?.["target_ref"] === `r${i}` ? "SUCCESS" : "ALREADY_EXISTS");
  if (register?.outcome === "SUCCESS") assert.deepEqual(register.change?.after, bound);
}
