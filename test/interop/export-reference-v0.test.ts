/** A run told in the reference's vocabulary: every line an event of its schema, chained by its rule. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { exportReferenceV0 } from "../../src/interop/export-reference-v0.ts";
import { digestOf } from "../../src/json/canonical.ts";
import { pythonDumps } from "../../src/json/python-dumps.ts";
import type { JsonObject } from "../../src/json/value.ts";
import { fixedClock } from "../../src/platform/node-ports.ts";
import type { TraceEvent } from "../../src/trace/event.ts";
import {
  appending,
  compileTrial,
  contract,
  JOURNAL,
  memoryData,
  oneContract,
  type Protocol,
  passing,
  resumePlan,
  runPlan,
  runTrial,
  type TrialOptions,
} from "../engine/trial.ts";
import { awaiting, waiting } from "../engine/waiting.ts";
import { takingTurns } from "../support/portion.ts";
import { assertTraceEventsV0, skipWithoutSchema } from "../support/trace-event-v0.ts";

const it = takingTurns(import.meta.url);

const working = (): Protocol =>
  oneContract(
    contract([passing("pass", { value: "$.inputs.n" }), appending("log", { n: "$.inputs.n" })], {
      inputs: { n: { type: "integer", required: true } },
    }),
    { inputs: { n: "$.payload.n" } },
  );

const withIntent = (protocol: Protocol): Protocol => {
  const nodes = protocol.workflow["nodes"] as { START: JsonObject };
  return {
    ...protocol,
    intents: { IN_N_V0: { n: { type: "integer", required: true } } },
    workflow: {
      ...protocol.workflow,
      nodes: { ...nodes, START: { type: "IN", code: "IN_N_V0", next: { ACK: "WORK", NACK: "END" } } },
    },
  };
};

const nested: Protocol = {
  ...oneContract(
    contract(
      [
        {
          step: "call",
          side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
          op: "EXECUTE",
          inputs: { workflow_code: "trial::WF_INNER_V0", payload: {} },
          on_result: { SUCCESS: "exit", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
        },
      ],
      { result_status_contract: { allowed: ["SUCCESS", "NOT_FOUND", "BACKEND_ERROR"] } },
    ),
  ),
  others: {
    "trial::WF_INNER_V0": {
      start_node: "IN",
      nodes: { IN: { type: "IN", next: { ACK: "OUT" } }, OUT: { type: "EXIT" } },
    },
  },
};

const denied: Protocol = {
  ...working(),
  workflow: {
    ...working().workflow,
    admission: { requires: ["EV_OPEN_V0"], bindings: { EV_OPEN_V0: { case_id: "n" } } },
  },
};

/** Its one step answers an outcome that only this protocol has. */
const tooFew = oneContract(
  contract(
    [
      passing(
        "count",
        { value: "TOO_FEW" },
        { outputs: { result_status: "$.value" }, on_result: { TOO_FEW: "exit" } },
      ),
    ],
    { result_status_contract: { allowed: ["TOO_FEW"] } },
  ),
);

interface Case {
  readonly name: string;
  readonly protocol: Protocol;
  readonly payload: JsonObject;
  readonly options?: TrialOptions;
  /** Members of the last event's payload. */
  readonly ending: readonly [status: string, condition: string, reason: string];
}

const broken = memoryData();
broken.broken.add("log.jsonl");
const ending = (reason: string) => ["FAILURE", reason.replace("EXIT_", ""), reason] as const;

const cases: readonly Case[] = [
  { name: "success", protocol: working(), payload: { n: 1 }, ending: ["SUCCESS", "SUCCESS", "COMPLETED"] },
  { name: "denied", protocol: denied, payload: { n: 1 }, ending: ["FAILURE", "FAILURE", "ADMISSION_DENIED"] },
  {
    name: "turned down by the intent",
    protocol: withIntent(working()),
    payload: { n: "one" },
    ending: ["FAILURE", "NACK", "EXIT_REJECTED"],
  },
  { name: "violated", protocol: working(), payload: {}, ending: ending("EXIT_VIOLATION") },
  {
    name: "storage that fails",
    protocol: working(),
    payload: { n: 1 },
    options: { data: broken },
    ending: ending("EXIT_BACKEND_ERROR"),
  },
  {
    name: "an outcome of the protocol's own",
    protocol: tooFew,
    payload: {},
    ending: ["FAILURE", "TOO_FEW", "EXIT_REJECTED"],
  },
  {
    name: "refused",
    protocol: working(),
    payload: { n: 1 },
    options: { maxHops: 1 },
    ending: ["FAILURE", "FAILURE", "EXECUTION_ERROR"],
  },
  { name: "nested", protocol: nested, payload: {}, ending: ["SUCCESS", "SUCCESS", "COMPLETED"] },
];

