import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { openDataRoot } from "../../src/platform/data-root.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  JOURNAL,
  memoryData,
  oneContract,
  type Protocol,
  passing,
  pathOf,
  runPlan,
  runTrial,
  type Trial,
  type TrialOptions,
  testEffect,
  testTransform,
} from "./trial.ts";

const BROKEN = "trial::CT_BROKEN_V0";
const EFFECT = "trial::CS_BROKEN_V0";

const brokenStep = { step: "ask", transform: BROKEN, on_result: { SUCCESS: "exit", VIOLATION: "exit" } };
const throwing = testTransform(BROKEN, () => {
  throw new TypeError("cannot read properties of undefined");
});
/** What no transform may answer: built here because its type forbids it. */
const answeringNaN = testTransform(BROKEN, () => ({ result: { rate: { net: Number.NaN } } }));
const answeringUndefined = testTransform(
  BROKEN,
  () => JSON.parse('{"violation":"X"}') && { result: { x: undefined as never } },
);

const effectThat = (perform: Parameters<typeof testEffect>[1], outcomes?: readonly string[]) =>
  testEffect(EFFECT, perform, outcomes);
const effectStep = {
  step: "do",
  side_effect: EFFECT,
  op: "DO",
  store: "LOG",
  on_result: { SUCCESS: "exit", SURPRISE: "exit" },
};

const judging = (condition: string) =>
  contract([passing("ask", { value: "$.inputs.v" }, { on_result: { SUCCESS: "judge" } })], {
    inputs: { v: {} },
    evaluation: { judge: { condition, on_true: "SUCCESS", on_false: "VIOLATION" } },
  });

interface Case {
  readonly name: string;
  readonly protocol: Protocol;
  readonly payload?: JsonObject;
  readonly options?: TrialOptions;
  readonly error: JsonObject;
  readonly node: string | undefined;
}

