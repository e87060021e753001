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
  const isOver = () => isLive || record.peek() === undefined;
  /** For what a replay finds in its record: where that ends, the run goes on live. */
  const current = (): StepExecutor => (isLive ? live : record.peek() === undefined ? goLive() : record);
  /** For what is worked out: the end of the record is not noticed by it, in a later replay neither. */
  const worked = (): StepExecutor => (isOver() ? live : record);
  let { settled } = continuation;
  return {
    emit: (event) => current().emit(event),
    beginRun: (...of) => current().beginRun(...of),
    admit: (...of) => current().admit(...of),
    transform: (...of) => current().transform(...of),
    moment: () => current().moment(),
    limit: (...of) => worked().limit(...of),
    isAborted: () => worked().isAborted(),
    bytesLimit: () => worked().bytesLimit(),
    validate: (...of) => worked().validate(...of),
    bind: (...of) => worked().bind(...of),
    mapOutputs: (...of) => worked().mapOutputs(...of),
    evaluate: (...of) => worked().evaluate(...of),
    beginWait: (...of) => worked().beginWait(...of),
    endWait: (...of) => worked().endWait(...of),
    async resume(waits) {
      if (isLive || !isOver()) return current().resume(waits);
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
