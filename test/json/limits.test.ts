import assert from "node:assert/strict";
import fc from "fast-check";
import { DEPTH } from "../../src/json/limits.ts";
import { type Json, type JsonObject, own } from "../../src/json/value.ts";
import { toGraph } from "../../src/plan/graph.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  memoryData,
  oneContract,
  type Protocol,
  runPlan,
  testTransform,
} from "../engine/trial.ts";
import { found } from "../examine/examination.ts";
import { PLAYS_ALL, takingTurns } from "../support/portion.ts";

const it = takingTurns(import.meta.url);

const DOCUMENT = "capability_side_effects::CS_MUTABLE_JSON_V0";
const NEST = "capability_transforms::CT_TEST_NEST_V0";

function nested(levels: number, leaf: Json = "leaf"): Json {
  let value = leaf;
  for (let i = 0; i < levels; i++) value = i % 2 === 0 ? [value] : { n: value };
  return value;
}

const nest = testTransform(NEST, ({ found = {}, first = null, levels }) => ({
  result: { value: nested(levels as number, own(found as JsonObject, "value") ?? first) },
}));

const onward = { SUCCESS: "continue", NOT_FOUND: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" };

/** Reads what it stored the last time, puts it into some more levels, and stores that in both ways. */
function growing(isSecret: boolean): Protocol {
  const store = (step: string, op: string, inputs: JsonObject, outputs: JsonObject = {}) => ({
    ...{ step, side_effect: DOCUMENT, op, store: "DOC", inputs, outputs, on_result: onward },
  });
  const steps: readonly JsonObject[] = [
    store("read", "READ", { key: "k" }, { found: "$.capability_result" }),
    {
      step: "nest",
      transform: NEST,
      inputs: { found: "$.results.read.found", first: "$.inputs.v", levels: "$.inputs.levels" },
      outputs: { value: "$.value" },
      on_result: { SUCCESS: "continue", VIOLATION: "exit" },
    },
    store("write", "WRITE", { key: "k", value: "$.results.nest.value" }),
    appending("note", { v: "$.results.nest.value" } as never, { inputs: { record: "$.results.nest" } }),
    {
      ...appending("all", {}),
      op: "GET_ALL",
      inputs: {},
      outputs: { entries: "$.capability_result.entries" },
    },
  ];
  const protocol = oneContract(
    contract(steps, {
      result_status_contract: { allowed: ["SUCCESS", "NOT_FOUND", "VIOLATION", "BACKEND_ERROR"] },
      ...(isSecret ? { suppress_trace_fields: ["secret"] } : {}),
    }),
    { inputs: { v: "$.payload.v", levels: "$.payload.levels", secret: "$.payload.secret" } },
    { transforms: [nest], stores: { DOC: "state.json", LOG: "log.jsonl" } },
  );
  const admission = { forbids: ["EV_NEVER_V0"], bindings: { EV_NEVER_V0: { id: "id" } } };
  return { ...protocol, workflow: { ...protocol.workflow, admission } };
}

/** Around every limit of the table. */
const depths = fc.oneof(
  ...Object.values(DEPTH).map((limit) => fc.integer({ min: Math.max(1, limit - 6), max: limit + 6 })),
);

it("what a run writes it can read again, however deep, or it is refused before anything is written", async () => {
  const plans = [await compileTrial(growing(false)), await compileTrial(growing(true))];
  const endings = new Set<string>();
  await fc.assert(
    fc.asyncProperty(depths, fc.integer({ min: 0, max: 60 }), fc.boolean(), async (depth, levels, isSecret) => {
      const plan = plans[Number(isSecret)] as (typeof plans)[0];
      const data = memoryData();
      const payload = {
        id: 1,
        v: nested(Math.min(depth, DEPTH.payloadMost) - 1),
        levels,
        secret: "top secret",
      };
      for (let round = 0; round < 4; round++) {
        const before = new Map(data.files);
        const trial = await runPlan(plan, payload, { data });
        assert.deepEqual(await found(plan, trial.text, trial.head), []);
        renderMarkdown(trial.events, toGraph(plan));
        const reason = String(trial.ending.exitReason);
        endings.add(reason);
        if (reason !== "DATA_TOO_DEEP") assert.equal(trial.ending.status, "SUCCESS", reason);
        const written = eventsOf(trial, "side_effect_end").filter(
          ({ payload: { change } }) => change !== undefined,
        );
        const changed = [...data.files].filter(([path, bytes]) => bytes !== before.get(path));
        assert.equal(changed.length, written.length);
      }
    }),
    {
      numRuns: PLAYS_ALL ? 16 : 8,
      examples: [
        [1, 0, false],
        [DEPTH.payloadMost, 60, true],
      ],
    },
  );
  assert.deepEqual([...endings].sort(), ["COMPLETED", "DATA_TOO_DEEP"]);
});
