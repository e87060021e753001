/** One run of a compiled workflow with the summary of its events, as the command line and the library have it. */

import { type RunRequest, run, type TracedRun } from "../engine/run.ts";
import { addEvent, createSummary, type Summary } from "../trace/summary.ts";

export interface SummarizedRun extends TracedRun {
  readonly summary: Summary;
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function runWorkflow(request: RunRequest): Promise<SummarizedRun> {
  const summary = createSummary();
  const traced = await run({
    ...request,
    listen(event) {
      addEvent(summary, event);
      request.listen?.(event);
    },
  });
  return { ...traced, summary };
}
