import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../src/json/value.ts";
import { found } from "../examine/examination.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  eventsOf,
  inputsOf,
  NOW,
  oneContract,
  outputsOf,
  PASSTHROUGH,
  type Protocol,
  passing,
  pathOf,
  runPlan,
  runTrial,
  testTransform,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const ANSWER = "trial::CT_ANSWER_V0";
const REFUSE = "trial::CT_REFUSE_V0";
const answering = (result: JsonObject) => testTransform(ANSWER, () => ({ result }));
const refusing = testTransform(REFUSE, () => ({ violation: "NO_GOOD", facts: { because: "of the test" } }));

/** One step that answers `result`, mapped by `outputs`. */
function mapping(result: JsonObject, outputs: JsonObject): Protocol {
  const step = { step: "ask", transform: ANSWER, outputs, on_result: { SUCCESS: "exit", VIOLATION: "exit" } };
  return oneContract(contract([step]), { inputs: {} }, { transforms: [answering(result)] });
}

const mapped = async (result: JsonObject, outputs: JsonObject) =>
  outputsOf(await runTrial(mapping(result, outputs)));

// ---- node inputs ----

const idle = [passing("idle", { value: 1 })];

test("a node without inputs takes each declared input from the payload field of that name, and no other", async () => {
  const core = contract(idle, { inputs: { a: { type: "any" }, b: { type: "any" } } });
  const trial = await runTrial(oneContract(core), { a: 1, c: 3 });
  assert.deepEqual(inputsOf(trial), { a: 1 });
});

test("a node with inputs takes what it binds, declared by the contract or not", async () => {
  const core = contract(idle, { inputs: { a: { type: "any" } } });
  const trial = await runTrial(oneContract(core, { inputs: { b: "$.payload.x", c: "text", d: 7 } }), {
    a: 1,
    x: 2,
  });
  assert.deepEqual(inputsOf(trial), { b: 2, c: "text", d: 7 });
});

test("a path that reaches nothing leaves its key out, also inside objects; null is passed on", async () => {
  const inputs = {
    gone: "$.payload.gone",
    nothing: "$.payload.nothing",
    in: { gone: "$.payload.a.b.c", kept: 1 },
  };
  const trial = await runTrial(oneContract(contract(idle), { inputs }), { nothing: null, a: { b: "text" } });
  assert.deepEqual(inputsOf(trial), { nothing: null, in: { kept: 1 } });
});

test("a declared default fills an absent input; null and false are not absent", async () => {
  const spec = { type: "any", default: "filled" };
  const core = contract(idle, { inputs: { a: spec, b: spec, c: spec } });
  const trial = await runTrial(oneContract(core), { b: null, c: false });
  assert.deepEqual(inputsOf(trial), { a: "filled", b: null, c: false });
});

it("an explicit null is not filled by an intent's default, or refused for it", async () => {
  const protocol = oneContract(contract(idle), { inputs: { x: "$.payload.x" } });
  const nodes = { ...(protocol.workflow["nodes"] as JsonObject) };
  const start = { type: "IN", code: "IN_ASK_V0", next: { ACK: "WORK", NACK: "END" } };
  const workflow = { ...protocol.workflow, nodes: { ...nodes, START: start } };
  for (const [type, path, inputs] of [
    [["string", "null"], ["START ACK", "WORK SUCCESS"], { x: null }],
    ["string", ["START NACK"], undefined],
  ] as const) {
    const intents = { IN_ASK_V0: { x: { type, default: "filled" } } };
    const plan = await compileTrial({ ...protocol, workflow, intents });
    const trial = await runPlan(plan, { x: null });
    assert.deepEqual(pathOf(trial), path);
    assert.deepEqual(inputsOf(trial), inputs);
    assert.deepEqual(await found(plan, trial.text), []);
  }
});

