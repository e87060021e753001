/** Protocols that wait, and their runs over several sessions, in memory. */

import type { EffectResult } from "../../src/engine/executor.ts";
import type { JsonObject } from "../../src/json/value.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { EventType } from "../../src/trace/event.ts";
import {
  appending,
  compileTrial,
  contract,
  memoryData,
  oneContract,
  type Protocol,
  type ResumeOptions,
  resumePlan,
  runPlan,
  type Trial,
  type TrialOptions,
} from "./trial.ts";

const AWAIT = "capability_side_effects::CS_AWAIT_V0";
const ALL = ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR", "NOT_FOUND", "PARTIAL_FAILURE"];

/** A step that waits for an event or a moment, and publishes what it answered. */
export function waiting(inputs: JsonObject, op = "EVENT", step = "wait"): JsonObject {
  return {
    ...{ step, side_effect: AWAIT, op, inputs },
    outputs: { [step]: "$.capability_result" },
    on_result: { SUCCESS: "continue", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
  };
}

/** A contract of these steps that may end with every outcome of a wait. */
export const awaiting = (...steps: readonly JsonObject[]): JsonObject =>
  contract(steps, { result_status_contract: { allowed: ALL } });

/** WORK waits, then logs. */
export const asking = (inputs: JsonObject, op = "EVENT"): Protocol =>
  oneContract(awaiting(waiting(inputs, op), appending("log", { done: true })));

/** WORK waits for one key, then for the other. */
export const twice = (first: string, second: string): Protocol =>
  oneContract(awaiting(waiting({ key: first }, "EVENT", "first"), waiting({ key: second }, "EVENT", "second")));

export const CHILD = "trial::WF_CHILD_V0";

/** A workflow runs once beside others. */
const childFor = (key: string) => `trial::WF_CHILD_${key.toUpperCase()}_V0`;

const through = (code: string, inputs: JsonObject): JsonObject => ({
  start_node: "START",
  nodes: {
    START: { type: "IN", next: { ACK: "ASK" } },
    ASK: { type: "CC", code, inputs, next: { default: "END" } },
    END: { type: "EXIT" },
  },
});

const calling = (children: readonly string[], call: JsonObject): Protocol => {
  const { contracts, ...rest } = oneContract(
    awaiting({
      step: "call",
      outputs: { called: "$.capability_result" },
      on_result: { SUCCESS: "continue", BACKEND_ERROR: "exit" },
      ...call,
    }),
  );
  const inputs = { key: { required: true }, timeout: {} };
  const ask = contract(
    [
      waiting({ key: "$.inputs.key", timeout: "PT1H" }),
      appending("log", { key: "$.inputs.key", said: "$.results.wait.wait.answer" }),
    ],
    { inputs, result_status_contract: { allowed: ALL } },
  );
  return {
    ...rest,
    others: Object.fromEntries(
      children.map((child) => [child, through("CC_ASK_V0", { key: "$.payload.key" })]),
    ),
    contracts: { ...contracts, CC_ASK_V0: ask },
  };
};

/** WORK calls a workflow that waits. */
export const nested = (key: string): Protocol =>
  calling([CHILD], {
    side_effect: "capability_side_effects::CS_WORKFLOW_GATEWAY_V0",
    op: "EXECUTE",
    inputs: { workflow_code: CHILD, payload: { key } },
    on_result: { SUCCESS: "continue", NOT_FOUND: "exit", BACKEND_ERROR: "exit" },
  });

/** WORK calls a workflow for each key, one beside the other; each waits for its key. */
export const concurrent = (...keys: readonly string[]): Protocol =>
  calling(keys.map(childFor), {
    side_effect: "capability_side_effects::CS_CONCURRENT_WORKFLOWS_V0",
    op: "EXECUTE_CONCURRENT",
    inputs: { workflows: keys.map((key) => ({ code: childFor(key), payload: { key } })) },
    on_result: { SUCCESS: "continue", PARTIAL_FAILURE: "exit", BACKEND_ERROR: "exit" },
  });

// ---- sessions ----

/** One session after the first. */
export interface SessionOptions extends ResumeOptions {
  /** Before it, the process ended in the middle: behind the last event of this type, which is all that is on record. */
  readonly cutAfter?: EventType;
}

export interface Made {
  readonly plan: Plan;
  readonly trial: Trial;
  /** The same once more, in another world. */
  again(options: TrialOptions): Promise<Trial>;
}

/** The run from its beginning over all these sessions, each of which has its own clock. */
export async function runSessions(
  protocol: Protocol,
  sessions: readonly SessionOptions[],
  first: TrialOptions = {},
): Promise<Made> {
  const plan = await compileTrial(protocol);
  const again = async ({ stage, ...others }: TrialOptions) => {
    const data = memoryData();
    const options = stage === undefined ? others : { ...others, stage: sameAgain(stage) };
    let trial = await runPlan(plan, {}, { ...first, ...options, data });
    for (const { cutAfter, ...session } of sessions) {
      const recorded = cutAfter === undefined ? trial : cutBehind(trial, cutAfter);
      trial = await resumePlan(plan, recorded, { ...session, ...options, data });
    }
    return trial;
  };
  return { plan, trial: await again({}), again };
}

type Stage = NonNullable<TrialOptions["stage"]>;

/** What an effect answered in one session is what it is known to have answered in all that follow. */
function sameAgain(stage: Stage): Stage {
  const known = new Map<string, EffectResult>();
  return (performed) => {
    const staged = stage(performed);
    return {
      ...staged,
      async effect(...asked) {
        const [, , key, attempt] = asked;
        const result = known.get(`${key} ${attempt}`) ?? (await staged.effect(...asked));
        known.set(`${key} ${attempt}`, result);
        return result;
      },
    };
  };
}

function cutBehind(trial: Trial, type: EventType): Trial {
  const length = trial.events.findLastIndex(({ event_type }) => event_type === type) + 1;
  const lines = trial.text.split("\n").slice(0, length);
  return {
    ...trial,
    events: trial.events.slice(0, length),
    text: lines.map((line) => `${line}\n`).join(""),
  };
}

const WAIT_IN_SECRET: JsonObject = {
  step: "wait",
  side_effect: "capability_side_effects::CS_AWAIT_V0",
  op: "EVENT",
  inputs: { key: "$.inputs.pin", prompt: "Go on?" },
  outputs: { reply: "$.capability_result.answer" },
  on_result: { SUCCESS: "continue", TIMED_OUT: "exit", VIOLATION: "exit", BACKEND_ERROR: "exit" },
};

/** Waits for a key that is suppressed, and writes a suppressed token and the suppressed answer after it. */
export const SECRETIVE: Protocol = oneContract(
  contract(
    [
      appending("before", { token: "$.inputs.token" }),
      WAIT_IN_SECRET,
      appending("after", { token: "$.inputs.token", reply: "$.results.wait.reply" }),
    ],
    {
      inputs: { token: { required: true }, pin: { required: true } },
      suppress_trace_fields: ["token", "pin", "key", "answer", "reply"],
      result_status_contract: { allowed: ["SUCCESS", "TIMED_OUT", "VIOLATION", "BACKEND_ERROR"] },
    },
  ),
  { inputs: { token: "$.payload.token", pin: "$.payload.pin" } },
);
