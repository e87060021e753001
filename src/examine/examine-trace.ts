/** Examines one trace: is it intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import type { Plan } from "../plan/plan.ts";
import { markdownLine } from "../snapshot/markdown-line.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { Sessions } from "../trace/sessions.ts";
import { addEvent, createSummary, type Summary } from "../trace/summary.ts";
import { checkAllowed } from "./allowed.ts";
import { classify } from "./classify.ts";
import { TraceInputFault } from "./errors.ts";
import type { Examination, PlacedLine, Reexamined } from "./examination.ts";
import { nameNotices } from "./file-name.ts";
import { finding, type TraceFinding } from "./finding.ts";
import { locate, type Place } from "./locate/locate.ts";
import type { ReadAgain } from "./recovery/dry-runs.ts";
import { goOnOf } from "./recovery/go-on.ts";
import { interruptionOf, type RunSurroundings } from "./recovery/interruption.ts";
import { OpenEffects } from "./recovery/open-effects.ts";
import { replay } from "./replay/replay.ts";
import type { Stepwise } from "./replay/stepwise.ts";
import { isTrace } from "./source-trace.ts";
import { CUT_OFF, eventIn, Verification, type Verified } from "./verify.ts";
import { whatIf } from "./what-if/what-if.ts";

/** A trace that can be read as often as it is needed, a piece at a time. */
export interface TraceReader {
  /** As the reader of the examination would write it. */
  readonly file: string;
  /** Its absolute path; null for a trace that is in no file. */
  readonly path: string | null;
  /** Where it begins. */
  firstPiece(): Uint8Array;
  /** What `work` makes of the bytes. */
  read<T>(doing: Reading, work: (pieces: Iterable<Uint8Array>) => Promise<T>): Promise<T>;
  /** What `work` makes of the events that were verified. @throws Fault when they are others by now */
  readAgain<T>(
    doing: Reading,
    verified: Verified,
    work: (events: Iterable<TraceEvent>) => Promise<T>,
  ): Promise<T>;
}

export type Reading = "verifying" | "replaying" | "reading";

/** What a trace is examined with. */
export interface ExamineEnvironment extends RunSurroundings {
  /** The plan of the workflow; a finding where there is none. */
  plan(workflow: string): Promise<Plan | TraceFinding>;
  /** The snapshot that the plans are from. */
  snapshot(): Promise<Snapshot>;
}

export interface ExamineScope {
  /** The hash that the last event must have. */
  readonly head?: string | undefined;
  /** Replays step by step. */
  readonly stepwise?: Stepwise | null;
}

/** @throws TraceInputFault `NOT_A_TRACE` */
export async function examineTrace(
  trace: TraceReader,
  { head, stepwise = null }: ExamineScope,
  environment: ExamineEnvironment,
): Promise<Examination> {
  const { verified, held, summary, sessions, openEffects, executionId } = await survey(
    trace,
    head,
    environment,
  );
  if (!isTrace(verified, trace.firstPiece())) throw new TraceInputFault("NOT_A_TRACE", { file: trace.file });
  const reexamined = held === null ? NOTHING : await replayOrWhatIf(trace, verified, held, stepwise);
  const { allowed = null, plan = null } = held ?? {};
  const classification = classify(summary);
  const located = classification === null || plan === null ? null : locate(classification, summary, plan);
  const place = located === null ? null : await withLine(located, environment);
  const isSound =
    verified.findings.length === 0 &&
    allowed?.length === 0 &&
    reexamined.replayed?.finding === null &&
    classification?.isStructural !== true;
  const readAgain: ReadAgain = (work) => trace.readAgain("reading", verified, work);
  const interruption = await interruptionOf(openEffects, readAgain, plan, environment);
  const names = executionId === null || trace.path === null ? [] : nameNotices(trace.path, executionId);
  const notices = [...names, ...assumptions(summary)];
  const isHeadGiven = head !== undefined;
  const facts = {
    ...{ file: trace.file, notices, isHeadGiven, verified, allowed },
    ...{ summary, sessions, classification, place, interruption },
  };
  const goOn = goOnOf(interruption, { verified, allowed, replayed: reexamined.replayed });
  return { ...facts, ...reexamined, goOn, isSound };
}