test("an intent's default fills a top-level field only", async () => {
  const nested = { type: "object", fields: { y: { type: "string", default: "never" } } };
  const protocol = {
    ...oneContract(contract(idle), { inputs: { x: "$.payload.x", deep: "$.payload.deep" } }),
    intents: { IN_ASK_V0: { x: { type: "string", default: "filled" }, deep: nested } },
  };
  const nodes = protocol.workflow["nodes"] as JsonObject;
  const start = { type: "IN", code: "IN_ASK_V0", next: { ACK: "WORK" } };
  const trial = await runTrial(
    { ...protocol, workflow: { ...protocol.workflow, nodes: { ...nodes, START: start } } },
    { deep: {} },
  );
  assert.deepEqual(inputsOf(trial), { x: "filled", deep: {} });
  assert.deepEqual(eventsOf(trial, "execution_start")[0]?.payload.payload, { deep: {} });
});

const failing: readonly {
  name: string;
  inputs: JsonObject;
  payload: JsonObject;
  found: readonly JsonObject[];
}[] = [
  {
    name: "a required input that is bound to nothing",
    inputs: { a: { type: "string", required: true } },
    payload: {},
    found: [{ violation_code: "INPUT_VIOLATION", field: "/a", constraint: "required" }],
  },
  {
    name: "null for a required input with a type",
    inputs: { a: { type: "string", required: true } },
    payload: { a: null },
    found: [
      { violation_code: "INPUT_VIOLATION", field: "/a", constraint: "type", expected: "string", actual: null },
    ],
  },
  {
    name: "null for an optional input whose type does not list it",
    inputs: { a: { type: "string" } },
    payload: { a: null },
    found: [
      { violation_code: "INPUT_VIOLATION", field: "/a", constraint: "type", expected: "string", actual: null },
    ],
  },
  {
    name: "wrong types, every one of them",
    inputs: { a: { type: "integer" }, b: { type: ["string", "null"] }, c: { type: "boolean" } },
    payload: { a: 1.5, b: 7, c: true },
    found: [
      { violation_code: "INPUT_VIOLATION", field: "/a", constraint: "type", expected: "integer", actual: 1.5 },
      {
        violation_code: "INPUT_VIOLATION",
        field: "/b",
        constraint: "type",
        expected: ["string", "null"],
        actual: 7,
      },
    ],
  },
];

for (const { name, inputs, payload, found } of failing) {
  test(`${name}: the contract ends in VIOLATION, and no step runs`, async () => {
    const trial = await runTrial(oneContract(contract(idle, { inputs })), payload);
    assert.deepEqual(
      eventsOf(trial, "violation").map((event) => event.payload),
      found,
    );
    assert.deepEqual(eventsOf(trial, "transform_end"), []);
    assert.deepEqual(pathOf(trial), ["START ACK", "WORK VIOLATION"]);
    assert.deepEqual(outputsOf(trial), {});
  });
}

const accepted: readonly { name: string; spec: JsonObject; payload: JsonObject }[] = [
  {
    name: "null where the type lists it",
    spec: { type: ["string", "null"], required: true },
    payload: { a: null },
  },
  {
    name: "null for a required input of any type",
    spec: { type: "any", required: true },
    payload: { a: null },
  },
  { name: "an integral float for an integer", spec: { type: "integer" }, payload: { a: 2.0 } },
];

for (const { name, spec, payload } of accepted) {
  test(`${name} is no violation`, async () => {
    const trial = await runTrial(oneContract(contract(idle, { inputs: { a: spec } })), payload);
    assert.deepEqual(eventsOf(trial, "violation"), []);
    assert.deepEqual(pathOf(trial), ["START ACK", "WORK SUCCESS"]);
  });
}

test("an input whose source is declared with another type is a finding of the plan, not of the run", async () => {
  const protocol = oneContract(contract(idle, { inputs: { a: { type: "string" }, b: { type: "string" } } }));
  const nodes = {
    ...(protocol.workflow["nodes"] as JsonObject),
    START: { type: "IN", code: "IN_ASK_V0", next: { ACK: "WORK" } },
  };
  const asking = {
    ...protocol,
    workflow: { start_node: "START", nodes },
    intents: { IN_ASK_V0: { a: { type: "integer" } } },
  };
  const plan = await compileTrial(asking);
  const found = plan.findings.filter(({ code }) => code === "SOURCE_TYPE_DIFFERS");
  assert.deepEqual(
    found.map(({ facts }) => facts),
    [{ node: "WORK", input: "a" }],
  );
  assert.deepEqual(pathOf(await runPlan(plan, { a: 7 })), ["START ACK", "WORK SUCCESS"]);
  assert.deepEqual(pathOf(await runPlan(plan, { a: 7, b: 7 })), ["START ACK", "WORK VIOLATION"]);
});

