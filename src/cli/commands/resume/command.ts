/** `pgs resume`: a run that waits, or whose process ended in the middle of it, goes on from its own trace. */

import type { Delivery } from "../../../engine/resume.ts";
import { entropySeed } from "../../../engine/run.ts";
import type { JsonObject } from "../../../json/value.ts";
import type { Plan } from "../../../plan/plan.ts";
import type { Entropy } from "../../../ports.ts";
import { resumeRun } from "../../../workspace/resume-run.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { planOf } from "../../load.ts";
import { argument, choice, file, text } from "../../option.ts";
import { readAnswer } from "../../payload.ts";
import { printError } from "../../print.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { reportRun } from "../../run-report.ts";
import { followLine } from "../../run-view.ts";
import { RECORD, recordsBeside, SESSION, sessionEnvironment, TRACE_LIMIT } from "../../session.ts";
import { TRUST } from "../../shared-options.ts";
import { TraceArgument } from "../../trace-argument.ts";
import { trustOf } from "../../trust.ts";

export const resume = defineCommand({
  details:
    "Without --event, a run goes on whose moment has come, or whose process ended in the middle of it. An effect that had begun is looked up in its store first. A run that still waits stays as it is.",
  arguments: { trace: argument("the trace, a .jsonl file", { completes: "file" }) },
  options: {
    Resumption: {
      event: text("KEY", "deliver an event with this key; of a suppressed key, its digest"),
      answer: file("what is answered, as JSON; - reads standard input"),
      "event-id": text("ID", "a name of this delivery: the same one is taken once"),
      actor: text("FQDN", "who answers; recorded in the trace"),
      assume: choice(
        "ANSWER",
        ["done", "absent"],
        "what to believe of an effect if nothing shows whether it took place",
      ),
      ...SESSION,
    },
    Limit: TRACE_LIMIT,
    Seal: TRUST,
    Output: RECORD,
  },
  shared: ["workspace", "snapshot", "data-root", "json", "quiet", "debug", "no-color"],
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
  async action({ trace, event, answer, eventId, assume, ...request }, context) {
    if (event === undefined) refuseAlone({ "--answer": answer, "--event-id": eventId });
    const beside = await besideTrace(trace, context);
    const trust = trustOf(request, context);
    const delivery = event === undefined ? undefined : deliveryOf(event, answer, eventId, context);
    const session = sessionEnvironment(request, beside);
    const locked = context.platform.lockTraceFile(context.path(trace));
    const resumed = await resumeRun({
      ...session,
      records: recordsBeside(trace, session.clock, beside),
      ...{ trace: await TraceArgument.open(trace, context), locked },
      ...(delivery === undefined ? {} : { delivery }),
      ...(assume === undefined ? {} : { assume }),
      plan: (start) => planOf(start.workflow_code, beside, trust),
      entropy: (plan, { payload }, drawn) => entropyAfter(request.seed, plan, payload, drawn, context),
      listen(one) {
        if (request.follow) printError(context, `${followLine(one)}\n`);
      },
    });
    const kinds = { md: !request.noMd, png: !request.noPng };
    const exitCode = await reportRun({ ...resumed, result: resumed, trust, kinds, access: "owner" }, beside);
    return resumed.isRepeated ? EXIT.SUCCESS : exitCode;
  },
});

/** @throws UsageFault for an answer that is no JSON */
function deliveryOf(
  key: string,
  answer: string | undefined,
  id: string | undefined,
  context: Context,
): Delivery {
  // Of a suppressed key, the trace has the digest alone.
  const named = SUPPRESSED_KEY.test(key) ? { $suppressed: key } : key;
  return {
    key: named,
    ...(answer === undefined ? {} : { answer: readAnswer(answer, context) }),
    ...(id === undefined ? {} : { id }),
  };
}

const SUPPRESSED_KEY = /^sha256:[0-9a-f]{64}$/;

/** Draws what the run would have drawn next, had it gone on without a break. */
function entropyAfter(
  seed: string | undefined,
  plan: Plan,
  payload: JsonObject,
  drawn: number,
  { platform }: Context,
): Entropy {
  if (seed === undefined) return platform.entropy;
  const entropy = platform.seededEntropy(entropySeed(seed, plan, payload));
  entropy.hex(drawn);
  return entropy;
}

/** @throws UsageFault for the first of these options that is given */
function refuseAlone(options: Readonly<Record<string, string | undefined>>): void {
  const [name] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined)
    throw new UsageFault("BAD_USAGE", {
      message: `${name} needs --event`,
      hint: `add --event KEY, or omit ${name}`,
    });
}
