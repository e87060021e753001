/** `pgs examine`: is a trace intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import { Fault } from "../../../errors/base.ts";
import { checkAllowed } from "../../../examine/allowed.ts";
import { classify } from "../../../examine/classify.ts";
import { nameNotices } from "../../../examine/file-name.ts";
import { finding, type TraceFinding } from "../../../examine/finding.ts";
import { locate, type Place } from "../../../examine/locate/locate.ts";
import type { ReadAgain } from "../../../examine/recovery/dry-runs.ts";
import { OpenEffects } from "../../../examine/recovery/open-effects.ts";
import { replay } from "../../../examine/replay/replay.ts";
import { Stepwise, type Stretch } from "../../../examine/replay/stepwise.ts";
import { CUT_OFF, eventIn, Verification, type Verified } from "../../../examine/verify.ts";
import { whatIf } from "../../../examine/what-if/what-if.ts";
import { externalFormat } from "../../../interop/detect.ts";
import type { Plan } from "../../../plan/plan.ts";
import { markdownLine } from "../../../snapshot/markdown-line.ts";
import { didYouMean } from "../../../snapshot/nearest-name.ts";
import type { TraceEvent } from "../../../trace/event.ts";
import { addEvent, createSummary } from "../../../trace/summary.ts";
import type { Context } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { open, planOf } from "../../load.ts";
import { argumentList, flag, hash, text } from "../../option.ts";
import { isTrace } from "../../read-trace.ts";
import { say } from "../../report-view.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { SEAL } from "../../shared-options.ts";
import { TraceArgument } from "../../trace-argument.ts";
import { tracesAt } from "../../traces-at.ts";
import { type Trust, trustOf } from "../../trust.ts";
import { interruptionOf } from "./recovery.ts";
import { type Examination, type PlacedLine, type Reexamined, toJson, toText } from "./view.ts";

export const examine = defineCommand({
  details:
    "A trace is valid if it is intact, the snapshot allows it and a replay gives the same events. Of an interrupted run, it says which effects may be incomplete. Of several traces, or of a folder, it prints one verdict each.",
  arguments: { traces: argumentList("traces (.jsonl files), and folders of them", { completes: "file" }) },
  options: {
    Examination: {
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
      ...SEAL,
    },
  },
  shared: ["workspace", "snapshot", "data-root", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs examine trace.jsonl", "verify one trace, and explain how the run ended"],
    ["pgs examine traces --json", "verify every trace below a folder, and print the verdicts for a program"],
  ],
  exitCodes: {
    SUCCESS: "every trace is valid",
    FOUND: "a trace is damaged, not allowed, or does not replay; or its run broke the protocol",
  },
  async action({ traces, head, steps, fromStep, until, ...request }, context) {
    const scope = { head, steps, fromStep, until };
    const trust = trustOf(request, context);
    const files = await tracesAt(traces, context);
    const [file = ""] = files;
    if (files.length === 1) return examineOne(file, { scope, trust }, context);
    refuseScope(scope, (name) => `${name} needs exactly one trace`);
    const { examineSeveral } = await import("./several.ts");
    return examineSeveral(files, context, (one, within) => examineOne(one, { scope, trust }, within));
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
  readonly trust: Trust;
}

/** @throws UsageFault for the first option of the scope that is given */
function refuseScope({ head, steps, fromStep, until }: Scope, why: (name: string) => string): void {
  const given = { "--head": head, "--steps": steps || undefined, "--from-step": fromStep, "--until": until };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name !== undefined) throw new UsageFault("BAD_USAGE", { message: why(name), hint: `omit ${name}` });
}

async function examineOne(file: string, asked: Asked, context: Context): Promise<number> {
  const trace = await TraceArgument.open(file, context);
  const format = externalFormat(trace.firstPiece());
  if (format !== null) {
    refuseScope(asked.scope, (name) => `${name} needs a trace of this runner, but ${file} is ${format}`);
    const { examineExternal } = await import("./interop.ts");
    return examineExternal(format, trace.whole(), asked.trust, context, file);
  }
  const examination = await examineTrace(trace, asked, context);
  await say(examination, { toJson, toText }, context);
  return examination.isSound ? EXIT.SUCCESS : EXIT.FOUND;
}