test("on_input_failure names the outcome of unmet inputs", async () => {
  const status = { allowed: ["SUCCESS", "UNFIT"], on_input_failure: "UNFIT" };
  const core = contract(idle, { inputs: { a: { required: true } }, result_status_contract: status });
  assert.deepEqual(pathOf(await runTrial(oneContract(core))), ["START ACK", "WORK UNFIT"]);
});

test("a required input that the node does not bind is no violation of the run", async () => {
  const core = contract(idle, { inputs: { a: { type: "string", required: true } } });
  assert.deepEqual(pathOf(await runTrial(oneContract(core, { inputs: {} }))), ["START ACK", "WORK SUCCESS"]);
});

// ---- step inputs ----

test("a step sees the contract's inputs under $.inputs and $.payload, and earlier steps under $.results", async () => {
  const steps = [
    passing(
      "one",
      { value: { a: "$.inputs.x", b: "$.payload.x" } },
      { outputs: { got: "$.capability_result.value" } },
    ),
    passing(
      "two",
      { value: ["$.results.one.got", "$.results.one.capability_result.value.a"] },
      { outputs: { all: "$.value" } },
    ),
  ];
  const trial = await runTrial(oneContract(contract(steps), { inputs: { x: "$.payload.x" } }), { x: 5 });
  assert.deepEqual(outputsOf(trial), { got: { a: 5, b: 5 }, all: [{ a: 5, b: 5 }, 5] });
});

test("a required transform input that reached nothing is its failure outcome; null is there", async () => {
  const core = contract([passing("pass", { value: "$.inputs.v" })], { inputs: { v: {} } });
  const bound = (payload: JsonObject) =>
    runTrial(oneContract(core, {}, { required: { [PASSTHROUGH]: ["value"] } }), payload);
  const missing = await bound({});
  assert.deepEqual(eventsOf(missing, "transform_end")[0]?.payload, {
    step: "pass",
    ct_code: PASSTHROUGH,
    inputs: {},
    outcome: "VIOLATION",
    reason: { code: "INPUT_MISSING", field: "value" },
  });
  assert.deepEqual(pathOf(missing), ["START ACK", "WORK VIOLATION"]);
  assert.deepEqual(pathOf(await bound({ v: null })), ["START ACK", "WORK SUCCESS"]);
});

test("{{timestamp}} is the run's clock in node and step inputs and in outputs", async () => {
  const step = passing(
    "pass",
    { value: "{{timestamp}}" },
    { outputs: { at: "$.value", ended: "{{timestamp}}" } },
  );
  const trial = await runTrial(oneContract(contract([step]), { inputs: { begun: "{{timestamp}}" } }));
  assert.deepEqual(inputsOf(trial), { begun: NOW });
  assert.deepEqual(outputsOf(trial), { at: NOW, ended: NOW });
});

test("a template adds an integer to a path's value", async () => {
  const step = passing(
    "pass",
    { value: { up: "{{$.inputs.n + 2}}", down: "{{ $.inputs.n - 10 }}" } },
    { outputs: { n: "$.value" } },
  );
  const trial = await runTrial(oneContract(contract([step]), { inputs: { n: "$.payload.n" } }), { n: 5 });
  assert.deepEqual(outputsOf(trial), { n: { up: 7, down: -5 } });
});

// ---- step outputs ----

test("outputs map the raw result's fields, bare or through capability_result", async () => {
  const result = { a: { b: [1, 2] }, c: "x" };
  const outputs = {
    whole: "$.capability_result",
    bare: "$.c",
    item: "$.a.b[1]",
    last: "$.capability_result.a.b[-1]",
    none: "$.nope",
    fixed: "text",
  };
  assert.deepEqual(await mapped(result, outputs), {
    whole: result,
    bare: "x",
    item: 2,
    last: 2,
    fixed: "text",
  });
});

test("$.capability_result.value is the field value where there is one, also when it is null, else the whole result", async () => {
  const outputs = { out: "$.capability_result.value" };
  assert.deepEqual(await mapped({ value: 3, more: 4 }, outputs), { out: 3 });
  assert.deepEqual(await mapped({ value: null, more: 4 }, outputs), { out: null });
  assert.deepEqual(await mapped({ more: 4 }, outputs), { out: { more: 4 } });
  assert.deepEqual(await mapped({ more: 4 }, { out: "$.capability_result.value.more" }), { out: 4 });
});

