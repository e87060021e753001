/** `pgs resume`: a run that waits, or whose process ended in the middle of it, goes on from its own trace. */

import type { TraceEvent } from "../../../trace/event.ts";
import { PATIENCE_MS } from "../../../workspace/lock-trace.ts";
import { defineCommand } from "../../define-command.ts";
import { DELIVERY, deliveryOf } from "../../delivery.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { traceFile } from "../../find-run.ts";
import { goOn, plansOf } from "../../go-on.ts";
import { choice, text } from "../../option.ts";
import { printError } from "../../print.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { reportRun } from "../../run-report.ts";
import { followLine } from "../../run-view.ts";
import {
  checkWait,
  keyOptionOf,
  RECORD,
  SESSION,
  sessionEnvironment,
  TRACE_LIMIT,
  WAIT,
} from "../../session.ts";
import { TRACE_ARGUMENT, TRUST } from "../../shared-options.ts";
import { stayWith } from "../../stay.ts";
import { untilInterrupt } from "../../stop.ts";
import { trustOf } from "../../trust.ts";

export const resume = defineCommand({
  details:
    "Without --event, a run goes on whose moment has come, or whose process ended in the middle of it. An effect that had begun is looked up in its store first. A run that still waits stays as it is.",
  arguments: TRACE_ARGUMENT,
  options: {
    Resumption: {
      event: text("KEY", "deliver an event with this key; of a suppressed key, its digest"),
      ...DELIVERY,
      assume: choice(
        "ANSWER",
        ["done", "absent"],
        "what to believe of an effect if nothing shows whether it took place",
      ),
      ...SESSION,
      ...WAIT,
    },
    Limit: TRACE_LIMIT,
    Seal: TRUST,
    Output: RECORD,
  },
  shared: ["workspace", "snapshot", "data-root", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs resume trace.jsonl --event release-1 --answer answer.json", "answer what a run waits for"],
    ["pgs resume trace.jsonl", "go on with a run that was interrupted"],
  ],
  exitCodes: {
    SUCCESS: "the run ended in a success exit",
    BUSINESS: true,
    SNAPSHOT: true,
    REFUSED: "the run was refused, would not go as it is recorded, or an effect is unclear",
    STORAGE: "the run ended in EXIT_BACKEND_ERROR, or storage could not be used",
    WAITING: "the run waits, again or still",
  },
  async action({ trace: given, event, assume, ...request }, context) {
    const { answer, eventId } = request;
    if (event === undefined) refuseAlone({ "--answer": answer, "--event-id": eventId });
    checkWait(request);
    const patience = eventId === undefined ? 0 : PATIENCE_MS;
    const named = await traceFile(given, context);
    const beside = await besideTrace(named, context);
    const trust = trustOf(request, context);
    const delivery = event === undefined ? {} : { delivery: deliveryOf(event, request, context) };
    const stop = untilInterrupt(context);
    const going = {
      session: sessionEnvironment(request, beside),
      plan: plansOf(trust, beside),
      ...{ stop, seed: request.seed },
      listen(one: TraceEvent) {
        if (request.follow) printError(context, `${followLine(one)}\n`);
      },
    };
    const begun = { ...going, ...delivery, patience, ...(assume === undefined ? {} : { assume }) };
    const resumed = await goOn(named, begun, beside);
    const { plan, traceId, folder, trace } = resumed;
    const stay = { trace: context.path(trace), milliseconds: request.wait ?? 0, going };
    const stands = await stayWith(resumed, stay, beside);
    stop.release();
    const kinds = { md: !request.noMd, png: !request.noPng };
    const result = { traceId, folder, head: stands.head, ending: stands.ending };
    const reported = {
      ...stands,
      trace: context.path(trace),
      plan,
      result,
      notices: [],
      trust,
      kinds,
      keyOption: keyOptionOf(request, going.session),
      access: "owner",
    } as const;
    const exitCode = await reportRun({ ...reported, stopped: stop.exitCode }, beside);
    return resumed.isRepeated && stop.exitCode === null ? EXIT.SUCCESS : exitCode;
  },
});

/** @throws UsageFault for the first of these options that is given */
function refuseAlone(options: Readonly<Record<string, string | undefined>>): void {
  const [name] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined)
    throw new UsageFault("BAD_USAGE", {
      message: `${name} needs --event`,
      hint: `add --event KEY, or omit ${name}`,
    });
}
