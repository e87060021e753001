/** Live conclusions: transforms are computed, side effects done, the data root read. */

import { targetOf } from "../capabilities/effect.ts";
import type { EffectPorts } from "../capabilities/target.ts";
import { RunFault, StoreFault } from "../errors/faults.ts";
import { isObject, type Json, type JsonObject, pointer } from "../json/json.ts";
import type { TraceLimits } from "../json/limits.ts";
import type { EffectStep, Plan, TransformStep } from "../plan/plan.ts";
import type { Clock, Entropy, Observation, Sources } from "../ports.ts";
import type { EventBody } from "../trace/event.ts";
import { findMatches } from "./admission.ts";
import { type EffectResult, emitter, type StepExecutor, type TransformResult } from "./executor.ts";
import { bind, evaluateOutcome, mapOutputs, validate } from "./values.ts";

export interface LiveEnvironment extends Omit<EffectPorts, "sources"> {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** Where events go. Everything appended is on the device when `sync` returns. @throws TraceFault */
  readonly journal: { append(event: EventBody): void; sync(): void };
  readonly limits: TraceLimits;
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
    admit: (rules, where) => findMatches(rules, where, live.stores.events),
    validate,
    bind,
    mapOutputs,
    evaluate: evaluateOutcome,
    transform: (step, inputs) => transform(step, inputs, live),
    effect: (step, inputs) => effect(step, inputs, live),
  };
}

/** A draw that records every reading, in order, for the replay. */
export function recordingSources({ clock, entropy }: Pick<LiveEnvironment, "clock" | "entropy">): {
  sources: Sources;
  observed: Observation[];
} {
  const observed: Observation[] = [];
  const sources: Sources = {
    clock() {
      const reading = new Date(clock.now()).toISOString();
      observed.push({ clock: reading });
      return reading;
    },
    entropy(count) {
      const drawn = entropy.hex(count);
      observed.push({ entropy: drawn });
      return drawn;
    },
  };
  return { sources, observed };
}

function transform(step: TransformStep, inputs: JsonObject, live: LiveEnvironment): TransformResult {
  const { sources, observed } = recordingSources(live);
  return { ...answer(step, inputs, sources), observed };
}

/** The transform's answer, held to its declaration. @throws RunFault `CAPABILITY_FAULT` */
export function answer(
  step: Pick<TransformStep, "code" | "transform">,
  inputs: JsonObject,
  sources: Sources,
): Omit<TransformResult, "observed"> {
  const fault = (reason: string, cause?: unknown) =>
    new RunFault("transform", "CT", "CAPABILITY_FAULT", { capability: step.code, reason }, { cause });
  let answered: ReturnType<TransformStep["transform"]["answer"]>;
  try {
    answered = step.transform.answer(inputs, sources);
  } catch (error) {
    throw fault("it threw", error);
  }
  if ("violation" in answered) return { result: null, reason: { code: answered.violation, ...answered.facts } };
  const { result } = answered;
  const unheld = notJson(result, []);
  if (unheld !== undefined) throw fault(`it answered a value JSON cannot carry at ${pointer(unheld)}`);
  return { result };
}

async function effect(
  { code, operation, path, policy }: EffectStep,
  inputs: JsonObject,
  live: LiveEnvironment,
): Promise<EffectResult> {
  const target = targetOf(operation);
  if (target.answers !== "recorded") throw new Error("the loop works out what follows from the run itself");
  const { sources, observed } = recordingSources(live);
  if (live.durability === "device" && !target.isReading(operation)) live.journal.sync();
  try {
    const performed = await target.perform(operation, { inputs, path, policy }, { ...live, sources });
    const { result = {} } = performed;
    const unheld = notJson(result, []);
    if (unheld !== undefined) throw new Error(`a result that JSON cannot carry at ${pointer(unheld)}`);
    return { ...performed, result, observed };
  } catch (error) {
    if (error instanceof RunFault) throw error;
    if (error instanceof StoreFault) return failed({ code: `STORE_${error.reason}`, ...error.facts }, observed);
    const facts = { capability: code, reason: "it threw" };
    throw new RunFault("effect", "CS", "CAPABILITY_FAULT", facts, { cause: error });
  }
}

/** Storage that cannot be used is an outcome the protocol routes, not a refusal (SPEC 4.6). */
function failed(reason: JsonObject, observed: readonly Observation[]): EffectResult {
  return { outcome: "BACKEND_ERROR", result: {}, reason, observed };
}

/** Where a value is not JSON, or undefined when all of it is. */
function notJson(value: unknown, path: readonly (string | number)[]): readonly (string | number)[] | undefined {
  switch (typeof value) {
    case "string":
      return value.isWellFormed() ? undefined : path;
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : path;
    case "object": {
      if (value === null) return undefined;
      if (!Array.isArray(value) && !isObject(value)) return path;
      for (const [key, item] of Object.entries(value as { [key: string]: Json })) {
        const found = notJson(item, [...path, key]);
        if (found !== undefined) return found;
      }
      return undefined;
    }
    default:
      return path;
  }
}
