/** `pgs examine`: is a trace intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import { Fault } from "../../../errors/base.ts";
import { examinationJson } from "../../../examine/examination.ts";
import { type ExamineEnvironment, examineTrace } from "../../../examine/examine-trace.ts";
import { finding, type TraceFinding } from "../../../examine/finding.ts";
import { planRefusal } from "../../../examine/plan-refusal.ts";
import { Stepwise, type Stretch } from "../../../examine/replay/stepwise.ts";
import { externalFormat } from "../../../interop/detect.ts";
import type { Plan } from "../../../plan/plan.ts";
import { IoError } from "../../../ports.ts";
import { didYouMean } from "../../../snapshot/nearest-name.ts";
import type { Stores } from "../../../storage/stores.ts";
import { type Context, shellWord } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { flag, hash, text } from "../../option.ts";
import { hintLines, nearby } from "../../print.ts";
import { Protocols } from "../../protocols.ts";
import { say } from "../../report-view.ts";
import { besideEachRecord, placeOptions } from "../../resolve-snapshot.ts";
import { LAST, SEAL, TRACES_ARGUMENT } from "../../shared-options.ts";
import { TraceArgument } from "../../trace-argument.ts";
import { namedTraces } from "../../traces-at.ts";
import { trustOf } from "../../trust.ts";
import { keyOptionBeside, waitHints } from "../../wait-hints.ts";
import { type Verdict, verdictOf } from "./verdict.ts";
import { toText, verdictLine } from "./view.ts";

export const examine = defineCommand({
  details:
    "A trace is valid if it is intact, the snapshot allows it and a replay gives the same events. Of an interrupted run, it says which effects may be incomplete. Of several traces, or of a folder, it prints one verdict each.",
  arguments: TRACES_ARGUMENT,
  options: {
    Examination: {
      ...LAST,
      head: hash(
        "HASH",
        "require this hash of the last event, as pgs run prints it; docs/evidence.md lists what only it proves",
      ),
      steps: flag("list every step, recorded and replayed, also after a difference"),
      "from-step": text(
        "STEP",
        "replay from NODE, NODE.step or a line number; accept the events before it as recorded",
      ),
      until: text("STEP", "replay up to the end of NODE, NODE.step or a line number"),
      probe: flag("ask servers and code of the host whether effects of an interrupted run took place"),
      ...SEAL,
    },
  },
  shared: ["workspace", "snapshot", "data-root", "traces", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs examine trace.jsonl", "verify one trace, and explain how the run ended"],
    ["pgs examine traces --json", "verify every trace below a folder, and print the verdicts for a program"],
  ],
  exitCodes: {
    SUCCESS: "every trace is valid",
    FOUND: "a trace is damaged, not allowed, or does not replay; or its run broke the protocol",
  },
  async action({ traces, last, head, steps, fromStep, until, probe, ...request }, context) {
    const scope = { head, steps, fromStep, until };
    const protocols = new Protocols(trustOf(request, context));
    const asked = { scope, protocols, probe, besideOf: besideEachRecord(context), toText };
    const files = await namedTraces({ traces, last }, context);
    const [file = ""] = files;
    if (files.length === 1) return (await examineOne(file, asked, context)).exitCode;
    refuseScope(scope, (name) => `${name} needs exactly one trace`);
    const { examineSeveral } = await import("./several.ts");
    const each = { ...asked, toText: verdictLine };
    return examineSeveral(files, context, (one, within) => examineOne(one, each, within));
  },
});

/** What of one trace is asked for: things that only a trace of this runner has. */
interface Scope {
  /** The hash that the last event must have. */
  readonly head: string | undefined;
  readonly steps: boolean;
  readonly fromStep: string | undefined;
  readonly until: string | undefined;
}

interface Asked {
  readonly scope: Scope;
  readonly protocols: Protocols;
  readonly probe: boolean;
  /** The context with the workspace of a trace. */
  besideOf(trace: string): Promise<Context>;
  readonly toText: typeof toText;
}