const cases: readonly Case[] = [
  {
    name: "a step's outcome that is not in on_result",
    protocol: oneContract(contract([passing("pass", {}, { on_result: { SUCCESS: "exit" } })])),
    error: {
      error_code: "OUTCOME_NOT_ROUTED",
      node_category: "CC",
      stage: "contract",
      step: "pass",
      facts: { outcome: "VIOLATION", contract: "trial::CC_WORK_V0", routed: ["SUCCESS"] },
    },
    node: "WORK",
  },
  {
    name: "a stated outcome that is no text",
    protocol: oneContract(contract([passing("pass", { value: 7 }, { outputs: { result_status: "$.value" } })])),
    error: {
      error_code: "OUTCOME_NOT_ROUTED",
      node_category: "CC",
      stage: "contract",
      step: "pass",
      facts: { outcome: "7", contract: "trial::CC_WORK_V0", routed: ["SUCCESS", "VIOLATION"] },
    },
    node: "WORK",
  },
  {
    name: "a contract outcome outside the allowed ones",
    protocol: oneContract(
      contract([passing("pass", { value: 1 })], { result_status_contract: { allowed: ["VIOLATION"] } }),
    ),
    error: {
      error_code: "OUTCOME_NOT_DECLARED",
      node_category: "CC",
      stage: "contract",
      facts: { outcome: "SUCCESS", contract: "trial::CC_WORK_V0", declared: ["VIOLATION"] },
    },
    node: "WORK",
  },
  {
    name: "on_input_failure outside the allowed outcomes",
    protocol: oneContract(
      contract([passing("pass", { value: 1 })], {
        inputs: { a: { required: true } },
        result_status_contract: { allowed: ["SUCCESS"], on_input_failure: "UNFIT" },
      }),
    ),
    error: {
      error_code: "OUTCOME_NOT_DECLARED",
      node_category: "CC",
      stage: "contract",
      facts: { outcome: "UNFIT", contract: "trial::CC_WORK_V0", declared: ["SUCCESS"] },
    },
    node: "WORK",
  },
  {
    name: "a side effect's outcome that its artifact does not declare",
    protocol: oneContract(
      contract([effectStep]),
      {},
      { effects: [effectThat(() => ({ outcome: "SURPRISE" }))] },
    ),
    error: {
      error_code: "OUTCOME_NOT_DECLARED",
      node_category: "CS",
      stage: "effect",
      step: "do",
      facts: { outcome: "SURPRISE", contract: EFFECT, declared: ["SUCCESS"] },
    },
    node: "WORK",
  },
  {
    name: "a node outcome without an edge",
    protocol: oneContract(contract([passing("pass", { value: 1 })]), { next: { VIOLATION: "END" } }),
    error: {
      error_code: "NO_TRANSITION",
      node_category: "WF",
      stage: "walk",
      facts: { outcome: "SUCCESS", workflow: "trial::WF_TRIAL_V0", routed: ["VIOLATION"] },
    },
    node: "WORK",
  },
  {
    name: "a cycle",
    protocol: oneContract(contract([passing("pass", { value: 1 })]), { next: { SUCCESS: "WORK" } }),
    options: { maxHops: 5 },
    error: { error_code: "HOP_LIMIT", node_category: "WF", stage: "walk", facts: { limit: 5 } },
    node: "WORK",
  },
  {
    name: "an element of an array that reaches nothing, in a node's inputs",
    protocol: oneContract(contract([passing("pass", { value: 1 })]), {
      inputs: { all: ["$.payload.a", "$.payload.b"] },
    }),
    payload: { a: 1 },
    error: {
      error_code: "PATH_UNRESOLVED",
      node_category: "CC",
      stage: "contract",
      facts: { path: "$.payload.b" },
    },
    node: "WORK",
  },
  {
    name: "an element of an array that reaches nothing, in a step's inputs",
    protocol: oneContract(contract([passing("pass", { value: { in: ["$.inputs.a.b"] } })])),
    error: {
      error_code: "PATH_UNRESOLVED",
      node_category: "CC",
      stage: "contract",
      step: "pass",
      facts: { path: "$.inputs.a.b" },
    },
    node: "WORK",
  },
  {
    name: "an evaluation's operand that reaches nothing",
    protocol: oneContract(judging("$.inputs.v.n == 1")),
    payload: { v: {} },
    error: {
      error_code: "PATH_UNRESOLVED",
      node_category: "CC",
      stage: "contract",
      step: "ask",
      facts: { path: "$.inputs.v.n" },
    },
    node: "WORK",
  },
  {
    name: "a sum over nothing",
    protocol: oneContract(contract([passing("pass", { value: 1 })]), { inputs: { n: "{{$.payload.n + 1}}" } }),
    error: {
      error_code: "PATH_UNRESOLVED",
      node_category: "CC",
      stage: "contract",
      facts: { path: "$.payload.n" },
    },
    node: "WORK",
  },
  ...[
    ["a sum over a text", "7", "string"],
    ["a sum over a fraction", 1.5, "number"],
    ["a sum that leaves the integers a double holds", Number.MAX_SAFE_INTEGER, "number"],
  ].map(
    ([name, n, left]): Case => ({
      name: name as string,
      protocol: oneContract(contract([passing("pass", { value: 1 })]), {
        inputs: { n: "{{$.payload.n + 1}}" },
      }),
      payload: { n: n as string | number },
      error: {
        error_code: "EXPRESSION_TYPE",
        node_category: "CC",
        stage: "contract",
        facts: { expression: "{{$.payload.n + 1}}", left: left as string, right: "integer" },
      },
      node: "WORK",
    }),
  ),
  ...(
    [
      [{ v: "1" }, "string", "number"],
      [{ v: true }, "boolean", "number"],
      [{ v: null }, "null", "number"],
      [{ v: [1] }, "array", "number"],
    ] as const
  ).map(
    ([payload, left, right]): Case => ({
      name: `an order between ${left} and ${right}`,
      protocol: oneContract(judging("$.inputs.v < 2")),
      payload,
      error: {
        error_code: "EXPRESSION_TYPE",
        node_category: "CC",
        stage: "contract",
        step: "ask",
        facts: { expression: "$.inputs.v < 2", left, right },
      },
      node: "WORK",
    }),
  ),
  {
    name: "a transform that throws",
    protocol: oneContract(contract([brokenStep]), {}, { transforms: [throwing] }),
    error: {
      error_code: "CAPABILITY_FAULT",
      node_category: "CT",
      stage: "transform",
      step: "ask",
      facts: { capability: BROKEN, reason: "it threw" },
    },
    node: "WORK",
  },
  ...(
    [
      ["a transform that answers NaN", answeringNaN, "/rate/net"],
      ["a transform that answers undefined", answeringUndefined, "/x"],
    ] as const
  ).map(
    ([name, broken, at]): Case => ({
      name,
      protocol: oneContract(contract([brokenStep]), {}, { transforms: [broken] }),
      error: {
        error_code: "CAPABILITY_FAULT",
        node_category: "CT",
        stage: "transform",
        step: "ask",
        facts: { capability: BROKEN, reason: `it answered a value JSON cannot carry at ${at}` },
      },
      node: "WORK",
    }),
  ),
  {
    name: "a side effect that throws anything but a fault of its store",
    protocol: oneContract(
      contract([effectStep]),
      {},
      {
        effects: [
          effectThat(() => {
            throw new RangeError("out of range");
          }),
        ],
      },
    ),
    error: {
      error_code: "CAPABILITY_FAULT",
      node_category: "CS",
      stage: "effect",
      step: "do",
      facts: { capability: EFFECT, reason: "it threw" },
    },
    node: "WORK",
  },
  {
    name: "a stored line that is no record, looked at by admission",
    protocol: admitting("EV_DONE_V0"),
    payload: { id: 1 },
    options: { data: memoryData({ "a/log.jsonl": '{"record":{}}\n\n[1]\n{"rec' }) },
    error: {
      error_code: "STORE_CORRUPT",
      node_category: "WF",
      stage: "admission",
      facts: { file: "a/log.jsonl", line: 3, defect: "NOT_AN_OBJECT" },
    },
    node: undefined,
  },
];

