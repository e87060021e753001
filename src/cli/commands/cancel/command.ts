/** `pgs cancel`: ends a run that waits or was interrupted, with its nested runs. */

import { defineCommand } from "../../define-command.ts";
import { EXIT } from "../../exit-codes.ts";
import { traceFile } from "../../find-run.ts";
import { goOn, plansOf } from "../../go-on.ts";
import { text } from "../../option.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { reportRun } from "../../run-report.ts";
import { CLOCK, RENDERINGS_OFF, SECRETS_KEY, sessionEnvironment, TRACE_LIMIT } from "../../session.ts";
import { TRACE_ARGUMENT, TRUST } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";

export const cancel = defineCommand({
  details:
    "The cancellation is recorded in the trace, and every open run ends as CANCELLED, the innermost first. Effects that took place stay; they are listed.",
  arguments: TRACE_ARGUMENT,
  options: {
    Cancellation: {
      reason: text("TEXT", "why; recorded in the trace"),
      actor: text("FQDN", "who cancels the run; recorded in the trace"),
      ...CLOCK,
      ...SECRETS_KEY,
    },
    Limit: TRACE_LIMIT,
    Seal: TRUST,
    Output: RENDERINGS_OFF,
  },
  shared: ["workspace", "snapshot", "data-root", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs cancel trace.jsonl", "end a run that waits"],
    ["pgs cancel trace.jsonl --reason duplicate", "the same, and say why"],
  ],
  exitCodes: {
    SUCCESS: "the run is cancelled",
    SNAPSHOT: true,
    REFUSED: "the run would not go as it is recorded",
  },
  async action({ trace: given, reason, ...request }, context) {
    const trace = await traceFile(given, context);
    const beside = await besideTrace(trace, context);
    const trust = trustOf(request, context);
    const session = sessionEnvironment(request, beside);
    const cancellation = reason === undefined ? {} : { reason };
    const cancelled = await goOn(trace, { session, cancellation, plan: plansOf(trust, beside) }, beside);
    const kinds = { md: !request.noMd, png: !request.noPng };
    const reported = {
      ...cancelled,
      trace: context.path(cancelled.trace),
      result: cancelled,
      notices: [],
      trust,
      kinds,
      keyOption: null,
      access: "owner",
    } as const;
    await reportRun({ ...reported, exitCode: EXIT.SUCCESS }, beside);
    return EXIT.SUCCESS;
  },
});
