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
import type { CommonOptions, Context } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { open, planOf } from "../../load.ts";
import { say } from "../../report-view.ts";
import { besideTrace } from "../../resolve-snapshot.ts";
import { TraceArgument } from "../../trace-argument.ts";
import { interruptionOf } from "./recovery.ts";
import { tracesAt } from "./traces-at.ts";
import { type Examination, type PlacedLine, type Reexamined, toJson, toText } from "./view.ts";

export interface ExamineOptions extends CommonOptions {
  readonly head?: string;
  readonly expectSeal?: string;
  readonly steps?: boolean;
  readonly fromStep?: string;
  readonly until?: string;
}

export async function examineCommand(
  options: ExamineOptions,
  context: Context,
  ...places: readonly string[]
): Promise<number> {
  const files = tracesAt(places, context);
  const [file = ""] = files;
  if (files.length === 1) return examineOne(file, options, context);
  refuseOptionsOfOne(options);
  const { examineSeveral } = await import("./several.ts");
  return examineSeveral(files, context, (one, within) => examineOne(one, options, within));
}

function refuseOptionsOfOne({ head, steps, fromStep, until }: ExamineOptions): void {
  const given = { "--head": head, "--steps": steps, "--from-step": fromStep, "--until": until };
  const [name] = Object.entries(given).find(([, value]) => value !== undefined) ?? [];
  if (name === undefined) return;
  throw new UsageFault("BAD_USAGE", { message: `${name} needs exactly one trace`, hint: `omit ${name}` });
}

async function examineOne(file: string, options: ExamineOptions, context: Context): Promise<number> {
  const trace = await TraceArgument.open(file, context);
  const format = externalFormat(trace.firstPiece());
  if (format !== null) {
    const { examineExternal } = await import("./interop.ts");
    return examineExternal(format, trace.whole(), options, context, file);
  }
  const examination = await examine(trace, options, context);
  await say(examination, { toJson, toText }, context);
  return examination.isSound ? EXIT.SUCCESS : EXIT.FOUND;
}

async function examine(trace: TraceArgument, options: ExamineOptions, context: Context): Promise<Examination> {
  const { verified, held, summary, unfinished, executionId } = await survey(trace, options, context);
  const again = held === null ? NOTHING : await walkAgain(trace, verified, held, options);
  const { allowed = null, plan = null } = held ?? {};
  const classification = classify(summary);
  const located = classification === null || plan === null ? null : locate(classification, summary, plan);
  const place = located === null ? null : await withLine(located, trace, options, context);
  const isSound =
    verified.findings.length === 0 &&
    allowed?.length === 0 &&
    again.replayed?.finding === null &&
    classification?.isStructural !== true;
  const { file } = trace;
  const readAgain: ReadAgain = (work) => trace.readAgain("reading", verified, work);
  const interruption = await interruptionOf(unfinished, readAgain, plan, context);
  const notices = executionId === null ? [] : nameNotices(context.path(file), executionId);
  const isHeadGiven = options.head !== undefined;
  const told = { file, notices, isHeadGiven, verified, allowed, summary, classification, place, interruption };
  return { ...told, ...again, isSound };
}

/** What holding a trace to a plan gives; null without a plan. */
interface Held {
  readonly allowed: readonly TraceFinding[];
  readonly plan: Plan | null;
}

/** Goes through the trace once: verifies it, holds it to the plan, and gathers what it tells. */
async function survey(trace: TraceArgument, options: ExamineOptions, context: Context) {
  const verification = new Verification(options.head);
  const summary = createSummary();
  const unfinished = new OpenEffects();
  let executionId: string | null = null;
  const held = await trace.read("verifying", (pieces) => {
    const events = (function* () {
      for (const line of verification.lines(pieces)) {
        const event = eventIn(line);
        executionId ??= event.execution_id;
        addEvent(summary, event);
        unfinished.take(event);
        yield event;
      }
    })();
    return againstPlan(events, (workflow) => loadPlan(workflow, trace.file, options, context));
  });
  const verified = verification.verdict;
  // Only what is bound to the chain is worth holding to a plan; a cut-off end does not unbind what stands before it.
  const isReadable = verified.findings.every(({ code }) => CUT_OFF.has(code) || code === "HEAD_MISMATCH");
  return { verified, summary, unfinished, executionId, held: isReadable ? held : null };
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
  options: ExamineOptions,
  context: Context,
): Promise<Plan | TraceFinding> {
  const beside = besideTrace(file, options, context);
  if (!context.platform.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    return await planOf(workflow, beside, options);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return finding("SNAPSHOT_REFUSED", undefined, { code: error.code, message: error.message });
  }
}

const NOTHING: Reexamined = { replayed: null, stepwise: null, whatIf: null };

/** Replays what the plan allows; of a run on another snapshot, asks what this one would have made of it. */
async function walkAgain(
  trace: TraceArgument,
  verified: Verified,
  { allowed, plan }: Held,
  options: ExamineOptions,
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
  const stepwise = isStepwise(options) ? new Stepwise(stretchOf(options)) : null;
  const replayed = await trace.readAgain("replaying", verified, (events) =>
    replay(plan, events, stepwise ?? undefined),
  );
  requireMet(stepwise, trace.file);
  return { ...NOTHING, replayed, stepwise };
}

const OTHER_SNAPSHOT: ReadonlySet<string> = new Set(["SNAPSHOT_DIFFERS", "WORKFLOW_DIFFERS"]);

function isStepwise({ steps, fromStep, until }: ExamineOptions): boolean {
  return steps === true || fromStep !== undefined || until !== undefined;
}

function stretchOf({ fromStep, until }: ExamineOptions): Stretch {
  return {
    ...(fromStep === undefined ? {} : { from: fromStep }),
    ...(until === undefined ? {} : { until }),
  };
}

/** @throws UsageFault when the trace never came to where the stretch begins or ends */
function requireMet(stepwise: Stepwise | null, file: string): void {
  const missed = stepwise?.missed ?? null;
  if (missed === null) return;
  const suggestion = didYouMean(missed.asked, missed.met) ?? null;
  throw new UsageFault("STEP_NOT_MET", { file, asked: missed.asked, suggestion });
}

async function withLine(
  place: Place,
  { file }: TraceArgument,
  options: ExamineOptions,
  context: Context,
): Promise<PlacedLine> {
  const snapshot = await open(besideTrace(file, options, context), options);
  const artifact = snapshot.artifact(place.artifact);
  return { ...place, line: artifact === undefined ? null : await markdownLine(artifact, place.path) };
}
