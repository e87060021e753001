/** What the events of a trace record, in the types of the engine. */

import type { RunFault } from "../errors/base.ts";
import { present } from "../json/value.ts";
import type { Unmet } from "../plan/intent.ts";
import type { Observation } from "../ports.ts";
import { type EventType, hasEvaluations, type Payloads } from "../trace/event.ts";
import { EngineFault, type RunCode, wordingOf } from "./errors.ts";
import type { EffectResult, TransformResult } from "./executor.ts";
import { REFUSERS } from "./limits.ts";
import type { RunInput } from "./run-state.ts";

/** The clock as it was read first; `""` where no reading is on record. */
export function clockOf({ observed = [] }: { readonly observed?: readonly Observation[] }): string {
  return observed.find((one) => "clock" in one)?.clock ?? "";
}

/** The input of the same run once more, under a name and a clock; nothing of it is timed. */
export function inputOf(
  start: Payloads["execution_start"],
  named: Pick<RunInput, "executionId" | "run" | "clock">,
): RunInput {
  const { payload, max_hops: maxHops, runtime, actor } = start;
  const { executionId, run, clock } = named;
  const recordsEvaluations = hasEvaluations(start);
  return present({
    executionId,
    run,
    clock,
    payload,
    maxHops,
    runtime,
    recordsEvaluations,
    micros: () => 0,
    actor,
    isDryRun: start.dry_run,
    isPayloadStrict: start.strict_payload,
  });
}

/** A result, or else a reason. */
export function transformResult({
  outputs,
  reason,
  observed = [],
}: Payloads["transform_end"]): TransformResult {
  if (outputs !== undefined) return { result: outputs, observed };
  return { result: null, observed, ...(reason === undefined ? {} : { reason }) };
}

export function effectResult({ step: _, observed = [], ...result }: Payloads["side_effect_end"]): EffectResult {
  return { observed, ...result };
}

/** Where a record has no `field`, that of the whole: the engine names one, and so the two differ. */
export function unmetRule({ field = "", constraint, expected, actual }: Payloads["violation"]): Unmet {
  return {
    pointer: field,
    constraint: constraint as Unmet["constraint"],
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/**
 * The fault that a recorded error is, where an event of the type `instead` is expected: its code and facts are the
 * world's, stage and category follow from what was expected. Undefined for an error that no run can have there.
 */
export function recordedFault(
  { error_code, facts }: Payloads["error"],
  instead: EventType,
): RunFault | undefined {
  const refuser = REFUSERS[instead];
  if (refuser === undefined || wordingOf(error_code, facts) === undefined) return undefined;
  return new EngineFault(...refuser, error_code as RunCode, facts as never);
}