async function examineTrace(trace: TraceArgument, asked: Asked, context: Context): Promise<Examination> {
  const { verified, held, summary, openEffects, executionId } = await survey(trace, asked, context);
  const reexamined = held === null ? NOTHING : await replayOrWhatIf(trace, verified, held, asked.scope);
  const { allowed = null, plan = null } = held ?? {};
  const classification = classify(summary);
  const located = classification === null || plan === null ? null : locate(classification, summary, plan);
  const place = located === null ? null : await withLine(located, trace, asked.trust, context);
  const isSound =
    verified.findings.length === 0 &&
    allowed?.length === 0 &&
    reexamined.replayed?.finding === null &&
    classification?.isStructural !== true;
  const { file } = trace;
  const readAgain: ReadAgain = (work) => trace.readAgain("reading", verified, work);
  const interruption = await interruptionOf(openEffects, readAgain, plan, await besideTrace(file, context));
  const notices = executionId === null ? [] : nameNotices(context.path(file), executionId);
  const isHeadGiven = asked.scope.head !== undefined;
  const facts = { file, notices, isHeadGiven, verified, allowed, summary, classification, place, interruption };
  return { ...facts, ...reexamined, isSound };
}

/** What holding a trace to a plan gives; null without a plan. */
interface Held {
  readonly allowed: readonly TraceFinding[];
  readonly plan: Plan | null;
}

/** Goes through the trace once: verifies it, holds it to the plan, and gathers what it tells. */
async function survey(trace: TraceArgument, { scope, trust }: Asked, context: Context) {
  const verification = new Verification(scope.head);
  const summary = createSummary();
  const openEffects = new OpenEffects();
  let executionId: string | null = null;
  const held = await trace.read("verifying", (pieces) => {
    const events = (function* () {
      for (const line of verification.lines(pieces)) {
        const event = eventIn(line);
        executionId ??= event.execution_id;
        addEvent(summary, event);
        openEffects.take(event);
        yield event;
      }
    })();
    return againstPlan(events, (workflow) => loadPlan(workflow, trace.file, trust, context));
  });
  const verified = verification.verdict;
  if (!isTrace(verified, trace.firstPiece())) throw new UsageFault("NOT_A_TRACE", { file: trace.file });
  // Only what is bound to the chain is worth holding to a plan; a cut-off end does not unbind what stands before it.
  const isReadable =
    verified.omitted === 0 &&
    verified.findings.every(({ code }) => CUT_OFF.has(code) || code === "HEAD_MISMATCH");
  return { verified, summary, openEffects, executionId, held: isReadable ? held : null };
}

/** Asks for all events, whether there is a plan to hold them to or not. */
async function againstPlan(
  events: Generator<TraceEvent>,
  load: (workflow: string) => Promise<Plan | TraceFinding>,
): Promise<Held | null> {
  const start = events.next().value;
  if (start?.event_type !== "execution_start") return rested(events, null);
  const plan = await load(start.payload.workflow_code);
  if (!("nodes" in plan)) return rested(events, { allowed: [plan], plan: null });
  return { allowed: await checkAllowed(plan, following(start, events)), plan };
}

function rested<T>(events: Iterable<TraceEvent>, result: T): T {
  for (const _ of events);
  return result;
}

function* following(first: TraceEvent, others: Iterable<TraceEvent>): Generator<TraceEvent> {
  yield first;
  yield* others;
}

async function loadPlan(
  workflow: string,
  file: string,
  trust: Trust,
  context: Context,
): Promise<Plan | TraceFinding> {
  const beside = await besideTrace(file, context);
  if (!context.platform.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    return await planOf(workflow, beside, trust);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return finding("SNAPSHOT_REFUSED", undefined, { code: error.code, message: error.message });
  }
}

const NOTHING: Reexamined = { replayed: null, stepwise: null, whatIf: null };

/** Replays what the plan allows; of a run on another snapshot, asks what this one would have made of it. */
async function replayOrWhatIf(
  trace: TraceArgument,
  verified: Verified,
  { allowed, plan }: Held,
  scope: Scope,
): Promise<Reexamined> {
  if (plan === null) return NOTHING;
  if (allowed.some(({ code }) => OTHER_SNAPSHOT.has(code))) {
    const answered = await trace.readAgain("reading", verified, async (events) => {
      const recorded = [...events];
      return { root: plan.snapshot.root, recorded, supposed: await whatIf(plan, recorded) };
    });
    return { ...NOTHING, whatIf: answered };
  }
  if (allowed.length > 0) return NOTHING;
  const stepwise = isStepwise(scope) ? new Stepwise(stretchOf(scope)) : null;
  const replayed = await trace.readAgain("replaying", verified, (events) =>
    replay(plan, events, stepwise ?? undefined),
  );
  requireMet(stepwise, scope, trace.file);
  return { ...NOTHING, replayed, stepwise };
}

const OTHER_SNAPSHOT: ReadonlySet<string> = new Set(["SNAPSHOT_DIFFERS", "WORKFLOW_DIFFERS"]);

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

async function withLine(
  place: Place,
  { file }: TraceArgument,
  trust: Trust,
  context: Context,
): Promise<PlacedLine> {
  const snapshot = await open(await besideTrace(file, context), trust);
  const artifact = snapshot.artifact(place.artifact);
  return { ...place, line: artifact === undefined ? null : await markdownLine(artifact, place.path) };
}
