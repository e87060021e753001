/** Stores that a workflow consults: it reads them, and never writes to them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { targetOf } from "../../src/capabilities/effect.ts";
import { registry } from "../../src/capabilities/registry.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { found } from "../examine/examination.ts";
import {
  appending,
  CONSULTED,
  compileTrial,
  contract,
  eventsOf,
  JOURNAL,
  memoryData,
  oneContract,
  type Protocol,
  pathOf,
  runPlan,
  WORKFLOW,
} from "./trial.ts";

const consulting = (core: JsonObject, more: Partial<Protocol> = {}): Protocol =>
  oneContract(
    core,
    {},
    {
      beside: { [WORKFLOW]: { consults: [CONSULTED] } },
      consulted: { THEIRS: "theirs.jsonl" },
      ...more,
    },
  );

/** The operations of this build on stores and text documents, each by its effect and its name. */
const operations = registry.all().flatMap(({ kind, declared }) =>
  kind !== "effect"
    ? []
    : Object.entries(declared.operations)
        .filter(([, operation]) => targetOf(operation).needsPath)
        .map(([op, operation]) => [declared.code, op, operation] as const),
);

test("operations on stores and on text documents are tried", () => {
  assert.deepEqual([...new Set(operations.map(([, , { target }]) => target))].sort(), ["store", "texts"]);
});

for (const [code, op, operation] of operations) {
  const isReading = targetOf(operation).isReading(operation);
  const outcomes: readonly string[] = operation.outcomes;
  test(`${code} ${op} ${isReading ? "reads" : "is a violation before it begins on"} a consulted store`, async () => {
    const onResult = Object.fromEntries(outcomes.map((outcome) => [outcome, "exit"]));
    const step = { step: "do", side_effect: code, op, store: "THEIRS", inputs: {}, on_result: onResult };
    const core = contract([step], { result_status_contract: { allowed: [...outcomes] } });
    const plan = await compileTrial(consulting(core));
    const data = memoryData();
    const trial = await runPlan(plan, {}, { data });
    const [end] = eventsOf(trial, "side_effect_end");
    const isRefused = JSON.stringify(end?.payload.reason) === JSON.stringify({ code: "STORE_CONSULTED" });
    assert.equal(isRefused, !isReading);
    if (isRefused) assert.equal(end?.payload.outcome, "VIOLATION");
    assert.deepEqual([...data.files.keys()], []);
    assert.deepEqual(await found(plan, trial.text), []);
  });
}

test("a step reads a store of another domain's binding, and writes to its own", async () => {
  const reading = {
    ...{ step: "read", side_effect: JOURNAL, op: "GET_ALL", store: "THEIRS", inputs: {} },
    outputs: { entries: "$.capability_result.records" },
    on_result: { SUCCESS: "continue", BACKEND_ERROR: "exit" },
  };
  const plan = await compileTrial(consulting(contract([reading, appending("write", { n: 1 })])));
  const data = memoryData({ "theirs.jsonl": `${JSON.stringify({ record_id: "a", sequence_number: 1 })}\n` });
  const trial = await runPlan(plan, {}, { data });
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK SUCCESS"]);
  assert.equal(data.text("log.jsonl")?.split("\n").length, 2);
  assert.deepEqual(await found(plan, trial.text), []);
});

test("the consulted binding and its structure belong to the closure", async () => {
  const plan = await compileTrial(consulting(contract([appending("write", { n: 1 })])));
  const files = plan.closureFiles.map(({ path }) => path);
  for (const name of ["RB_CONSULTED_V0", "STRUCTURE_CONSULTED_V0"])
    assert.ok(
      files.some((path) => path.includes(name)),
      name,
    );
});

test("a store that two structures declare is refused where a step uses it, and only there", async () => {
  const twice = { consulted: { LOG: "theirs.jsonl", OTHER: "other.jsonl" } };
  const used = contract([appending("write", { n: 1 })]);
  await assert.rejects(
    compileTrial(consulting(used, twice)),
    /STRUCTURE_TRIAL_V0 and trial::STRUCTURE_CONSULTED_V0/,
  );
  const unused = contract([appending("write", { n: 1 }, { store: "NAMES" })]);
  await assert.doesNotReject(compileTrial(consulting(unused, twice)));
});

test("a binding that is consulted and not there is a reason, with its place", async () => {
  const beside = { [WORKFLOW]: { consults: [CONSULTED, "trial::RB_GONE_V0"] } };
  await assert.rejects(
    compileTrial(consulting(contract([appending("write", { n: 1 })]), { beside })),
    (error: { reasons?: readonly { code: string; pointer: string }[] }) => {
      const reasons = error.reasons?.map(({ code, pointer }) => `${code} ${pointer}`);
      assert.deepEqual(reasons, ["UNKNOWN_REFERENCE /frontmatter/consults/1"]);
      return true;
    },
  );
});

test("a workflow that consults its own binding owns its stores", async () => {
  const beside = { [WORKFLOW]: { consults: "trial::RB_TRIAL_V0" } };
  const trial = await runPlan(
    await compileTrial(consulting(contract([appending("write", { n: 1 })]), { beside })),
    {},
  );
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK SUCCESS"]);
});
