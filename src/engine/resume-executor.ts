/** How a run that waits or was cut off goes on: replayed to the end of its record, and live from there. */

import type { EffectResult, StepExecutor } from "./executor.ts";
import type { ReplayExecutor } from "./replay-executor.ts";
import type { Resumption, WaitingStep } from "./waits.ts";

/** What follows the record. */
export interface Continuation {
  /**
   * The record ends in the middle of the run: called once, before the run goes on. Records it.
   * @throws RunCancelled where the run is to end there
   */
  interrupted(): void;
  /**
   * The record ends where no run can go on: called once. Records and returns what ends one of these waits; null where
   * nothing does. @throws RunCancelled
   */
  resume(waits: readonly WaitingStep[]): Promise<Resumption | null>;
  /** How the effect that had begun and not ended took place; null where it is performed now. */
  readonly settled: EffectResult | null;
}

/** Nothing is recorded of it: the rest of the run is only tried. */
export const UNRECORDED: Continuation = {
  interrupted: () => undefined,
  resume: async () => null,
  settled: null,
};

/**
 * Answers from the record as long as it has a next event, then from `live`. An event of the record is compared and not
 * emitted to `live` again. Throws `ReplayStopped` where the run leaves its record.
 */
export function replayThenLive(
  record: ReplayExecutor,
  live: StepExecutor,
  continuation: Continuation = UNRECORDED,
): StepExecutor {
  let isLive = false;
  const goLive = () => {
    isLive = true;
    continuation.interrupted();
    return live;
  };
  const current = (): StepExecutor => {
    if (isLive) return live;
    return record.peek() === undefined ? goLive() : record;
  };
  let { settled } = continuation;
  return {
    emit: (event) => current().emit(event),
    beginRun: (...of) => current().beginRun(...of),
    limit: (...of) => current().limit(...of),
    isAborted: () => current().isAborted(),
    bytesLimit: () => current().bytesLimit(),
    admit: (...of) => current().admit(...of),
    validate: (...of) => current().validate(...of),
    bind: (...of) => current().bind(...of),
    mapOutputs: (...of) => current().mapOutputs(...of),
    evaluate: (...of) => current().evaluate(...of),
    transform: (...of) => current().transform(...of),
    moment: () => current().moment(),
    beginWait: (...of) => current().beginWait(...of),
    endWait: (...of) => current().endWait(...of),
    async resume(waits) {
      if (isLive || record.peek() !== undefined) return current().resume(waits);
      isLive = true;
      return continuation.resume(waits);
    },
    pause: (...of) => current().pause(...of),
    effect(...of) {
      const executor = current();
      if (executor !== live || settled === null) return executor.effect(...of);
      const known = settled;
      settled = null;
      return known;
    },
  };
}
