/** How a run that was cut off goes on: replayed to the end of its record, and live from there. */

import type { StepExecutor } from "./executor.ts";
import type { ReplayExecutor } from "./replay-executor.ts";

/**
 * Answers from the record as long as it has a next event, then from `live`. An event of the record is compared and not
 * emitted to `live` again. An effect that begins in the record and has no end there is performed by `live`: whoever
 * resumes a run must know before that it did not take place. Throws `ReplayStopped` where the run leaves its record.
 */
export function replayThenLive(record: ReplayExecutor, live: StepExecutor): StepExecutor {
  const current = (): StepExecutor => (record.peek() === undefined ? live : record);
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
    effect: (...of) => current().effect(...of),
  };
}