async function exported({ protocol, payload, options }: Pick<Case, "protocol" | "payload" | "options">) {
  const { events } = await runTrial(protocol, payload, options);
  const found = exportReferenceV0(events);
  const lines = found.text.trimEnd().split("\n");
  return {
    ...found,
    lines,
    said: lines.map((line) => JSON.parse(line) as JsonObject & { payload: JsonObject }),
  };
}

for (const one of cases) {
  test(`${one.name}: how it ended is said in the format's words`, async () => {
    const { said } = await exported(one);
    const last = said.at(-1);
    assert.equal(last?.["event_type"], "workflow_complete");
    const { status, exit_condition, exit_reason_code } = last?.payload ?? {};
    assert.deepEqual([status, exit_condition, exit_reason_code], one.ending);
  });

  it(`${one.name}: every line is an event of the schema`, { skip: skipWithoutSchema }, async () => {
    assertTraceEventsV0((await exported(one)).text);
  });
}

const hash16 = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

test("each event carries the hash of the one before, as Python dumps it, and the first that of the execution", async () => {
  const { lines, said } = await exported({ protocol: working(), payload: { n: 1 } });
  assert.deepEqual(
    said.map(({ prev_hash }) => prev_hash),
    [hash16(String(said[0]?.["execution_id"])), ...lines.slice(0, -1).map(hash16)],
  );
  assert.deepEqual(lines.map(pythonDumps), lines);
  assert.deepEqual(
    said.map(({ sequence }) => sequence),
    lines.map((_, i) => i + 1),
  );
});

test("events come in the order of the run, each node with its type, each step with its capability", async () => {
  const { said, dropped } = await exported({ protocol: working(), payload: { n: 1 } });
  assert.deepEqual(
    said.map(({ event_type, payload }) => [event_type, payload["node_id"] ?? payload["ct_code"] ?? null]),
    [
      ["execution_start", null],
      ["node_start", "START"],
      ["node_end", "START"],
      ["node_start", "WORK"],
      ["capability_dispatch", "WORK"],
      ["transform_start", "capability_transforms::CT_PURE_PASSTHROUGH_V0"],
      ["transform_end", "capability_transforms::CT_PURE_PASSTHROUGH_V0"],
      ["side_effect_start", "WORK"],
      ["side_effect_end", "WORK"],
      ["node_end", "WORK"],
      ["node_start", "END"],
      ["node_end", "END"],
      ["workflow_complete", null],
    ],
  );
  assert.deepEqual(
    [said[0]?.payload["input_hash"], said[5]?.payload["inputs_hash"]],
    [digestOf({ n: 1 }), digestOf({ value: 1 })],
  );
  assert.deepEqual(dropped, { admission: 1, step_end: 2 });
});

test("of a nested run nothing is said but the step that called it", async () => {
  const { said, dropped } = await exported({ protocol: nested, payload: {} });
  assert.deepEqual(said.filter(({ event_type }) => event_type === "execution_start").length, 1);
  assert.equal(said.filter(({ event_type }) => event_type === "side_effect_start").length, 1);
  assert.ok((dropped["nested"] ?? 0) >= 4);
});

test("a refusal keeps its own code in the details", async () => {
  const { said } = await exported({ protocol: working(), payload: { n: 1 }, options: { maxHops: 1 } });
  const error = said.find(({ event_type }) => event_type === "error")?.payload;
  assert.deepEqual(
    [error?.["error_code"], error?.["node_category"], error?.["details"]],
    ["EXECUTION_ERROR", "WF", { error_code: "HOP_LIMIT", stage: "walk", facts: { limit: 1 } }],
  );
});