test("a list-valued path begins where a path to one value would", async () => {
  const lists = {
    bare: "$.rows[*].n",
    full: "$.capability_result.rows[*].n",
    whole: "$.capability_result.value.rows[:1]",
  };
  assert.deepEqual(await mapped({ rows: [{ n: 1 }, { n: 2 }] }, lists), {
    bare: [1, 2],
    full: [1, 2],
    whole: [{ n: 1 }],
  });
  assert.deepEqual(await mapped({}, lists), {});
});

test("an output written the other way round is published under the path's name", async () => {
  assert.deepEqual(await mapped({ count: 4 }, { count: "$.assigned_count" }), { assigned_count: 4 });
  assert.deepEqual(await mapped({ count: 4, assigned_count: 9 }, { count: "$.assigned_count" }), { count: 9 });
  assert.deepEqual(await mapped({ other: 4 }, { count: "$.assigned_count" }), {});
});

test("a later step may overwrite what an earlier one published", async () => {
  const steps = [
    passing("one", { value: 1 }, { outputs: { n: "$.value", first: "$.value" } }),
    passing("two", { value: 2 }, { outputs: { n: "$.value" } }),
  ];
  assert.deepEqual(outputsOf(await runTrial(oneContract(contract(steps)))), { n: 2, first: 1 });
});

test("hostile names reach nothing and are published as what they are", async () => {
  const paths = {
    a: "$.capability_result.__proto__",
    b: "$.list.length",
    c: "$.capability_result.constructor",
    d: "$.list['__proto__']['x']",
  };
  assert.deepEqual(await mapped({ list: [1] }, paths), {});
  const own = await mapped({ v: 1 }, JSON.parse('{"__proto__":"$.v","constructor":"$.v"}') as JsonObject);
  assert.deepEqual(Object.entries(own ?? {}), Object.entries(JSON.parse('{"__proto__":1,"constructor":1}')));
});

// ---- outcomes ----

test("a step that maps result_status states its outcome, which is routed and not published", async () => {
  const core = contract(
    [
      {
        step: "judge",
        transform: ANSWER,
        outputs: { result_status: "$.verdict", why: "$.why" },
        on_result: { LATE: "exit" },
      },
    ],
    { result_status_contract: { allowed: ["LATE"] } },
  );
  const trial = await runTrial(
    oneContract(core, {}, { transforms: [answering({ verdict: "LATE", why: "slow" })] }),
  );
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK LATE"]);
  assert.deepEqual(outputsOf(trial), { why: "slow" });
});

test("$.capability_result.result_status of a side effect is its outcome", async () => {
  const on_result = { SUCCESS: "exit" };
  const step = appending(
    "log",
    { n: 1 },
    { outputs: { result_status: "$.capability_result.result_status", said: "$.result_status" }, on_result },
  );
  const trial = await runTrial(oneContract(contract([step])));
  assert.deepEqual(pathOf(trial), ["START ACK", "WORK SUCCESS"]);
  assert.deepEqual(outputsOf(trial), { said: "SUCCESS" });
});

test("on_ct_result renames a transform's two answers", async () => {
  const renamed = {
    on_ct_result: { on_success: "FINE", on_failure: "POOR" },
    on_result: { FINE: "exit", POOR: "exit" },
  };
  const core = (transform: string) =>
    contract([{ step: "ask", transform, ...renamed }], {
      result_status_contract: { allowed: ["FINE", "POOR"] },
    });
  const transforms = [answering({}), refusing];
  assert.deepEqual(pathOf(await runTrial(oneContract(core(ANSWER), {}, { transforms }))), [
    "START ACK",
    "WORK FINE",
  ]);
  const refused = await runTrial(oneContract(core(REFUSE), {}, { transforms }));
  assert.deepEqual(pathOf(refused), ["START ACK", "WORK POOR"]);
  assert.deepEqual(eventsOf(refused, "transform_end")[0]?.payload.reason, {
    code: "NO_GOOD",
    because: "of the test",
  });
});

