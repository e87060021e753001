/** One run of a compiled workflow with the summary of its events, as the command line and the library have it. */

import { type RunRequest, requireSecretsKey, run, type TracedRun } from "../engine/run.ts";
import type { Fault } from "../errors/base.ts";
import type { JsonObject } from "../json/value.ts";
import { beginRecording, recorded, type TraceRecords } from "../ledger/recording.ts";
import { actorOf } from "../plan/in-force.ts";
import type { Plan } from "../plan/plan.ts";
import { undeclaredFields } from "../plan/undeclared.ts";
import { addEvent, createRunSummary, type Summary } from "../trace/summary.ts";
import { WorkspaceFault } from "./errors.ts";
import { PayloadFault } from "./payload-errors.ts";

export interface RecordedRunRequest extends RunRequest {
  /** What is kept of the run beside its trace; without it, nothing is. */
  readonly records?: TraceRecords | undefined;
}

export interface SummarizedRun extends TracedRun {
  readonly summary: Summary;
  /** What is worth a look in the payload, and of who runs it. */
  readonly notices: readonly Fault[];
}

/** @throws TraceFault when the trace cannot be written; the run stops there. */
export async function runWorkflow(request: RecordedRunRequest): Promise<SummarizedRun> {
  requireSecretsKey(request);
  const { plan, records } = request;
  const summary = createRunSummary();
  const recording = records === undefined ? null : await beginRecording(plan, records);
  const { traceId, folder, head, ending } = await recorded(recording, (hold) =>
    run({
      ...request,
      actor: actorOf(plan, request.actor),
      openTrace(id) {
        const trace = request.openTrace(id);
        if (recording === null) return trace;
        recording.opened(trace);
        return { ...trace, file: hold(trace.file) };
      },
      listen(event) {
        addEvent(summary, event);
        recording?.take(event);
        request.listen?.(event);
      },
    }),
  );
  const undeclared = request.isPayloadStrict === true ? [] : payloadNotices(plan, summary.payload);
  return { traceId, folder, head, ending, summary, notices: [...actorNotices(request), ...undeclared] };
}

function actorNotices({ plan, actor }: RunRequest): readonly Fault[] {
  const { actorContext: declared, workflow } = plan;
  if (actor === undefined || declared === null || actor === declared) return [];
  return [new WorkspaceFault("ACTOR_DIFFERS", { actor, workflow: workflow.fqdn, declared })];
}

/** What is worth a look in the payload as the trace shows it: names may be secret, too. */
export function payloadNotices(plan: Plan, payload: JsonObject): readonly Fault[] {
  return undeclaredFields(plan, payload).map((field) => new PayloadFault("UNDECLARED_FIELD", { ...field }));
}