/** @throws UsageFault for the first option of the scope that is given */
function refuseScope({ head, steps, fromStep, until }: Scope, why: (name: string) => string): void {
  const given = { "--head": head, "--steps": steps || undefined, "--from-step": fromStep, "--until": until };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw new UsageFault("BAD_USAGE", { message: why(name), hint: `omit ${name}` });
}

async function examineOne(file: string, asked: Asked, context: Context): Promise<Verdict> {
  const trace = await TraceArgument.open(file, context);
  const format = externalFormat(trace.firstPiece());
  if (format !== null) {
    refuseScope(asked.scope, (name) => `${name} needs a trace of this runner, but ${file} is ${format}`);
    const { examineExternal } = await import("./interop.ts");
    return examineExternal(format, trace.whole(), asked.protocols, context, file);
  }
  const { scope } = asked;
  const stepwise = isStepwise(scope) ? new Stepwise(stretchOf(scope)) : null;
  const environment = await environmentOf(file, asked);
  const examination = await examineTrace(trace, { head: scope.head, stepwise }, environment);
  requireMet(examination.stepwise, scope, file);
  const { summary } = examination;
  const path = context.path(file);
  const isOver = summary.waits.length === 0 || summary.isDryRun;
  const hints = isOver ? [] : await waitHints(summary, path, context, keyOptionBeside(path, context));
  const withHints: typeof toText = (told, paint) => `${asked.toText(told, paint)}${hintLines(hints)}`;
  await say(examination, { toJson: examinationJson, toText: withHints }, context);
  const { isSound, verified, allowed, replayed } = examination;
  return verdictOf(isSound, [
    ...verified.findings,
    ...(allowed ?? []),
    ...(replayed?.finding ? [replayed.finding] : []),
  ]);
}

/** The workspace of the trace. */
async function environmentOf(file: string, { protocols, probe, besideOf }: Asked): Promise<ExamineEnvironment> {
  const beside = await besideOf(file);
  const { platform, settings } = beside;
  return {
    clock: platform.clock,
    entropy: platform.entropy,
    mail: platform.openMail(platform.env),
    remote: probe ? platform.openRemote(platform.env) : null,
    dataRoot: nearby(settings.dataRoot, beside),
    openStores: () => openExistingStores(beside),
    placeOptions: () => placeOptions(beside),
    traceWord: shellWord(file),
    executor: () => platform.traceHolder(beside.path(file)),
    plan: (workflow) => loadPlan(workflow, protocols, beside),
    snapshot: () => protocols.snapshot(beside),
    kept: protocols.findKept(file, beside),
  };
}

/** Null also where one may not even look whether it is there. */
function openExistingStores({ platform, settings }: Context): Stores | null {
  try {
    return platform.files.isFolder(settings.dataRoot) ? platform.openStores(settings.dataRoot) : null;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return null;
  }
}

async function loadPlan(workflow: string, protocols: Protocols, beside: Context): Promise<Plan | TraceFinding> {
  if (!beside.platform.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    return await protocols.plan(workflow, beside);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return planRefusal(error);
  }
}

function isStepwise({ steps, fromStep, until }: Scope): boolean {
  return steps || fromStep !== undefined || until !== undefined;
}

function stretchOf({ fromStep, until }: Scope): Stretch {
  return {
    ...(fromStep === undefined ? {} : { from: fromStep }),
    ...(until === undefined ? {} : { until }),
  };
}

/** @throws UsageFault when the trace never came to where the stretch begins or ends */
function requireMet(stepwise: Stepwise | null, { fromStep, until }: Scope, file: string): void {
  if (stepwise?.isReversed) {
    const message = `the range is reversed: ${until} comes before ${fromStep} in ${file}`;
    throw new UsageFault("BAD_USAGE", { message, hint: `type --from-step ${until} --until ${fromStep}` });
  }
  const missed = stepwise?.missed ?? null;
  if (missed === null) return;
  const suggestion = didYouMean(missed.asked, missed.met) ?? null;
  throw new UsageFault("STEP_NOT_MET", { file, asked: missed.asked, suggestion });
}
