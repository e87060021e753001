/** What the events of a trace say of its run, in the words of the walk. */

import type { EffectResult, TransformResult } from "../../engine/executor.ts";
import type { RunInput } from "../../engine/run-state.ts";
import type { Payloads } from "../../trace/event.ts";

/** The run's clock as it was read; `""` where no reading is on record. */
export function clockOf({ observed }: Pick<Payloads["execution_start"], "observed">): string {
  return observed.find((one) => "clock" in one)?.clock ?? "";
}

/** The same run once more, under a name and a clock; nothing of it is timed. */
export function inputOf(
  { payload, max_hops: maxHops, runtime, actor }: Payloads["execution_start"],
  named: Pick<RunInput, "executionId" | "run" | "clock">,
): RunInput {
  const input = { ...named, payload, maxHops, runtime, micros: () => 0 };
  return actor === undefined ? input : { ...input, actor };
}

/** What the transform answered: a result, or else a reason. */
export function transformConclusion({
  outputs,
  reason,
  observed = [],
}: Payloads["transform_end"]): TransformResult {
  if (outputs !== undefined) return { result: outputs, observed };
  return { result: null, observed, ...(reason === undefined ? {} : { reason }) };
}

/** What the side effect answered. */
export function effectConclusion({
  step: _,
  observed = [],
  ...answer
}: Payloads["side_effect_end"]): EffectResult {
  return { ...answer, observed };
}
