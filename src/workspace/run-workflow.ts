/** One run of a compiled workflow with the summary of its events, as the command line and the library have it. */

import { type RunRequest, run, type TracedRun } from "../engine/run.ts";
import { beginRecording, recorded, type TraceRecords } from "../ledger/recording.ts";
import { addEvent, createSummary, type Summary } from "../trace/summary.ts";

export interface RecordedRunRequest extends RunRequest {
  /** What is kept of the run beside its trace; without it, nothing is. */
  readonly records?: TraceRecords;
}

export interface SummarizedRun extends TracedRun {
  readonly summary: Summary;
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function runWorkflow({ records, ...request }: RecordedRunRequest): Promise<SummarizedRun> {
  const summary = createSummary();
  const recording = records === undefined ? null : await beginRecording(request.plan, records);
  const traced = await recorded(recording, (hold) =>
    run({
      ...request,
      openTrace(id) {
        const trace = request.openTrace(id);
        return { ...trace, file: hold(trace.file) };
      },
      listen(event) {
        addEvent(summary, event);
        recording?.take(event);
        request.listen?.(event);
      },
    }),
  );
  return { ...traced, summary };
}
