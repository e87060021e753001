/**
 * The loop that runs a plan, and replays one. It says what happens as events and asks `conclude` for every
 * step's conclusion; it touches no file, clock or entropy (SPEC 4).
 */

import { RunFault } from "../errors/base.ts";
import { digestOf } from "../json/canonical.ts";
import { deepFreeze, type JsonObject, setOwn } from "../json/json.ts";
import type { Plan } from "../plan/plan.ts";
import type { Observation } from "../ports.ts";
import { MAIN_RUN } from "../trace/event.ts";
import { admit } from "./admission.ts";
import { advance, endAt, noTransition, type RunEnding } from "./advance.ts";
import { createChildRunner, type RunResult } from "./child-runs.ts";
import { EngineFault } from "./errors.ts";
import { requireStorable } from "./event-limits.ts";
import type { StepExecutor } from "./executor.ts";
import { runContractNode, runIntent } from "./nodes.ts";
import { checkLimit } from "./run-limits.ts";
import type { EmitEvent, RunInput, RunState } from "./run-state.ts";

/** Runs the plan to its ending; a refusal is an ending too. Anything else thrown is a defect. */
export async function execute(
  plan: Plan,
  input: RunInput,
  executor: StepExecutor,
  emit: EmitEvent,
  tally: RunState["tally"] = { runs: 0, events: 0 },
): Promise<RunResult> {
  const begun = input.micros();
  tally.runs++;
  let events = 0;
  let effects = 0;
  const counting: EmitEvent = (event) => {
    requireStorable(event);
    events++;
    if (input.run === MAIN_RUN) tally.events++;
    if (event.event_type === "side_effect_start") effects++;
    emit(event);
  };
  const state: RunState = {
    plan,
    input,
    executor,
    emit: counting,
    tally,
    cursor: { visit: 0 },
    payload: deepFreeze(input.payload),
    results: {},
    outcomes: {},
    call: (...call) => nested(...call),
  };
  const nested = createChildRunner(state, (child, childInput) =>
    execute(child, childInput, executor, counting, tally),
  );
  const ending = await runToEnding(state);
  counting({
    event_type: "workflow_complete",
    run: input.run,
    payload: {
      status: ending.status,
      outcome: ending.outcome,
      exit_reason_code: ending.exitReason,
      events: events + 1,
      effects,
      duration_us: input.micros() - begun,
    },
  });
  return { ...ending, results: publishedIn(state) };
}

/** What the contracts published, by node. */
function publishedIn({ plan, results }: RunState): JsonObject {
  return Object.fromEntries(Object.entries(results).filter(([key]) => plan.nodes.get(key)?.type === "CC"));
}

async function runToEnding(state: RunState): Promise<RunEnding> {
  try {
    sayStart(state);
    if (!admit(state)) return { status: "FAILED", outcome: null, exitReason: "ADMISSION_DENIED" };
    return await runNodes(state);
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    sayError(state, error);
    return { status: "FAILED", outcome: null, exitReason: error.code, fault: error };
  }
}

function sayStart({ plan, input, emit }: RunState): void {
  const observed: readonly Observation[] = [{ clock: input.clock }];
  emit({
    event_type: "execution_start",
    run: input.run,
    payload: {
      workflow_code: plan.workflow.fqdn,
      content_hash: plan.workflow.contentHash,
      snapshot: plan.snapshot,
      runtime: input.runtime,
      payload: input.payload,
      payload_digest: digestOf(input.payload),
      max_hops: input.maxHops,
      observed,
      ...(input.actor === undefined ? {} : { actor: input.actor }),
      ...(input.parent === undefined ? {} : { parent: input.parent }),
    },
  });
}

function sayError({ input, cursor, emit }: RunState, fault: RunFault): void {
  emit({
    event_type: "error",
    run: input.run,
    ...(cursor.node === undefined ? {} : { node_id: cursor.node }),
    payload: {
      error_code: fault.code,
      node_category: fault.category,
      stage: fault.stage,
      ...(cursor.step === undefined ? {} : { step: cursor.step }),
      facts: fault.facts,
    },
  });
}

async function runNodes(state: RunState): Promise<RunEnding> {
  const { plan, input, cursor, emit } = state;
  let key = plan.start;
  let outcome = "";
  for (let hops = 0; ; hops++) {
    cursor.node = key;
    delete cursor.step;
    cursor.visit = hops;
    checkLimit("events", state);
    if (hops >= input.maxHops) throw new EngineFault("walk", "WF", "HOP_LIMIT", { limit: input.maxHops });
    const node = plan.nodes.get(key);
    if (node === undefined) throw new Error(`the plan leads to ${key}, which it does not have`);
    if (node.type === "EXIT") {
      const ending = endAt(node, outcome);
      const reason = node.reason === null ? {} : { reason: node.reason };
      emit({
        event_type: "node_start",
        run: input.run,
        node_id: key,
        payload: { node_type: "EXIT", ...reason },
      });
      if (node.emit !== null) {
        const payload = { outcome, exit_reason_code: ending.exitReason };
        emit({
          event_type: "event_announced",
          run: input.run,
          node_id: key,
          payload: { event_code: node.emit, payload },
        });
      }
      return ending;
    }
    const begun = input.micros();
    const ended = node.type === "IN" ? await runIntent(node, state) : await runContractNode(node, state);
    delete cursor.step;
    const end = state.executor.end({ ...ended, next: advance(node, ended.outcome) });
    const { outputs, next } = end;
    outcome = end.outcome;
    setOwn(state.results, key, outputs);
    setOwn(state.outcomes, key, outcome);
    emit({
      event_type: "node_end",
      run: input.run,
      node_id: key,
      payload: { status: outcome, outputs, next, duration_us: input.micros() - begun },
    });
    if (next === null) throw noTransition(node, outcome, plan.workflow.fqdn);
    key = next;
  }
}
