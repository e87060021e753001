/** How a run that goes on settles the effect that it had begun when it was cut off. */

import { ambiguityTable, type Doubt, doubtTable, type ShownAnswer } from "../../capabilities/evidence.ts";
import type { ProbePorts } from "../../capabilities/target.ts";
import type { EffectResult } from "../../engine/executor.ts";
import type { JsonObject } from "../../json/value.ts";
import type { BegunEffect } from "./open-effects.ts";
import { type ProbeResult, probeEffect, withoutSecretMembers, wordsOfProbeFailure } from "./probe.ts";
import { type Declared, isStep } from "./steps.ts";

/** What somebody says of an effect of which its store does not show whether it took place. */
export type Assumption = "done" | "absent";

export type Settlement =
  /** It took place: this is its end. */
  | { readonly how: "shown" | "assumed"; readonly result: EffectResult }
  /** It did not take place, or changes nothing. */
  | { readonly how: "perform" }
  | Unsettled;

/** Nothing shows whether it took place, or what it answered. */
export interface Unsettled {
  readonly how: "unclear";
  readonly because: string;
  readonly what: string;
  readonly hint?: string;
  readonly evidence: JsonObject;
  /**
   * The result that counts where it is assumed to be done, without what nothing shows; what is suppressed is left out
   * here. Null where that cannot be assumed.
   */
  readonly assumed: JsonObject | null;
}

/**
 * Looks where the effect would have left something; changes nothing and takes no lock. The inputs of the effect must be
 * its own: with suppressed ones, nothing is looked at. An assumption counts only where nothing is shown.
 */
export async function settle(
  effect: BegunEffect,
  declared: Declared,
  ports: ProbePorts,
  assumed: Assumption | null = null,
): Promise<Settlement> {
  const { found, lock } = await probeEffect(effect, declared, ports);
  if (found.state === "absent") {
    if (lock?.state !== "unknown" || assumed === "absent") return { how: "perform" };
    return { how: "unclear", ...LOCKED, evidence: { ...lock }, assumed: null };
  }
  const { evidence } = found;
  const answer = "answer" in found ? found.answer : undefined;
  const canSucceed = isStep(declared) && declared.step.declared.has(DONE);
  if (canSucceed && found.state === "done" && answer !== undefined && answer.doubt === undefined)
    return { how: "shown", result: toResult("shown", answer) };
  if (assumed === "absent") return { how: "perform" };
  if (assumed === "done" && canSucceed) return { how: "assumed", result: toResult("assumed", answer) };
  const reason = isStep(declared) && !canSucceed ? NO_SUCCESS : reasonOf(found);
  const shown = canSucceed ? withoutSecretMembers(answer?.result ?? {}, declared) : null;
  return { how: "unclear", ...reason, evidence, assumed: shown };
}

/** The outcome of every operation that left what it leaves. */
const DONE = "SUCCESS";

function toResult(
  settled: "shown" | "assumed",
  { result, change }: ShownAnswer = { result: {} },
): EffectResult {
  return { outcome: DONE, result, ...(change === undefined ? {} : { change }), observed: [], settled };
}

type Reason = Pick<Unsettled, "because" | "what" | "hint">;

const LOCKED: Reason = {
  because: "LOCKED",
  what: "a process of another host, or of an earlier start of this one, holds the lock of its store",
  hint: "make sure that the process has ended, then release its lock: see pgs data locks",
};

const NO_SUCCESS: Reason = {
  because: "NO_SUCCESS",
  what: `the operation does not declare ${DONE}, so nothing shows its outcome`,
  hint: "if the effect did not take place, it can be performed now",
};

const NOT_SHOWN: Reason = {
  because: "RESULT_NOT_SHOWN",
  what: "the effect took place, but nothing shows what it answered",
};

function reasonOf(found: Exclude<ProbeResult, { readonly state: "absent" }>): Reason {
  if (found.state === "unclear") return { because: found.because, ...ambiguityTable[found.because] };
  if (found.state === "unseen") return { because: found.because, ...wordsOfProbeFailure(found.because) };
  const doubt: Doubt | undefined = found.answer?.doubt;
  return doubt === undefined ? NOT_SHOWN : { because: doubt, ...doubtTable[doubt] };
}
