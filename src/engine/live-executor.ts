/** Runs live: appends events to the trace, computes transforms, performs side effects, queries the stores for admission. */

import { CapabilityError } from "../capabilities/capability-error.ts";
import { targetOf } from "../capabilities/effect.ts";
import type { EffectPorts } from "../capabilities/target.ts";
import { RunFault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import type { Digest } from "../json/canonical.ts";
import type { TraceLimits } from "../json/limits.ts";
import { notJson } from "../json/not-json.ts";
import { pointer } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import type { EffectStep, Plan, TransformStep } from "../plan/plan.ts";
import type { Observation, Ports } from "../ports.ts";
import type { EventBody } from "../trace/event.ts";
import { findMatches } from "./admission.ts";
import { beginWait, endWait } from "./answers.ts";
import { computeTransform, recordingSources } from "./compute-transform.ts";
import { EngineFault } from "./errors.ts";
import { emitter } from "./events.ts";
import type { EffectResult, StepExecutor, TransformResult } from "./executor.ts";
import { bind, evaluateCondition, mapOutputs, validate } from "./values.ts";

export interface LiveEnvironment extends Omit<EffectPorts, "sources">, Pick<Ports, "clock" | "entropy"> {
  /**
   * Where events go. Everything appended is on the device when `sync` returns; `bytes` is the length of the whole trace.
   * @throws TraceFault, and EngineFault for an event that is too large
   */
  readonly journal: { append(event: EventBody): void; sync(): void; readonly bytes: number };
  readonly limits: TraceLimits;
  /** Aborts the run before its next node or step. */
  readonly signal?: AbortSignal | undefined;
  /** Called for every nested run before its first event. */
  readonly onBeginRun: (run: string, plan: Plan) => void;
}

export function createLiveExecutor(live: LiveEnvironment): StepExecutor {
  return {
    emit: emitter((event) => {
      live.journal.append(event);
      return event;
    }),
    beginRun(run, plan) {
      live.onBeginRun(run, plan);
      return new Date(live.clock.now()).toISOString();
    },
    limit: (of, count) => (count < live.limits[of] ? null : live.limits[of]),
    isAborted: () => live.signal?.aborted ?? false,
    bytesLimit: () => (live.journal.bytes < live.limits.bytes ? null : live.limits.bytes),
    admit: (rules, where) => findMatches(rules, where, live.stores.events),
    validate,
    bind,
    mapOutputs,
    evaluate: evaluateCondition,
    transform: (step, inputs) => transform(step, inputs, live),
    moment: () => new Date(live.clock.now()).toISOString(),
    beginWait,
    endWait,
    async resume() {
      live.journal.sync();
      return null;
    },
    effect: (step, inputs, key) => effect(step, inputs, key, live),
  };
}

function transform(step: TransformStep, inputs: JsonObject, live: LiveEnvironment): TransformResult {
  const { sources, observed } = recordingSources(live);
  return { ...computeTransform(step, inputs, sources), observed };
}

async function effect(
  { code, op, operation, path, policy }: EffectStep,
  inputs: JsonObject,
  effectKey: Digest,
  live: LiveEnvironment,
): Promise<EffectResult> {
  const target = targetOf(operation);
  if (target.answers !== "recorded") throw new Error("the engine computes this step from the run itself");
  if (live.remote === null && !target.hasDryRun)
    throw new EngineFault("effect", "CS", "REMOTE_EFFECT_NOT_ALLOWED", { capability: code, op });
  const { sources, observed } = recordingSources(live);
  if (live.durability === "device" && !target.isReading(operation)) live.journal.sync();
  try {
    const performed = await target.perform(
      operation,
      { inputs, path, policy, effectKey },
      { ...live, sources },
    );
    const { result = {}, reason = {} } = performed;
    const invalid = notJson(result, ["result"]) ?? notJson(reason, ["reason"]);
    if (invalid !== undefined) throw new Error(`an answer that JSON cannot carry at ${pointer(invalid)}`);
    return { ...performed, result, observed };
  } catch (error) {
    if (error instanceof RunFault) throw error;
    if (error instanceof StoreFault) return failed({ code: `STORE_${error.reason}`, ...error.facts }, observed);
    const reason = error instanceof CapabilityError ? error.message : "it threw";
    const facts = { capability: code, reason };
    throw new EngineFault("effect", "CS", "CAPABILITY_FAULT", facts, { cause: error });
  }
}

/** Storage that cannot be used is an outcome the protocol routes, not a refusal (SPEC 4.6). */
function failed(reason: JsonObject, observed: readonly Observation[]): EffectResult {
  return { outcome: "BACKEND_ERROR", result: {}, reason, observed };
}
