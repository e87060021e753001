/** A run whose process is told to stop ends after the event at hand, and its trace can be resumed from there. */

import { type EventBody, type EventType, MAIN_RUN } from "../trace/event.ts";
import { RunStopped } from "./errors.ts";
import type { StepExecutor } from "./executor.ts";

/** How the process of a run is told to stop. */
export interface Stop {
  readonly signal: AbortSignal;
  /** Lets whoever tells it have a turn: a run on fast stores waits for nothing by itself. */
  pause(): Promise<void>;
}

/** What has happened is still recorded: these events follow from the one before. */
const CONCLUSIONS: ReadonlySet<EventType> = new Set([
  "side_effect_end",
  "error",
  "workflow_complete",
  "run_suspended",
]);

/** A trace has its first event at least, so that the run can go on. */
const isOnRecord = ({ event_type, run }: EventBody): boolean =>
  CONCLUSIONS.has(event_type) || (event_type === "execution_start" && run === MAIN_RUN);

/** So many nodes may follow each other without a pause. */
const WITHOUT_PAUSE = 16;

/** The executor, whose run throws `RunStopped` once it is told to stop. */
export function stoppable(executor: StepExecutor, { signal, pause }: Stop): StepExecutor {
  let count = 0;
  return {
    ...executor,
    emit(event) {
      if (signal.aborted && !isOnRecord(event)) throw new RunStopped();
      return executor.emit(event);
    },
    async validate(...of) {
      if (++count % WITHOUT_PAUSE === 0) await pause();
      return executor.validate(...of);
    },
    async effect(...of) {
      const result = await executor.effect(...of);
      // It may have taken long.
      await pause();
      return result;
    },
  };
}
