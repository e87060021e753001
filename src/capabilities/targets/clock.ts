/** Operations that read the clock: a reading is recorded, and nothing is changed. */

import type { JsonObject } from "../../json/value.ts";
import { type PolicyFlaw, policyReason } from "../remote/policy-flaw.ts";
import { isWorthRetrying } from "../remote-effect.ts";
import {
  type Declared,
  failuresOf,
  type OutsideTarget,
  type Performed,
  READ_WITHOUT_STORE,
  type ShownEffect,
} from "../target.ts";

export interface ClockOperation extends Declared {
  readonly target: "clock";
  /** Why it would always answer `BACKEND_ERROR` under the policy of a runtime binding. */
  policyFlaws(policy: JsonObject): readonly PolicyFlaw[];
  /** `reading` is RFC 3339 UTC with milliseconds; the policy has no flaw. */
  answer(reading: string, policy: JsonObject): Performed;
}

export type ClockEffect = ShownEffect<ClockOperation>;

export const clockTarget: OutsideTarget<ClockOperation> = {
  ...READ_WITHOUT_STORE,
  async perform(operation, { policy }, { sources }) {
    const flaws = operation.policyFlaws(policy);
    if (flaws.length > 0) return { outcome: "BACKEND_ERROR", reason: policyReason(flaws) };
    return operation.answer(sources.clock(), policy);
  },
  retriable: failuresOf,
  canRetry: (_, end) => isWorthRetrying(end),
};
