/** One run of a compiled workflow with the summary of its events, as the command line and the library have it. */

import { type RunRequest, requireSecretsKey, run, type TracedRun } from "../engine/run.ts";
import type { JsonObject } from "../json/value.ts";
import { beginRecording, recorded, type TraceRecords } from "../ledger/recording.ts";
import type { Plan } from "../plan/plan.ts";
import { undeclaredFields } from "../plan/undeclared.ts";
import { addEvent, createSummary, type Summary } from "../trace/summary.ts";
import { PayloadFault } from "./payload-errors.ts";

export interface RecordedRunRequest extends RunRequest {
  /** What is kept of the run beside its trace; without it, nothing is. */
  readonly records?: TraceRecords;
}

export interface SummarizedRun extends TracedRun {
  readonly summary: Summary;
  /** What is worth a look in the payload. */
  readonly notices: readonly PayloadFault<"UNDECLARED_FIELD">[];
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function runWorkflow({ records, ...request }: RecordedRunRequest): Promise<SummarizedRun> {
  requireSecretsKey(request);
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
  const notices = request.isPayloadStrict === true ? [] : payloadNotices(request.plan, summary.payload);
  return { ...traced, summary, notices };
}

/** What is worth a look in the payload as the trace shows it: names may be secret, too. */
export function payloadNotices(plan: Plan, payload: JsonObject): SummarizedRun["notices"] {
  return undeclaredFields(plan, payload).map((field) => new PayloadFault("UNDECLARED_FIELD", { ...field }));
}
