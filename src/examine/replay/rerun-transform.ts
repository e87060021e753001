/** A transform answers again, to the readings of clock and entropy that are on record. */

import type { TransformResult } from "../../engine/executor.ts";
import { answer } from "../../engine/live-executor.ts";
import type { Json, JsonObject } from "../../json/json.ts";
import type { TransformStep } from "../../plan/plan.ts";
import type { Observation } from "../../ports.ts";

/** It drew another number of readings than are on record, or others. */
export class MissingReading extends Error {
  readonly recorded: Json;
  readonly replayed: Json;
  /** What the transform made of it, when it was a reading that was lacking. */
  readonly fault: unknown;

  constructor(recorded: Json, replayed: Json, fault?: unknown) {
    super("the recorded readings differ");
    this.recorded = recorded;
    this.replayed = replayed;
    this.fault = fault;
  }
}

/** @throws MissingReading */
export function rerunTransform(
  step: TransformStep,
  inputs: JsonObject,
  observed: readonly Observation[],
): Omit<TransformResult, "observed"> {
  const left = [...observed];
  let lacking: "clock" | "entropy" | undefined;
  const next = <K extends "clock" | "entropy">(kind: K): string => {
    const reading = left.shift() as Partial<Record<K, string>> | undefined;
    const value = reading?.[kind];
    if (typeof value === "string") return value;
    lacking = kind;
    throw new Error(`no ${kind} on record`);
  };
  try {
    const answered = answer(step, inputs, { clock: () => next("clock"), entropy: () => next("entropy") });
    if (left.length === 0) return answered;
  } catch (error) {
    throw lacking === undefined ? error : new MissingReading(null, lacking, error);
  }
  throw new MissingReading(left as unknown as Json, null);
}
