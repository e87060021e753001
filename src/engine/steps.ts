/** One step: a transform is computed, an effect performed, or other workflows are called (SPEC 4.5, 4.6). */

import { targetOf } from "../capabilities/effect.ts";
import { isWait } from "../capabilities/targets/wait.ts";
import { type Digest, digestOf } from "../json/canonical.ts";
import { instantOf, LAST_INSTANT } from "../json/date-time.ts";
import { deepFreeze, inCanonicalOrder, type JsonObject, present } from "../json/value.ts";
import type { Contract, EffectStep, TransformStep } from "../plan/plan.ts";
import { pauseAfter } from "./attempts.ts";
import { EngineFault } from "./errors.ts";
import type { EffectResult } from "./executor.ts";
import { requireRoomForStep } from "./limits.ts";
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
    payload:
      result !== null && observed.length === 0
        ? { ct_code: step.code, inputs, outcome: outcomeOf(result), outputs: result, step: step.name }
        : present({
            ct_code: step.code,
            inputs,
            observed: observed.length === 0 ? undefined : observed,
            outcome: outcomeOf(result),
            outputs: result ?? undefined,
            reason,
            step: step.name,
          }),
  });
  const { outputs = null } = payload;
  return { outcome: outcomeOf(outputs), raw: outputs ?? {}, status: undefined };
}

/**
 * The effect begins and ends in the trace, once for every attempt; the last one counts.
 * @throws RunFault for an outcome that its operation does not declare
 */
export async function runEffect(
  step: EffectStep,
  inputs: JsonObject,
  contract: Contract,
  state: RunState,
): Promise<StepResult> {
  const { input, cursor } = state;
  const effectKey = digestOf([input.executionId, input.run, cursor.visit, step.name]);
  for (let attempt = 1; ; attempt++) {
    const asked = { step, inputs, effectKey, contract, attempt };
    const moment = beginAttempt(asked, state);
    const end =
      moment === null ? await perform(asked, state) : await waitIn(step, inputs, moment, effectKey, state);
    const pause = endAttempt(asked, end, state);
    const { outcome, result } = end;
    if (pause === null && step.declared.has(outcome)) return { outcome, raw: result, status: outcome };
    if (pause === null) {
      const facts = { outcome, contract: step.code, declared: [...step.declared] };
      throw new EngineFault("effect", "CS", "OUTCOME_NOT_DECLARED", facts);
    }
    if (!(await state.executor.pause(pause))) await waitFor(pause, step, effectKey, end, state);
    requireRoomForStep(state);
  }
}

interface Attempt {
  readonly step: EffectStep;
  readonly inputs: JsonObject;
  readonly effectKey: Digest;
  readonly contract: Contract;
  readonly attempt: number;
}

/** The moment at which it begins, of a step that may wait; null for all others. */
function beginAttempt(
  { step, inputs, effectKey, attempt }: Attempt,
  { emit, input, cursor, executor }: RunState,
): string | null {
  const moment = targetOf(step.operation).answers === "awaited" ? executor.moment() : null;
  emit({
    event_type: "side_effect_start",
    run: input.run,
    node_id: cursor.node as string,
    payload: present({
      attempt: step.retry === null ? undefined : attempt,
      cs_code: step.code,
      effect_key: effectKey,
      inputs,
      observed: moment === null ? undefined : [{ clock: moment }],
      op: step.op,
      step: step.name,
      store: step.store,
    }),
  });
  return moment;
}

/** What to wait for before the next attempt; null where there is none. */
function endAttempt(
  { step, attempt }: Attempt,
  end: EffectResult,
  { emit, input, cursor }: RunState,
): number | null {
  const pause = pauseAfter(step, attempt, end);
  const { outcome, result, reason, change, requests, observed, settled, actor } = end;
  emit({
    event_type: "side_effect_end",
    run: input.run,
    node_id: cursor.node as string,
    payload: present({
      actor,
      change,
      observed: observed.length === 0 ? undefined : observed,
      outcome,
      reason,
      requests,
      result,
      retried: pause === null ? undefined : (true as const),
      settled,
      step: step.name,
    }),
  });
  return pause;
}

/** The executor performs what is outside the run. What follows from the run itself is worked out here, in a replay too. */
function perform(
  asked: Attempt,
  { executor, call, waits, input }: RunState,
): EffectResult | Promise<EffectResult> {
  const { step, inputs, effectKey, contract, attempt } = asked;
  const { operation } = step;
  const target = targetOf(operation);
  if (target.answers !== "worked-out") return executor.effect(step, inputs, effectKey, attempt);
  const performed = target.perform(operation, deepFreeze(inCanonicalOrder(inputs)), {
    call: (workflow, payload) => call(workflow, payload, contract),
    together: (works) => waits.together(works, input.run),
  });
  return performed.then((end) => ({ ...end, result: end.result ?? {}, observed: [] }));
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

/** The run is parked until the pause is over: it is counted from the end of the attempt. */
async function waitFor(
  pause: number,
  step: EffectStep,
  effectKey: Digest,
  { observed }: EffectResult,
  { waits, input, cursor }: RunState,
): Promise<void> {
  const since = observed.findLast((one) => "clock" in one)?.clock ?? "";
  const due = instantOf(Date.parse(since) + pause) ?? LAST_INSTANT;
  const at = { run: input.run, node: cursor.node as string, step: step.name };
  await waits.park({ ...at, effectKey, wait: { kind: "TIME", due } });
}