function admitting(forbidden: string): Protocol {
  const protocol = oneContract(contract([passing("pass", { value: 1 })]));
  const admission = { forbids: [forbidden], bindings: { [forbidden]: { id: "id" } } };
  return { ...protocol, workflow: { ...protocol.workflow, admission } };
}

function assertRefused(trial: Trial, error: JsonObject, node: string | undefined): void {
  const [event, end] = trial.events.slice(-2);
  assert.equal(event?.event_type, "error");
  assert.equal(event?.node_id, node);
  assert.deepEqual(event?.payload, error);
  assert.equal(end?.event_type, "workflow_complete");
  assert.equal(eventsOf(trial, "error").length, 1);
  const { status, outcome, exitReason, fault } = trial.ending;
  assert.deepEqual(
    { status, outcome, exitReason },
    { status: "FAILED", outcome: null, exitReason: error["error_code"] },
  );
  assert.equal(fault?.code, error["error_code"]);
}

for (const { name, protocol, payload, options, error, node } of cases) {
  test(`${name} refuses the run with ${error["error_code"]}, and nothing runs after it`, async () => {
    assertRefused(await runTrial(protocol, payload, options), error, node);
  });
}

test("no fault's facts, and no event, hold the message of what was thrown", async () => {
  const trial = await runTrial(oneContract(contract([brokenStep]), {}, { transforms: [throwing] }));
  assert.ok(!trial.text.includes("cannot read properties"));
  assert.ok(trial.ending.fault?.cause instanceof TypeError);
});

test("nodes and steps behind a refused step are not entered, and what was done stays and is listed", async () => {
  const core = contract([
    appending("log", { n: 1 }),
    { ...brokenStep, on_result: { SUCCESS: "continue" } },
    appending("never", { n: 2 }),
  ]);
  const trial = await runTrial(oneContract(core, {}, { transforms: [throwing] }));
  assert.deepEqual(
    eventsOf(trial, "side_effect_end").map((event) => event.payload.step),
    ["log"],
  );
  assert.equal(trial.data.text("log.jsonl")?.split("\n").length, 2);
  const { effects, events } = eventsOf(trial, "workflow_complete")[0]?.payload ?? {};
  assert.deepEqual({ effects, events }, { effects: 1, events: trial.events.length });
});

