/** A transform's result: computed from live readings of clock and entropy, or once more from the recorded ones. */

import { CapabilityError } from "../capabilities/capability-error.ts";
import type { Transform } from "../capabilities/transform.ts";
import { isoInstant } from "../json/date-time.ts";
import { notJson } from "../json/not-json.ts";
import { pointer } from "../json/pointer.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { TransformStep } from "../plan/plan.ts";
import type { Observation, Ports, Sources } from "../ports.ts";
import { EngineFault } from "./errors.ts";
import type { TransformResult } from "./executor.ts";

type Computed = Omit<TransformResult, "observed">;

/** @throws RunFault `CAPABILITY_FAULT` where it threw, or its result is not JSON */
export function computeTransform(
  step: { readonly code: string; readonly transform: Transform },
  inputs: JsonObject,
  sources: Sources,
): Computed {
  const fault = (reason: string, cause?: unknown) =>
    new EngineFault("transform", "CT", "CAPABILITY_FAULT", { capability: step.code, reason }, { cause });
  let answer: ReturnType<Transform["answer"]>;
  try {
    answer = step.transform.answer(inputs, sources);
  } catch (error) {
    throw fault(error instanceof CapabilityError ? error.message : "it threw", error);
  }
  if ("violation" in answer) return { result: null, reason: { code: answer.violation, ...answer.facts } };
  const { result } = answer;
  const invalid = notJson(result, []);
  if (invalid !== undefined) throw fault(`it answered a value JSON cannot carry at ${pointer(invalid)}`);
  return { result };
}

/** Sources whose every reading is recorded, in order, for the replay. */
export function recordingSources({ clock, entropy }: Pick<Ports, "clock" | "entropy">): {
  readonly sources: Sources;
  readonly observed: readonly Observation[];
} {
  const observed: Observation[] = [];
  const sources: Sources = {
    clock() {
      const reading = isoInstant(clock.now());
      observed.push({ clock: reading });
      return reading;
    },
    entropy(count) {
      const reading = entropy.hex(count);
      observed.push({ entropy: reading });
      return reading;
    },
  };
  return { sources, observed };
}

/** The transform took more readings than are recorded, fewer, or others. */
export class MissingReading extends Error {
  readonly recorded: Json;
  readonly replayed: Json;
  /** What the transform made of it, when a reading was missing. */
  readonly fault: unknown;

  constructor(recorded: Json, replayed: Json, fault?: unknown) {
    super("the recorded readings are others");
    this.recorded = recorded;
    this.replayed = replayed;
    this.fault = fault;
  }
}

/** The result from recorded readings. @throws MissingReading */
export function rerunTransform(
  step: TransformStep,
  inputs: JsonObject,
  observed: readonly Observation[],
): Computed {
  const rest = [...observed];
  let missing: "clock" | "entropy" | undefined;
  const next = <K extends "clock" | "entropy">(kind: K): string => {
    const reading = rest.shift() as Partial<Record<K, string>> | undefined;
    const value = reading?.[kind];
    if (typeof value === "string") return value;
    missing = kind;
    throw new Error(`no ${kind} on record`);
  };
  try {
    const sources = { clock: () => next("clock"), entropy: () => next("entropy") };
    const computed = computeTransform(step, inputs, sources);
    if (rest.length === 0) return computed;
  } catch (error) {
    throw missing === undefined ? error : new MissingReading(null, missing, error);
  }
  throw new MissingReading(rest as unknown as Json, null);
}