test("exit ends the contract, continue of the last step too, with the outcome of the step that ran last", async () => {
  const stop = passing("stop", { value: 1 }, { on_result: { SUCCESS: "exit" } });
  const stopped = await runTrial(oneContract(contract([stop, passing("never", { value: 2 })])));
  assert.deepEqual(
    eventsOf(stopped, "transform_end").map((event) => event.payload.step),
    ["stop"],
  );
  const through = await runTrial(
    oneContract(contract([passing("one", { value: 1 }), passing("two", { value: 2 })])),
  );
  assert.deepEqual(
    eventsOf(through, "step_end").map(({ payload }) => [payload.step, payload.continuation]),
    [
      ["one", "continue"],
      ["two", "continue"],
    ],
  );
});

test("a step's name as action skips to that step", async () => {
  const steps = [
    passing("one", { value: 1 }, { on_result: { SUCCESS: "three" } }),
    passing("two", { value: 2 }),
    passing("three", { value: 3 }),
  ];
  const trial = await runTrial(oneContract(contract(steps)));
  assert.deepEqual(
    eventsOf(trial, "transform_end").map((event) => event.payload.step),
    ["one", "three"],
  );
  assert.equal(eventsOf(trial, "step_end")[0]?.payload.continuation, "three");
});

// ---- evaluation ----

function judging(condition: string, after: readonly JsonObject[] = []): Protocol {
  const evaluation = { judge: { condition, on_true: "YES", on_false: "NO" } };
  const step = passing(
    "ask",
    { value: "$.inputs.v" },
    { outputs: { out: "$.value" }, on_result: { SUCCESS: "judge" } },
  );
  const core = contract([step, ...after], {
    inputs: { v: {} },
    evaluation,
    result_status_contract: { allowed: ["YES", "NO"] },
  });
  return oneContract(core);
}

const conditions: readonly (readonly [string, JsonObject, "YES" | "NO"])[] = [
  ["$.out == 3", { v: 3 }, "YES"],
  ["$.out == 3", { v: "3" }, "NO"],
  ["$.out != 3", { v: "3" }, "YES"],
  ["$.capability_result.value.n >= 2", { v: { n: 2 } }, "YES"],
  ["$.inputs.v < 2", { v: 2 }, "NO"],
  ["$.out > -1.5e0", { v: -1 }, "YES"],
  ["$.out <= 4", { v: 4 }, "YES"],
  ['$.out < "b"', { v: "a" }, "YES"],
  ['"𝒳" > $.out', { v: "\uff01" }, "YES"],
  ["$.out == null", { v: null }, "YES"],
  ["$.out == true", { v: false }, "NO"],
  ["$.out.a == $.inputs.v.b", { v: { a: { x: 1, y: [2] }, b: { y: [2], x: 1 } } }, "YES"],
];

for (const [condition, payload, outcome] of conditions) {
  test(`an evaluation ends the contract: ${condition} on ${JSON.stringify(payload)} is ${outcome}`, async () => {
    const trial = await runTrial(judging(condition, [passing("never", { value: 0 })]), payload);
    assert.deepEqual(pathOf(trial), ["START ACK", `WORK ${outcome}`]);
    assert.equal(eventsOf(trial, "step_end")[0]?.payload.continuation, "judge");
    assert.deepEqual(eventsOf(trial, "transform_end").length, 1);
  });
}

test("an evaluation is recorded with its condition and the values of both sides, between the step and the node", async () => {
  const trial = await runTrial(judging("$.inputs.v.n < 2"), { v: { n: 2 } });
  const [step, evaluation, node] = trial.events.slice(-5, -2);
  assert.deepEqual([step?.event_type, node?.event_type], ["step_end", "node_end"]);
  assert.equal(evaluation?.node_id, "WORK");
  assert.deepEqual(evaluation?.payload, {
    evaluation: "judge",
    condition: "$.inputs.v.n < 2",
    left: 2,
    right: 2,
    outcome: "NO",
  });
});

test("a contract that ends without its evaluation records none, and so does one whose values have no order", async () => {
  const violating = judging("$.out == 1");
  const trial = await runTrial({ ...violating, transforms: [] }, {});
  assert.deepEqual(eventsOf(trial, "evaluation_end"), []);
  const refused = await runTrial(judging("$.out < 2"), { v: "2" });
  assert.equal(refused.ending.exitReason, "EXPRESSION_TYPE");
  assert.deepEqual(eventsOf(refused, "evaluation_end"), []);
});