test("a side effect without a path is BACKEND_ERROR, and the trace says why", async () => {
  const { store: _, ...homeless } = appending("log", { n: 1 }) as JsonObject & { store: string };
  const trial = await runTrial(oneContract(contract([homeless])));
  assert.deepEqual(eventsOf(trial, "side_effect_start")[0]?.payload.store, null);
  assert.deepEqual(eventsOf(trial, "side_effect_end")[0]?.payload, {
    step: "log",
    outcome: "BACKEND_ERROR",
    result: {},
    reason: { code: "NO_PATH" },
  });
  assert.equal(trial.ending.exitReason, "EXIT_BACKEND_ERROR");
});

test("storage that fails is BACKEND_ERROR with what failed, and is routed", async () => {
  const data = memoryData();
  data.broken.add("log.jsonl");
  const trial = await runTrial(oneContract(contract([appending("log", { n: 1 })])), {}, { data });
  assert.deepEqual(eventsOf(trial, "side_effect_end")[0]?.payload.reason, {
    code: "STORE_UNREADABLE",
    file: "log.jsonl",
    errno: "EIO",
  });
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK BACKEND_ERROR"]);
});

test("a BACKEND_ERROR that the step does not route is a refusal", async () => {
  const data = memoryData();
  data.broken.add("log.jsonl");
  const step = appending("log", { n: 1 }, { on_result: { SUCCESS: "exit" } });
  const trial = await runTrial(oneContract(contract([step])), {}, { data });
  assertRefused(
    trial,
    {
      error_code: "OUTCOME_NOT_ROUTED",
      node_category: "CC",
      stage: "contract",
      step: "log",
      facts: { outcome: "BACKEND_ERROR", contract: "trial::CC_WORK_V0", routed: ["SUCCESS"] },
    },
    "WORK",
  );
});

test("journals that cannot be read refuse admission with DATA_ROOT_UNUSABLE", async () => {
  const data = memoryData({ "log.jsonl": "" });
  data.broken.add("log.jsonl");
  const trial = await runTrial(admitting("EV_DONE_V0"), { id: 1 }, { data });
  assertRefused(
    trial,
    { error_code: "DATA_ROOT_UNUSABLE", node_category: "WF", stage: "admission", facts: { errno: "EIO" } },
    undefined,
  );
});

test("a store that a link leads out of the data root is refused, and nothing is written there", async (t) => {
  const parent = mkdtempSync(join(tmpdir(), "pgs-refusal-"));
  t.after(() => rmSync(parent, { recursive: true, force: true }));
  mkdirSync(join(parent, "data"));
  mkdirSync(join(parent, "outside"));
  symlinkSync("../outside", join(parent, "data", "logs"));
  const protocol = oneContract(
    contract([appending("log", { n: 1 })]),
    {},
    { stores: { LOG: "logs/log.jsonl" } },
  );
  const trial = await runTrial(protocol, {}, { root: openDataRoot(join(parent, "data")) });
  assertRefused(
    trial,
    {
      error_code: "STORE_PATH_ESCAPES",
      node_category: "CS",
      stage: "effect",
      step: "log",
      facts: { store: "logs/log.jsonl" },
    },
    "WORK",
  );
  assert.deepEqual(readdirSync(join(parent, "outside")), []);
});

test("what is no refusal but a defect of the runner is not turned into an ending", async () => {
  const plan: Plan = await compileTrial(oneContract(contract([passing("pass", { value: 1 })])));
  const holed = { ...plan, nodes: new Map([...plan.nodes].filter(([key]) => key !== "END")) };
  await assert.rejects(runPlan(holed, {}), /the plan leads to END/);
});

test("HOP_LIMIT counts nodes entered: a run that needs exactly that many ends by itself", async () => {
  const plan = await compileTrial(oneContract(contract([passing("pass", { value: 1 })])));
  assert.equal((await runPlan(plan, {}, { maxHops: 3 })).ending.exitReason, "COMPLETED");
  assert.equal((await runPlan(plan, {}, { maxHops: 2 })).ending.exitReason, "HOP_LIMIT");
});

test("only the journal's own capability writes its store", async () => {
  const trial = await runTrial(oneContract(contract([appending("log", { n: 1 })])));
  assert.deepEqual([...trial.data.files.keys()], ["log.jsonl"]);
  assert.equal(eventsOf(trial, "side_effect_start")[0]?.payload.cs_code, JOURNAL);
});
