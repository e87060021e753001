import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json, JsonObject } from "../../src/json/value.ts";
import { toGraph } from "../../src/plan/graph.ts";
import { renderMarkdown } from "../../src/render/markdown.ts";
import { renderSvg } from "../../src/render/svg.ts";
import { examine, forge, found, linesOf } from "../examine/examination.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  memoryData,
  type Protocol,
  passing,
  runPlan,
  runTrial,
  type Trial,
  WORKFLOW,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const GATEWAY = "capability_side_effects::CS_WORKFLOW_GATEWAY_V0";
const LOOP = "capability_side_effects::CS_WORKFLOW_LOOP_V0";
const CONCURRENT = "capability_side_effects::CS_CONCURRENT_WORKFLOWS_V0";
const PARCEL = "trial::WF_PARCEL_V0";

/** One contract between START and END, every outcome leading on. */
const through = (code: string, inputs: JsonObject, exit: JsonObject = {}): JsonObject => ({
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "WORK" } },
    WORK: { type: "CC", code, inputs, next: { default: "END" } },
    END: { type: "EXIT", ...exit },
  },
});

const calling = (workflow: Json, payload: Json, core: JsonObject = {}) =>
  contract(
    [
      {
        step: "call",
        side_effect: GATEWAY,
        op: "EXECUTE",
        inputs: { workflow_code: workflow, payload },
        outputs: { result: "$.capability_result.execution_result" },
        on_result: { SUCCESS: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
      },
    ],
    { result_status_contract: { allowed: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"] }, ...core },
  );

/** A parcel is logged; `exit` and `core` replace members of its EXIT and its contract. */
const parcel = (core: JsonObject = {}, exit: JsonObject = {}): Partial<Protocol> => ({
  others: { [PARCEL]: through("CC_LOG_V0", { parcel: "$.payload.parcel" }, exit) },
  contracts: {
    CC_LOG_V0: contract(
      [
        passing("look", { value: "$.inputs.parcel" }, { outputs: { seen: "$.value" } }),
        appending("log", { parcel: "$.inputs.parcel", at: "{{timestamp}}" }),
      ],
      { inputs: { parcel: { type: "string", required: true } }, ...core },
    ),
  },
});

function gateway(called: Partial<Protocol>, call = calling(PARCEL, { parcel: "$.inputs.parcel" })): Protocol {
  const contracts = { ...called.contracts, CC_CALL_V0: call };
  const inputs = { parcel: "$.payload.parcel", name: "$.payload.name" };
  return { ...called, contracts, workflow: through("CC_CALL_V0", inputs) };
}

const pathOf = ({ events }: Trial) =>
  events.flatMap(({ event_type, run, node_id, payload }) =>
    event_type === "node_end" ? [`${run} ${node_id} ${payload.status}`] : [],
  );

/** What the calling contract published. */
const resultOf = ({ events }: Trial) =>
  events.flatMap((event) =>
    event.event_type === "node_end" && event.run === "0" ? [event.payload.outputs["result"]] : [],
  )[1];

test("a called workflow is a run of its own between the beginning and the end of the effect that calls it", async () => {
  const protocol = gateway(parcel());
  const trial = await runTrial(protocol, { parcel: "P-1" });
  assert.deepEqual(pathOf(trial), ["0 START ACK", "0.1 START ACK", "0.1 WORK SUCCESS", "0 WORK SUCCESS"]);
  assert.deepEqual(resultOf(trial), {
    status: "SUCCESS",
    outcome: "SUCCESS",
    exit_reason_code: "COMPLETED",
    results: { WORK: { seen: "P-1" } },
  });
  const [main, nested] = eventsOf(trial, "execution_start").map(({ payload }) => payload);
  assert.equal(main?.parent, undefined);
  assert.deepEqual(nested?.parent, { run: "0", node: "WORK", step: "call" });
  assert.deepEqual([nested?.workflow_code, nested?.payload], [PARCEL, { parcel: "P-1" }]);
  const kinds = trial.events.map(({ event_type, run }) => `${run} ${event_type}`);
  const began = kinds.indexOf("0 side_effect_start");
  assert.deepEqual(kinds.slice(began + 1, began + 3), ["0.1 execution_start", "0.1 admission"]);
  assert.equal(kinds.indexOf("0 side_effect_end"), kinds.indexOf("0.1 workflow_complete") + 1);
});

test("the parent's count of events and effects holds the nested run's, the nested run's own only its", async () => {
  const trial = await runTrial(gateway(parcel()), { parcel: "P-1" });
  const [nested, main] = eventsOf(trial, "workflow_complete").map(({ payload }) => payload);
  const own = trial.events.filter(({ run }) => run === "0.1").length;
  assert.deepEqual([nested?.events, nested?.effects], [own, 1]);
  assert.deepEqual([main?.events, main?.effects], [trial.events.length, 2]);
});

const endings: readonly (readonly [about: string, called: Partial<Protocol>, outcome: string, exit: string])[] =
  [
    ["an unhappy but declared path", parcel({}, { reason: "FAILED" }), "SUCCESS", "EXIT_FAILED"],
    ["storage that fails", parcel(), "BACKEND_ERROR", "EXIT_BACKEND_ERROR"],
    [
      "an outcome its contract does not allow",
      parcel({ result_status_contract: { allowed: ["VIOLATION"] } }),
      "BACKEND_ERROR",
      "OUTCOME_NOT_DECLARED",
    ],
  ];

for (const [about, called, outcome, exit] of endings) {
  test(`${about} in the called workflow is ${outcome} to the caller, and never a refusal of its run`, async () => {
    const data = memoryData();
    if (exit === "EXIT_BACKEND_ERROR") data.broken.add("log.jsonl");
    const plan = await compileTrial(gateway(called));
    const trial = await runPlan(plan, { parcel: "P-1" }, { data });
    assert.equal(eventsOf(trial, "side_effect_end").at(-1)?.payload.outcome, outcome);
    assert.equal((resultOf(trial) as JsonObject)["exit_reason_code"], exit);
    assert.equal(trial.ending.fault, undefined);
    assert.deepEqual(await found(plan, trial.text, trial.head), []);
  });
}

const named = calling("$.inputs.name", { parcel: "$.inputs.parcel" });

test("a name that is no workflow of the snapshot is NOT_FOUND, and begins no run", async () => {
  const protocol = gateway(parcel(), named);
  for (const name of ["trial::WF_NONE_V0", "trial::CC_LOG_V0", "WF_PARCEL_V0", "../WF_PARCEL_V0"]) {
    const trial = await runTrial(protocol, { parcel: "P-1", name });
    assert.equal(trial.ending.outcome, "NOT_FOUND");
    assert.equal(resultOf(trial), undefined);
    assert.ok(trial.events.every(({ run }) => run === "0"));
  }
});

it("a called workflow that does not compile is refused in a run of its own, which the caller routes", async () => {
  const broken = { [PARCEL]: through("CC_NONE_V0", {}) };
  const plan = await compileTrial(gateway({ ...parcel(), others: broken }));
  const trial = await runPlan(plan, { parcel: "P-1" });
  const [error] = eventsOf(trial, "error");
  assert.deepEqual([error?.run, error?.payload.error_code], ["0.1", "WORKFLOW_REFUSED"]);
  assert.deepEqual(error?.payload.facts, { workflow: PARCEL, refusal: "WORKFLOW_DOES_NOT_COMPILE" });
  assert.deepEqual([trial.ending.outcome, trial.ending.fault], ["BACKEND_ERROR", undefined]);
  assert.match(renderMarkdown(trial.events, toGraph(plan)), /`0.1`.*refused: `WORKFLOW_REFUSED`/);
  assert.deepEqual(await found(plan, trial.text, trial.head), []);
});

test("a workflow that calls itself stops at the sixteenth nested run", async () => {
  const protocol = gateway(parcel(), calling(WORKFLOW, {}));
  const trial = await runTrial(protocol, {});
  const [error] = eventsOf(trial, "error");
  assert.deepEqual([error?.run.split(".").length, error?.payload.error_code], [18, "DEPTH_LIMIT"]);
  assert.equal(eventsOf(trial, "execution_start").length, 17);
  assert.equal(trial.ending.outcome, "BACKEND_ERROR");
});

const looping = (inputs: JsonObject, effect: string, op: string, outcomes: readonly string[]) =>
  contract(
    [
      {
        step: "call",
        side_effect: effect,
        op,
        inputs,
        outputs: { result: "$.capability_result" },
        on_result: Object.fromEntries(outcomes.map((outcome) => [outcome, "exit"])),
      },
    ],
    { result_status_contract: { allowed: [...outcomes] } },
  );

test("the runs of a loop are numbered as they begin, and each has its own clock", async () => {
  const inputs = {
    sequence: [{ id: "P-1" }, { id: "P-2" }, {}],
    item_wf: { code: PARCEL, payload_fields: { parcel: "id" } },
  };
  const call = looping(inputs, LOOP, "EXECUTE_SEQUENCE", ["SUCCESS", "VIOLATION", "BACKEND_ERROR"]);
  let now = Date.parse("2026-01-31T09:00:00.000Z");
  const clock = { now: () => (now += 1000), micros: () => 0 };
  const plan = await compileTrial(gateway(parcel(), call));
  const trial = await runPlan(plan, {}, { clock });
  assert.deepEqual(
    pathOf(trial).filter((entry) => entry.includes("WORK")),
    ["0.1 WORK SUCCESS", "0.2 WORK SUCCESS", "0.3 WORK VIOLATION", "0 WORK VIOLATION"],
  );
  assert.deepEqual(resultOf(trial), { items_processed: 2, sub_items_processed: 0 });
  const clocks = eventsOf(trial, "execution_start").map(({ payload }) => JSON.stringify(payload.observed));
  assert.equal(new Set(clocks).size, clocks.length, "no two runs read the same clock");
  assert.deepEqual(await found(plan, trial.text, trial.head), []);
});

test("concurrent workflows all run, in the order declared, whatever becomes of one", async () => {
  const workflows = [
    { code: PARCEL, payload: {} },
    { code: "trial::WF_NONE_V0", payload: {} },
    { code: "trial::WF_OTHER_V0", payload: { parcel: "P-2" } },
  ];
  const call = looping({ workflows }, CONCURRENT, "EXECUTE_CONCURRENT", ["SUCCESS", "PARTIAL_FAILURE"]);
  const { others, contracts } = parcel();
  const both = { ...others, "trial::WF_OTHER_V0": others?.[PARCEL] as JsonObject };
  const plan = await compileTrial(gateway({ others: both, ...(contracts && { contracts }) }, call));
  const trial = await runPlan(plan, {});
  const { results } = resultOf(trial) as { results: JsonObject[] };
  assert.deepEqual(
    results.map(({ code, result_status }) => [code, result_status]),
    [
      [PARCEL, "VIOLATION"],
      ["trial::WF_NONE_V0", "BACKEND_ERROR"],
      ["trial::WF_OTHER_V0", "SUCCESS"],
    ],
  );
  assert.equal(trial.ending.outcome, "PARTIAL_FAILURE");
  assert.deepEqual(await found(plan, trial.text, trial.head), []);
});

test("an input that a calling operation cannot take is a violation it does not declare: the run is refused", async () => {
  const trial = await runTrial(gateway(parcel(), calling(7, {})), {});
  assert.equal(trial.ending.exitReason, "OUTCOME_NOT_DECLARED");
});

// ---- the record ----

test("a trace with nested runs, cut off after any line, replays as far as it goes", async () => {
  const plan = await compileTrial(gateway(parcel()));
  const { text } = await runPlan(plan, { parcel: "P-1" });
  const lines = linesOf(text);
  for (let length = 1; length < lines.length; length++) {
    const { allowed, replayed } = await examine(plan, `${lines.slice(0, length).join("\n")}\n`);
    assert.deepEqual([allowed, replayed.finding, replayed.compared], [[], null, length]);
  }
});

const forgeries: readonly (readonly [about: string, edit: Parameters<typeof forge>[1], code: RegExp])[] = [
  [
    "another outcome in a nested run",
    (lines) =>
      lines.map((line) => (line["run"] === "0.1" ? edited(line, "step_end", { outcome: "VIOLATION" }) : line)),
    /^DIVERGED/,
  ],
  [
    "a nested run of another workflow",
    (lines) =>
      lines.map((line) =>
        line["run"] === "0.1" ? edited(line, "execution_start", { workflow_code: "trial::WF_NONE_V0" }) : line,
      ),
    /^UNKNOWN_WORKFLOW/,
  ],
  [
    "a nested run that no calling step began",
    (lines) =>
      lines.map((line) =>
        line["run"] === "0.1"
          ? edited(line, "execution_start", { parent: { run: "0", node: "START", step: "call" } })
          : line,
      ),
    /^NOT_CALLED/,
  ],
  ["a nested run left out", (lines) => lines.filter(({ run }) => run !== "0.1"), /^(?:BAD_COUNT|DIVERGED)/],
];

function edited(line: Parameters<Parameters<typeof forge>[1]>[0][number], type: string, members: JsonObject) {
  return line["event_type"] === type ? { ...line, payload: { ...line.payload, ...members } } : line;
}

for (const [about, edit, code] of forgeries) {
  test(`${about} is found although the chain was made anew`, async () => {
    const plan = await compileTrial(gateway(parcel()));
    const { text } = await runPlan(plan, { parcel: "P-1" });
    const codes = await found(plan, forge(text, edit));
    assert.match(codes.join(" "), code);
  });
}

test("the same seed and clock leave the same bytes, nested runs included", async () => {
  const protocol = gateway(parcel());
  const texts = await Promise.all([1, 2].map(async () => (await runTrial(protocol, { parcel: "P-1" })).text));
  assert.equal(texts[0], texts[1]);
});

// ---- secrets ----

const PIN = "hush-4711-secret";
const suppressing = { suppress_trace_fields: ["parcel"] };

test("what a called workflow suppresses is hidden in its caller's run, too, and still replays", async () => {
  const call = calling(PARCEL, { parcel: "$.inputs.parcel" }, suppressing);
  const plan = await compileTrial(gateway(parcel(suppressing), call));
  const trial = await runPlan(plan, { parcel: PIN });
  assert.equal(trial.ending.exitReason, "COMPLETED");
  const graph = toGraph(plan);
  const left = [trial.text, renderMarkdown(trial.events, graph), renderSvg(trial.events, graph)].join();
  assert.ok(!left.includes(PIN));
  assert.ok(trial.data.text("log.jsonl")?.includes(PIN), "the store keeps what the contract stores");
  const { intact, allowed, replayed } = await examine(plan, trial.text, trial.head);
  assert.deepEqual([intact, allowed, replayed.finding], [[], [], null]);
  assert.ok(replayed.suppressed > 0);
});

test("a caller that does not suppress what the called workflow does is refused the call, and told the field", async () => {
  const plan = await compileTrial(gateway(parcel(suppressing)));
  const trial = await runPlan(plan, { parcel: PIN });
  const [error] = eventsOf(trial, "error");
  assert.equal(error?.payload.error_code, "SECRETS_NOT_DECLARED");
  assert.deepEqual(error?.payload.facts, { workflow: PARCEL, contract: "trial::CC_CALL_V0", field: "/parcel" });
  assert.deepEqual([trial.ending.outcome, trial.data.text("log.jsonl")], ["BACKEND_ERROR", null]);
});