// ---- results between nodes ----

test("a later node reads a node's results and its outcome; one contract serves two nodes", async () => {
  const step = passing("pass", { value: "$.inputs.v" }, { outputs: { out: "$.value" } });
  const trial = await runTrial(
    {
      workflow: {
        start_node: "START",
        nodes: {
          START: { type: "IN", next: { default: "FIRST" } },
          FIRST: { type: "CC", code: "CC_WORK_V0", inputs: { v: "$.payload.v" }, next: { SUCCESS: "SECOND" } },
          SECOND: {
            type: "CC",
            code: "trial::CC_WORK_V0",
            inputs: {
              v: {
                was: "$.results.FIRST.out",
                ended: "$.results.FIRST.result_status",
                in: "$.results.START.result_status",
              },
            },
            next: { SUCCESS: "END" },
          },
          END: { type: "EXIT" },
        },
      },
      contracts: { CC_WORK_V0: contract([step], { inputs: { v: {} } }) },
    },
    { v: 9 },
  );
  assert.deepEqual(outputsOf(trial, "FIRST"), { out: 9 });
  assert.deepEqual(outputsOf(trial, "SECOND"), { out: { was: 9, ended: "SUCCESS", in: "ACK" } });
});

test("next.default takes only an outcome that is not listed beside it", async () => {
  const nodes = (next: JsonObject) => ({
    START: { type: "IN", next: { ACK: "WORK" } },
    WORK: { type: "CC", code: "CC_WORK_V0", next },
    LISTED: { type: "EXIT" },
    OTHER: { type: "EXIT" },
  });
  const ends = async (next: JsonObject) => {
    const workflow = { start_node: "START", nodes: nodes(next) };
    const trial = await runTrial({ workflow, contracts: { CC_WORK_V0: contract(idle) } });
    return trial.events.findLast((event) => event.event_type === "node_start")?.node_id;
  };
  assert.equal(await ends({ default: "OTHER", SUCCESS: "LISTED" }), "LISTED");
  assert.equal(await ends({ default: "OTHER", VIOLATION: "LISTED" }), "OTHER");
});

// ---- what a transform is given ----

test("a transform gets deep-frozen inputs in canonical order, whatever the payload's order", async () => {
  const seen: JsonObject[] = [];
  const watch = testTransform(ANSWER, (input) => {
    seen.push(input);
    return { result: {} };
  });
  const step = {
    step: "ask",
    transform: ANSWER,
    inputs: { z: "$.inputs.v", a: 1 },
    on_result: { SUCCESS: "exit" },
  };
  const protocol = oneContract(contract([step], { inputs: { v: {} } }), {}, { transforms: [watch] });
  await runTrial(protocol, { v: { b: [{ d: 1, c: 2 }], a: 1 } });
  const input = seen[0] as JsonObject;
  assert.equal(JSON.stringify(input), '{"a":1,"z":{"a":1,"b":[{"c":2,"d":1}]}}');
  const deepest = ((input["z"] as JsonObject)["b"] as readonly JsonObject[])[0] as { c: number };
  assert.throws(() => {
    deepest.c = 3;
  }, TypeError);
});

test("a transform's readings of clock and entropy are recorded in the order they were drawn", async () => {
  const drawing = testTransform(ANSWER, (_, sources) => ({
    result: { id: sources.entropy(2) + sources.entropy(1), at: sources.clock() },
  }));
  const step = { step: "ask", transform: ANSWER, on_result: { SUCCESS: "exit" } };
  const trial = await runTrial(oneContract(contract([step]), {}, { transforms: [drawing] }));
  const { observed, outputs } = eventsOf(trial, "transform_end")[0]?.payload ?? {};
  assert.deepEqual(
    observed?.map((one) => Object.keys(one)[0]),
    ["entropy", "entropy", "clock"],
  );
  const drawn = observed?.map((one) => Object.values(one)[0]) ?? [];
  assert.deepEqual(outputs, { id: `${drawn[0]}${drawn[1]}`, at: drawn[2] });
});
