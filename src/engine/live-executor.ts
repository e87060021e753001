/** Live conclusions: transforms are computed, side effects done, the data root read. */

import { isReading, type Performed, type StoreOperation } from "../capabilities/effect.ts";
import { RunFault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { isObject, type Json, type JsonObject, pointer } from "../json/json.ts";
import { holds } from "../plan/expression.ts";
import type { EffectStep, Plan, TransformStep } from "../plan/plan.ts";
import type { Clock, DataRoot, Entropy, Mail, Observation, Sources, StoreFile } from "../ports.ts";
import { findMatches } from "./admit.ts";
import { EngineFault } from "./errors.ts";
import type { EffectResult, StepExecutor, TransformResult } from "./executor.ts";
import type { TraceLimits } from "./run-limits.ts";

/**
 * What the record of a side effect survives. `process`: the runner's death, because every event is handed to the
 * kernel before anything follows. `device`: the machine's too. The trace is forced to the device before an effect
 * changes anything, and what the effect wrote before its end is recorded. That end needs nothing of its own: the
 * trace is forced again before the next change, and at the end of the run.
 */
export type Durability = "device" | "process";

export interface LiveEnvironment {
  readonly data: DataRoot;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly mail: Mail;
  readonly durability: Durability;
  /** Everything said so far is on the device when this returns. @throws TraceFault */
  readonly syncTrace: () => void;
  readonly limits: TraceLimits;
  /** Told every nested run before its first event. */
  readonly begun: (run: string, plan: Plan) => void;
}

export function createLiveExecutor(live: LiveEnvironment): StepExecutor {
  return {
    admission: (rules, where) => findMatches(rules, where, live.data),
    transform: (step, inputs) => transform(step, inputs, live),
    effect: (step, inputs) => effect(step, inputs, live),
    begin(run, plan, payload) {
      live.begun(run, plan);
      return { clock: new Date(live.clock.now()).toISOString(), payload };
    },
    limit: (of, count) => (count < live.limits[of] ? null : live.limits[of]),
    unmet: (found) => found,
    evaluation: ({ condition, onTrue, onFalse }, scope) => (holds(condition, scope) ? onTrue : onFalse),
    status: (value) => value,
    inputs: (bound) => bound,
    published: (mapped) => mapped,
    end: (node) => node,
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
    new EngineFault("transform", "CT", "CAPABILITY_FAULT", { capability: step.code, reason }, { cause });
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

async function effect(step: EffectStep, inputs: JsonObject, live: LiveEnvironment): Promise<EffectResult> {
  const { sources, observed } = recordingSources(live);
  if (live.durability === "device" && !isReading(step.operation)) live.syncTrace();
  try {
    const performed = await reach(step, inputs, sources, live);
    const { result = {} } = performed;
    const unheld = notJson(result, []);
    if (unheld !== undefined) throw new Error(`a result that JSON cannot carry at ${pointer(unheld)}`);
    return { ...performed, result, observed };
  } catch (error) {
    if (error instanceof RunFault) throw error;
    if (error instanceof StoreFault) return failed({ code: `STORE_${error.reason}`, ...error.facts }, observed);
    const facts = { capability: step.code, reason: "it threw" };
    throw new EngineFault("effect", "CS", "CAPABILITY_FAULT", facts, { cause: error });
  }
}

/** Performs the operation on the one thing it reaches. */
function reach(
  { operation, path, policy }: EffectStep,
  inputs: JsonObject,
  sources: Sources,
  live: LiveEnvironment,
): Performed | Promise<Performed> {
  switch (operation.target) {
    case "store":
      if (path === null) return { outcome: "BACKEND_ERROR", reason: { code: "NO_PATH" } };
      return onStore(operation, inputs, live.data.store(path), sources, live);
    case "mail":
      return operation.perform(inputs, live.mail, policy);
    case "workflows":
      throw new Error("the walk performs what calls workflows");
    default:
      return operation satisfies never;
  }
}

function onStore(
  operation: StoreOperation,
  inputs: JsonObject,
  store: StoreFile,
  sources: Sources,
  { durability }: LiveEnvironment,
): Performed {
  const performed = operation.perform(inputs, store, sources);
  if (durability === "device" && !isReading(operation)) store.sync();
  return performed;
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
