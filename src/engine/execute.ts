/**
 * The loop that runs a plan, and replays one. It emits what happens as events and asks the executor for the result of
 * every step; it touches no file, clock or entropy (SPEC 4).
 */

import { RunFault } from "../errors/base.ts";
import { deepFreeze, type Json, type JsonObject, type MutableJson, setOwn } from "../json/value.ts";
import type { ExitNode, Plan } from "../plan/plan.ts";
import { type EventBody, MAIN_RUN } from "../trace/event.ts";
import { admit } from "./admission.ts";
import { advance, endAt, noTransition, type RunEnding } from "./advance.ts";
import { createChildRunner, type RunResult } from "./child-runs.ts";
import { EngineFault, RunCancelled } from "./errors.ts";
import { emitter, errorEvent, startEvent } from "./events.ts";
import type { StepExecutor } from "./executor.ts";
import { requireRoomForStep, requireStorable } from "./limits.ts";
import { runContractNode, runIntent } from "./nodes.ts";
import type { RunInput, RunState } from "./run-state.ts";
import { Waits } from "./waits.ts";

/**
 * Runs the plan to its ending, or null where it waits; a refusal is an ending too. Anything else thrown is a defect.
 */
export async function execute(plan: Plan, input: RunInput, executor: StepExecutor): Promise<RunResult | null> {
  const waits = new Waits();
  const emit = (event: EventBody) => executor.emit(event);
  const main = executeRun(plan, input, executor, { emit, tally: { runs: 0, events: 0 }, waits });
  let hasSettled = await waits.hasSettled(main);
  while (!hasSettled) {
    try {
      const { payload } = emitter(emit)({
        event_type: "run_suspended",
        run: MAIN_RUN,
        payload: { waits: waits.entries },
      });
      const resumed = await executor.resume(waits.steps);
      if (resumed === null) return null;
      hasSettled = await waits.resume(payload.waits, resumed, main);
    } catch (error) {
      if (!(error instanceof RunCancelled)) throw error;
      hasSettled = await waits.hasSettled(main, () => waits.reject(error));
    }
  }
  return await main;
}

async function executeRun(
  plan: Plan,
  input: RunInput,
  executor: StepExecutor,
  trace: Pick<RunState, "tally" | "waits"> & Pick<StepExecutor, "emit">,
): Promise<RunResult> {
  const begun = input.micros();
  const { tally, waits } = trace;
  tally.runs++;
  let events = 0;
  let effects = 0;
  const count = (event: EventBody) => {
    const emitted = trace.emit(event);
    events++;
    if (input.run === MAIN_RUN) tally.events++;
    if (event.event_type === "side_effect_start") effects++;
    return emitted;
  };
  const state: RunState = {
    plan,
    input,
    executor,
    emit: emitter((event) => {
      requireStorable(event);
      return count(event);
    }),
    waits,
    tally,
    cursor: { node: undefined, step: undefined, visit: 0 },
    payload: input.payload,
    results: {},
    outcomes: {},
    call: (...call) => nested(...call),
  };
  const nested = createChildRunner(state, (child, childInput) =>
    executeRun(child, childInput, executor, { emit: count, tally, waits }),
  );
  const complete = (ending: RunEnding): RunResult => {
    state.emit({
      event_type: "workflow_complete",
      run: input.run,
      payload: {
        duration_us: input.micros() - begun,
        effects,
        events: events + 1,
        exit_reason_code: ending.exitReason,
        outcome: ending.outcome,
        status: ending.status,
      },
    });
    const { status, outcome, exitReason, fault } = ending;
    const result = { status, outcome, exitReason, results: publishedIn(state) };
    return fault === undefined ? result : { ...result, fault };
  };
  try {
    return complete(await runToEnding(state));
  } catch (error) {
    if (!(error instanceof RunCancelled)) throw error;
    return complete(CANCELLED);
  }
}

const CANCELLED: RunEnding = { status: "CANCELLED", outcome: null, exitReason: "CANCELLED" };

/** What the contracts published, by node. */
function publishedIn({ plan, results }: RunState): JsonObject {
  const published: MutableJson = {};
  for (const key of Object.keys(results))
    if (plan.nodes.get(key)?.type === "CC") setOwn(published, key, results[key] as Json);
  return published;
}

async function runToEnding(state: RunState): Promise<RunEnding> {
  try {
    const start = state.emit(startEvent(state.plan, state.input));
    state.payload = deepFreeze(start.payload.payload);
    const admitted = admit(state);
    if (!(admitted instanceof Promise ? await admitted : admitted))
      return { status: "FAILED", outcome: null, exitReason: "ADMISSION_DENIED" };
    return await runNodes(state);
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    state.emit(errorEvent(state.input.run, error, state.cursor));
    return { status: "FAILED", outcome: null, exitReason: error.code, fault: error };
  }
}

async function runNodes(state: RunState): Promise<RunEnding> {
  const { plan, input, cursor, emit } = state;
  let key = plan.start;
  let outcome = "";
  for (let hops = 0; ; hops++) {
    cursor.node = key;
    cursor.step = undefined;
    cursor.visit = hops;
    requireRoomForStep(state);
    if (hops >= input.maxHops) throw new EngineFault("walk", "WF", "HOP_LIMIT", { limit: input.maxHops });
    const node = plan.nodes.get(key);
    if (node === undefined) throw new Error(`the plan leads to ${key}, which it does not have`);
    if (node.type === "EXIT") return runExit(node, outcome, state);
    const begun = input.micros();
    const ended = node.type === "IN" ? await runIntent(node, state) : await runContractNode(node, state);
    cursor.step = undefined;
    const { payload } = emit({
      event_type: "node_end",
      run: input.run,
      node_id: key,
      payload: {
        duration_us: input.micros() - begun,
        next: advance(node, ended.outcome),
        outputs: ended.outputs,
        status: ended.outcome,
      },
    });
    outcome = payload.status;
    setOwn(state.results, key, payload.outputs);
    setOwn(state.outcomes, key, outcome);
    if (payload.next === null) throw noTransition(node, outcome, plan.workflow.fqdn);
    key = payload.next;
  }
}

function runExit(node: ExitNode, outcome: string, { input, emit }: RunState): RunEnding {
  const ending = endAt(node, outcome);
  const at = { run: input.run, node_id: node.key };
  const node_type = "EXIT" as const;
  const payload = node.reason === null ? { node_type } : { node_type, reason: node.reason };
  emit({ event_type: "node_start", ...at, payload });
  for (const event_code of node.emit) {
    const payload = { exit_reason_code: ending.exitReason, outcome };
    emit({ event_type: "event_announced", ...at, payload: { event_code, payload } });
  }
  return ending;
}
