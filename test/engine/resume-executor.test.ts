/** A run that was cut off goes on behind its record as if it had not been. */

import assert from "node:assert/strict";
import { test } from "node:test";
import type { StepExecutor } from "../../src/engine/executor.ts";
import { ReplayStopped } from "../../src/engine/record-cursor.ts";
import { ReplayExecutor } from "../../src/engine/replay-executor.ts";
import { replayThenLive } from "../../src/engine/resume-executor.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { EventBody, TraceEvent } from "../../src/trace/event.ts";
import { takingTurns } from "../support/portion.ts";
import {
  appending,
  compileTrial,
  contract,
  memoryData,
  oneContract,
  PASSTHROUGH,
  passing,
  runPlan,
  type Trial,
} from "./trial.ts";

const it = takingTurns(import.meta.url);

const WITH_ACTION = {
  on_result: { SUCCESS: "continue", VIOLATION: "exit", BACKEND_ERROR: "exit" },
};
const LEAF = "trial::WF_LEAF_V0";
const call: JsonObject = {
  step: "call",
  side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
  op: "EXECUTE",
  inputs: { workflow_code: LEAF, payload: { of: "leaf" } },
  on_result: { ...WITH_ACTION.on_result, NOT_FOUND: "exit" },
};

function planOfRun(): Promise<Plan> {
  const core = contract(
    [
      passing("pass", { value: "$.inputs.id" }),
      appending("first", { id: "$.inputs.id" }),
      call,
      appending("second", { of: "$.results.pass" }),
    ],
    {
      inputs: { id: { required: true } },
      result_status_contract: { allowed: ["SUCCESS", "VIOLATION", "BACKEND_ERROR", "NOT_FOUND"] },
    },
  );
  const protocol = oneContract(core, { inputs: { id: "$.payload.id" } });
  const leaf: JsonObject = {
    start_node: "START",
    nodes: {
      START: { type: "IN", next: { ACK: "LOG" } },
      LOG: { type: "CC", code: "CC_LOG_V0", next: { default: "END" } },
      END: { type: "EXIT" },
    },
  };
  return compileTrial({
    ...protocol,
    required: { [PASSTHROUGH]: [] },
    others: { [LEAF]: leaf },
    contracts: { ...protocol.contracts, CC_LOG_V0: contract([appending("log", { a: 1 })]) },
  });
}

const bodyOf = ({ event_type, run, node_id, payload }: TraceEvent): EventBody =>
  ({ event_type, run, ...(node_id === undefined ? {} : { node_id }), payload }) as EventBody;

/** The run once more: as far as recorded from the record, the rest live, on what the recorded effects had left. */
function resume(plan: Plan, recorded: readonly TraceEvent[], left: Readonly<Record<string, string>>) {
  return runPlan(
    plan,
    { id: "one" },
    {
      data: memoryData(left),
      stage: (live) => replayThenLive(new ReplayExecutor(recorded, plan), live),
    },
  );
}

/** What the store held when so many events had been recorded: a line for each effect that had ended. */
function leftAfter({ data }: Trial, recorded: readonly TraceEvent[]): Readonly<Record<string, string>> {
  const ended = recorded.filter(
    ({ event_type, payload }) => event_type === "side_effect_end" && "change" in payload,
  ).length;
  const lines = (data.text("log.jsonl") ?? "").split("\n").slice(0, ended);
  return ended === 0 ? {} : { "log.jsonl": `${lines.join("\n")}\n` };
}

it("cut after any event, a run goes on live with the events, the ending and the stores of the whole run", async () => {
  const plan = await planOfRun();
  const whole = await runPlan(plan, { id: "one" });
  assert.equal(whole.ending.exitReason, "COMPLETED");
  for (let cut = 0; cut < whole.events.length; cut++) {
    const recorded = whole.events.slice(0, cut);
    const resumed = await resume(plan, recorded, leftAfter(whole, recorded));
    assert.deepEqual(resumed.events.map(bodyOf), whole.events.slice(cut).map(bodyOf), `cut after ${cut}`);
    assert.deepEqual(resumed.ending, whole.ending);
    assert.equal(resumed.data.text("log.jsonl"), whole.data.text("log.jsonl"));
  }
});

test("a run that leaves its record is stopped before anything is performed", async () => {
  const plan = await planOfRun();
  const { events } = await runPlan(plan, { id: "one" });
  for (const [at, event] of events.entries()) {
    if (event.event_type !== "node_start" && event.event_type !== "step_end") continue;
    for (const [name, value] of Object.entries({ ...event.payload, undeclared: "" })) {
      if (typeof value !== "string") continue;
      const payload = { ...event.payload, [name]: `${value}_FORGED` };
      const record = [...events.slice(0, at), { ...event, payload } as unknown as TraceEvent];
      const data = memoryData();
      const stage = (live: StepExecutor) => replayThenLive(new ReplayExecutor(record, plan), live);
      await assert.rejects(runPlan(plan, { id: "one" }, { data, stage }), ReplayStopped, name);
      assert.equal(data.text("log.jsonl"), null);
    }
  }
});
