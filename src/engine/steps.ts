/** One step: a transform is computed, an effect performed, or other workflows are called (SPEC 4.5, 4.6). */

import { targetOf } from "../capabilities/effect.ts";
import { isWait } from "../capabilities/targets/wait.ts";
import { type Digest, digestOf } from "../json/canonical.ts";
import { deepFreeze, inCanonicalOrder, type JsonObject } from "../json/value.ts";
import type { Contract, EffectStep, TransformStep } from "../plan/plan.ts";
import { EngineFault } from "./errors.ts";
import type { EffectResult } from "./executor.ts";
import type { RunState } from "./run-state.ts";

export interface StepResult {
  readonly outcome: string;
  readonly raw: JsonObject;
  /** What `$.capability_result.result_status` reads: an effect's outcome. */
  readonly status: string | undefined;
}

/** A step that lacks an input its transform requires has the transform's failure outcome. */
export function runTransform(
  step: TransformStep,
  inputs: JsonObject,
  { executor, emit, input, cursor }: RunState,
): StepResult {
  const missing = step.required.find((name) => !Object.hasOwn(inputs, name));
  const { result, reason, observed } =
    missing === undefined
      ? // The order of members never reaches a transform: a replay reads them back in canonical order.
        executor.transform(step, deepFreeze(inCanonicalOrder(inputs)))
      : { result: null, reason: { code: "INPUT_MISSING", field: missing }, observed: [] };
  const outcomeOf = (found: JsonObject | null) => (found === null ? step.onFailure : step.onSuccess);
  const { payload } = emit({
    event_type: "transform_end",
    run: input.run,
    node_id: cursor.node as string,
    payload: {
      step: step.name,
      ct_code: step.code,
      inputs,
      outcome: outcomeOf(result),
      ...(result === null ? {} : { outputs: result }),
      ...(reason === undefined ? {} : { reason }),
      ...(observed.length === 0 ? {} : { observed }),
    },
  });
  const { outputs = null } = payload;
  return { outcome: outcomeOf(outputs), raw: outputs ?? {}, status: undefined };
}

/** The effect begins and ends in the trace. @throws RunFault for an outcome that its operation does not declare */
export async function runEffect(
  step: EffectStep,
  inputs: JsonObject,
  contract: Contract,
  state: RunState,
): Promise<StepResult> {
  const { emit, input, cursor } = state;
  const at = { run: input.run, node_id: cursor.node as string };
  const effectKey = digestOf([input.executionId, input.run, cursor.visit, step.name]);
  const { code, op, store } = step;
  const moment = targetOf(step.operation).answers === "awaited" ? state.executor.moment() : null;
  emit({
    event_type: "side_effect_start",
    ...at,
    payload: {
      ...{ step: step.name, cs_code: code, op, store, inputs, effect_key: effectKey },
      ...(moment === null ? {} : { observed: [{ clock: moment }] }),
    },
  });
  const performed =
    moment === null
      ? await perform(step, inputs, effectKey, contract, state)
      : await waitIn(step, inputs, moment, effectKey, state);
  const { outcome, result, reason, change, requests, observed, settled, actor } = performed;
  emit({
    event_type: "side_effect_end",
    ...at,
    payload: {
      step: step.name,
      outcome,
      result,
      ...(reason === undefined ? {} : { reason }),
      ...(change === undefined ? {} : { change }),
      ...(requests === undefined ? {} : { requests }),
      ...(observed.length === 0 ? {} : { observed }),
      ...(settled === undefined ? {} : { settled }),
      ...(actor === undefined ? {} : { actor }),
    },
  });
  if (step.declared.has(outcome)) return { outcome, raw: result, status: outcome };
  const facts = { outcome, contract: code, declared: [...step.declared] };
  throw new EngineFault("effect", "CS", "OUTCOME_NOT_DECLARED", facts);
}

/** The executor performs what is outside the run. What follows from the run itself is worked out here, in a replay too. */
async function perform(
  step: EffectStep,
  inputs: JsonObject,
  effectKey: Digest,
  contract: Contract,
  { executor, call, waits, input }: RunState,
): Promise<EffectResult> {
  const { operation } = step;
  const target = targetOf(operation);
  if (target.answers !== "worked-out") return executor.effect(step, inputs, effectKey);
  const frozen = deepFreeze(inCanonicalOrder(inputs));
  const performed = await target.perform(operation, frozen, {
    call: (workflow, payload) => call(workflow, payload, contract),
    together: (works) => waits.together(works, input.run),
  });
  return { ...performed, result: performed.result ?? {}, observed: [] };
}

/** Ends at once where there is nothing to wait for; else the run is parked. */
async function waitIn(
  step: EffectStep,
  inputs: JsonObject,
  moment: string,
  effectKey: Digest,
  { executor, waits, input, cursor }: RunState,
): Promise<EffectResult> {
  const begun = executor.beginWait(step, inputs, moment);
  if (!isWait(begun)) return begun;
  const at = { run: input.run, node: cursor.node as string, step: step.name };
  return executor.endWait(step, begun, await waits.park({ ...at, effectKey, wait: begun }));
}