/** What the run rests on that nobody saw. */
function assumptions({ settled }: Summary): readonly TraceFinding[] {
  return settled
    .filter((one) => one.settled === "assumed")
    .map(({ run, node, step, op, actor }) => {
      const at = `${run === MAIN_RUN ? "" : `${run}/`}${node}.${step}`;
      return finding("ASSUMED", undefined, { op, at, actor });
    });
}

/** What holding a trace to a plan gives; null without a plan. */
interface Held {
  readonly allowed: readonly TraceFinding[];
  readonly plan: Plan | null;
}

/** Goes through the trace once: verifies it, holds it to the plan, and gathers what it tells. */
async function survey(trace: TraceReader, head: string | undefined, environment: ExamineEnvironment) {
  const verification = new Verification(head);
  const summary = createSummary();
  const sessions = new Sessions();
  const openEffects = new OpenEffects();
  let executionId: string | null = null;
  const held = await trace.read("verifying", (pieces) => {
    const events = (function* () {
      for (const line of verification.lines(pieces)) {
        const event = eventIn(line);
        executionId ??= event.execution_id;
        addEvent(summary, event);
        sessions.take(event);
        openEffects.take(event);
        yield event;
      }
    })();
    return againstPlan(events, environment);
  });
  const verified = verification.verdict;
  // Only what is bound to the chain is worth holding to a plan; a cut-off end does not unbind what stands before it.
  const isReadable =
    verified.omitted === 0 &&
    verified.findings.every(({ code }) => CUT_OFF.has(code) || code === "HEAD_MISMATCH");
  const read = { verified, summary, sessions: sessions.all, openEffects, executionId };
  return { ...read, held: isReadable ? held : null };
}

/** Asks for all events, whether there is a plan to hold them to or not. */
async function againstPlan(
  events: Generator<TraceEvent>,
  environment: ExamineEnvironment,
): Promise<Held | null> {
  const start = events.next().value;
  if (start?.event_type !== "execution_start") return rested(events, null);
  const plan = await environment.plan(start.payload.workflow_code);
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

const NOTHING: Reexamined = { replayed: null, stepwise: null, whatIf: null };

/** Replays what the plan allows; of a run on another snapshot, asks what this one would have made of it. */
async function replayOrWhatIf(
  trace: TraceReader,
  verified: Verified,
  { allowed, plan }: Held,
  stepwise: Stepwise | null,
): Promise<Reexamined> {
  if (plan === null) return NOTHING;
  if (allowed.some(({ code }) => OTHER_SNAPSHOT.has(code))) {
    const answered = await trace.readAgain("reading", verified, async (events) => {
      const recorded = [...events];
      return { root: plan.snapshot.root, recorded, supposed: await whatIf(plan, recorded) };
    });
    return { ...NOTHING, whatIf: answered };
  }
  // A replay with another package says whether that matters.
  if (allowed.some(({ code }) => code !== "CAPABILITY_DIFFERS")) return NOTHING;
  const replayed = await trace.readAgain("replaying", verified, (events) =>
    replay(plan, events, stepwise ?? undefined),
  );
  return { ...NOTHING, replayed, stepwise };
}

const OTHER_SNAPSHOT: ReadonlySet<string> = new Set(["SNAPSHOT_DIFFERS", "WORKFLOW_DIFFERS"]);

async function withLine(place: Place, environment: ExamineEnvironment): Promise<PlacedLine> {
  const artifact = (await environment.snapshot()).artifact(place.artifact);
  return { ...place, line: artifact === undefined ? null : await markdownLine(artifact, place.path) };
}