test("no hash stands in for what is suppressed, and no value of it", async () => {
  const protocol = oneContract(
    contract([passing("pass", { value: "$.inputs.pin" })], {
      inputs: { pin: {} },
      suppress_trace_fields: ["pin"],
    }),
    { inputs: { pin: "$.payload.pin" } },
  );
  const { said, text } = await exported({ protocol, payload: { pin: "very secret" } });
  assert.ok(!text.includes("very secret"));
  const start = said.find(({ event_type }) => event_type === "transform_start");
  assert.deepEqual(start?.payload, { ct_code: "capability_transforms::CT_PURE_PASSTHROUGH_V0" });
  assert.ok(!Object.hasOwn(said[0]?.payload ?? {}, "input_hash"));
});

/** A run whose store fails at first, which waits for an event, and whose last effect is looked up after a crash. */
async function inSessions(): Promise<
  Readonly<Record<"paused" | "asked" | "ended" | "cancelled", readonly TraceEvent[]>>
> {
  const steps = [appending("first", { n: 1 }), waiting({ key: "k" }), appending("last", { n: 2 })];
  const retry = { max_attempts: 3, backoff: "PT1M" };
  const plan = await compileTrial(oneContract(awaiting(...steps), {}, { policies: { [JOURNAL]: { retry } } }));
  const data = memoryData();
  const at = (minute: number) => ({ data, clock: fixedClock(Date.UTC(2026, 0, 31, 9, minute)) });
  data.broken.add("log.jsonl");
  const paused = await runPlan(plan, {}, at(0));
  data.broken.clear();
  const asked = await resumePlan(plan, paused, at(1));
  const cancelled = await resumePlan(plan, asked, { ...at(2), cancellation: {} });
  const whole = await resumePlan(plan, asked, { ...at(2), delivery: { key: "k" } });
  const cut = whole.events.findLastIndex(({ event_type }) => event_type === "side_effect_start") + 1;
  const crashed = {
    events: whole.events.slice(0, cut),
    text: `${whole.text.split("\n").slice(0, cut).join("\n")}\n`,
  };
  const settled = { outcome: "SUCCESS", result: {}, observed: [], settled: "shown" } as const;
  const ended = await resumePlan(plan, crashed, { ...at(3), settled });
  return { paused: paused.events, asked: asked.events, ended: ended.events, cancelled: cancelled.events };
}

test("of a run in several sessions, each attempt is an effect, and what the format cannot say is counted", async () => {
  const traces = await inSessions();
  const told = exportReferenceV0(traces.ended);
  const effects = told.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { event_type: string; payload: JsonObject })
    .filter(({ event_type }) => event_type === "side_effect_end");
  assert.deepEqual(
    effects.map(({ payload: { step, outcome } }) => [step, outcome]),
    [
      ["first", "BACKEND_ERROR"],
      ["first", "SUCCESS"],
      ["wait", "SUCCESS"],
      ["last", "SUCCESS"],
    ],
  );
  const { retried, settled, run_suspended, run_resumed } = told.dropped;
  assert.deepEqual([retried, settled, run_suspended, run_resumed], [1, 1, 2, 3]);
});

test("a run that waits is told without an end, and one that was cancelled as aborted", async () => {
  const { paused, asked, cancelled } = await inSessions();
  for (const events of [paused, asked])
    assert.doesNotMatch(exportReferenceV0(events).text, /workflow_complete/);
  const last = JSON.parse(exportReferenceV0(cancelled).text.trimEnd().split("\n").at(-1) ?? "") as JsonObject;
  const { status, exit_condition, exit_reason_code } = last["payload"] as JsonObject;
  assert.deepEqual([status, exit_condition, exit_reason_code], ["ABORT", "ABORT", "ABORT"]);
  assert.equal(exportReferenceV0(cancelled).dropped["run_cancelled"], 1);
});

it("every line of a run in several sessions is an event of the schema", {
  skip: skipWithoutSchema,
}, async () => {
  for (const events of Object.values(await inSessions())) assertTraceEventsV0(exportReferenceV0(events).text);
});
