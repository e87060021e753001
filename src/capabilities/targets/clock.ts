/** Operations that read the clock: a reading is recorded, and nothing is changed. */

import type { JsonObject } from "../../json/value.ts";
import { absent } from "../evidence.ts";
import { POLICY_INVALID } from "../remote-effect.ts";
import { type Declared, type EffectOf, failuresOf, type OutsideTarget, type Performed } from "../target.ts";

export interface ClockOperation extends Declared {
  readonly target: "clock";
  /** `reading` is RFC 3339 UTC with milliseconds, `policy` the runtime binding's. */
  answer(reading: string, policy: JsonObject): Performed;
}

export type ClockEffect = EffectOf<ClockOperation>;

export const clockTarget: OutsideTarget<ClockOperation> = {
  answers: "recorded",
  needsPath: false,
  examplePolicy: () => ({}),
  hasDryRun: true,
  callsWorkflows: false,
  isReading: () => true,
  perform: async (operation, { policy }, { sources }) => operation.answer(sources.clock(), policy),
  tookPlace: () => false,
  secondTime: () => "same",
  retriable: failuresOf,
  canRetry: (_, { reason = {} }) => reason["code"] !== POLICY_INVALID,
  isVisible: () => false,
  probe: async () => ({ found: absent(), looked: null, lock: null }),
};
