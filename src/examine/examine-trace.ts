/** Examines one trace: is it intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import type { Plan } from "../plan/plan.ts";
import { markdownLine } from "../snapshot/markdown-line.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { Sessions } from "../trace/sessions.ts";
import { addEvent, createSummary, type Summary } from "../trace/summary.ts";
import { classify } from "./classify.ts";
import { TraceInputFault } from "./errors.ts";
import type { Examination, PlacedLine, Reexamined } from "./examination.ts";
import { nameNotices } from "./file-name.ts";
import { finding, type TraceFinding } from "./finding.ts";
import { type Held, holdTo } from "./held.ts";
import { locate, type Place } from "./locate/locate.ts";
import {
  type FindKept,
  type HeldToKept,
  holdToKept,
  isOfAnother,
  OTHER_SNAPSHOT,
  RecordedProtocols,
} from "./protocol.ts";
import type { ReadAgain } from "./recovery/dry-runs.ts";
import { goOnOf } from "./recovery/go-on.ts";
import { interruptionOf, type RunSurroundings } from "./recovery/interruption.ts";
import { OpenEffects } from "./recovery/open-effects.ts";
import { replay } from "./replay/replay.ts";
import type { Stepwise } from "./replay/stepwise.ts";
import { isTrace } from "./source-trace.ts";
import { CUT_OFF, Verification, type Verified } from "./verify.ts";
import type { WhatIfAnswer } from "./what-if/compare-what-if.ts";
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

export type Reading = "examining" | "verifying" | "replaying" | "reading";

/** What a trace is examined with. */
export interface ExamineEnvironment extends RunSurroundings {
  /** The plan of the workflow; a finding where there is none. */
  plan(workflow: string): Promise<Plan | TraceFinding>;
  /** The snapshot that the plans are from. */
  snapshot(): Promise<Snapshot>;
  /** What was kept of the protocol of a run; absent where nothing is looked for. */
  readonly kept?: FindKept;
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
  // Asked first: a run that ends meanwhile has its end in what is read after that.
  const holder = environment.executor?.() ?? null;
  const surveyed = await survey(trace, head, stepwise, environment);
  const { verified, summary, sessions, openEffects, executionId } = surveyed;
  if (!isTrace(verified, trace.firstPiece())) throw new TraceInputFault("NOT_A_TRACE", { file: trace.file });
  const { held, here, kept, notices: unused } = await protocolOf(trace, surveyed, environment);
  const reexamined = await replayOrWhatIf(trace, verified, { held, here }, stepwise);
  const { allowed = null, plan = null } = held ?? {};
  const classification = classify(summary);
  const located = classification === null || plan === null ? null : locate(classification, summary, plan);
  const snapshot = async () => kept?.snapshot ?? environment.snapshot();
  const place = located === null ? null : await withLine(located, snapshot);
  const isSound =
    verified.findings.length === 0 &&
    allowed?.length === 0 &&
    reexamined.replayed?.finding === null &&
    classification?.isStructural !== true;
  // Nothing of a dry run took place, so nothing can be unfinished.
  const unfinished = summary.isDryRun ? OpenEffects.none() : openEffects;
  const readAgain: ReadAgain = (work) => trace.readAgain("reading", verified, work);
  const executor = unfinished.hasEnded ? null : holder;
  const interruption = await interruptionOf(unfinished, readAgain, plan, executor, environment);
  const named = executionId === null || trace.path === null ? [] : nameNotices(trace.path, executionId);
  const notices = [...named, ...unused, ...assumptions(summary)];
  const isHeadGiven = head !== undefined;
  const protocol = plan === null ? null : { root: plan.snapshot.root, kept: kept?.file ?? null };
  const facts = {
    ...{ file: trace.file, notices, isHeadGiven, verified, allowed, protocol },
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

/** Goes through the trace once: verifies it, holds it to the plan, replays it, and gathers what it tells. */
async function survey(
  trace: TraceReader,
  head: string | undefined,
  stepwise: Stepwise | null,
  environment: ExamineEnvironment,
) {
  const verification = new Verification(head);
  const summary = createSummary();
  const sessions = new Sessions();
  const openEffects = new OpenEffects();
  const protocols = new RecordedProtocols();
  let executionId: string | null = null;
  const held = await trace.read("examining", (pieces) => {
    const events = (function* () {
      for (const event of verification.events(pieces)) {
        executionId ??= event.execution_id;
        addEvent(summary, event);
        sessions.take(event);
        openEffects.take(event);
        protocols.take(event);
        yield event;
      }
    })();
    // Step by step, it is replayed when it is known to be allowed.
    return againstPlan(events, environment, () => stepwise === null && verification.isIntact);
  });
  const verified = verification.verdict;
  // Only what is bound to the chain is worth holding to a plan; a cut-off end does not unbind what stands before it.
  const isReadable =
    verified.omitted === 0 &&
    verified.findings.every(({ code }) => CUT_OFF.has(code) || code === "HEAD_MISMATCH");
  const read = { verified, summary, sessions: sessions.all, openEffects, protocols, executionId };
  return { ...read, held: isReadable ? held : null };
}

/** What the trace is held to; `here` is the plan at hand, where that is another one. */
async function protocolOf(
  trace: TraceReader,
  { held, verified, protocols }: Awaited<ReturnType<typeof survey>>,
  { kept: find }: ExamineEnvironment,
): Promise<HeldToKept & { readonly here: Plan | null }> {
  const atHand = { held, here: null, kept: null };
  if (held === null || find === undefined || !isOfAnother(held)) return { ...atHand, notices: [] };
  const toKept = await holdToKept(protocols, find, (work) => trace.readAgain("reading", verified, work));
  if (toKept.held === null) return { ...atHand, notices: toKept.notices };
  const isOther = held.allowed.some(({ code }) => OTHER_SNAPSHOT.has(code));
  return { ...toKept, here: isOther ? held.plan : null };
}

/** Asks for all events, whether there is a plan to hold them to or not. */
async function againstPlan(
  events: Generator<TraceEvent>,
  environment: ExamineEnvironment,
  isReplayed: () => boolean,
): Promise<Held | null> {
  const start = events.next().value;
  if (start?.event_type !== "execution_start") return rested(events, null);
  const plan = await environment.plan(start.payload.workflow_code);
  if (!("nodes" in plan)) return rested(events, { allowed: [plan], plan: null, replayed: null });
  return holdTo(plan, following(start, events), isReplayed);
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

/** Replays what the plan allows; of a run on another snapshot, asks what the one at hand would have made of it. */
async function replayOrWhatIf(
  trace: TraceReader,
  verified: Verified,
  { held, here }: { readonly held: Held | null; readonly here: Plan | null },
  stepwise: Stepwise | null,
): Promise<Reexamined> {
  if (held === null || held.plan === null) return NOTHING;
  const { allowed, plan } = held;
  if (allowed.some(({ code }) => OTHER_SNAPSHOT.has(code)))
    return { ...NOTHING, whatIf: await whatIfOn(plan, trace, verified) };
  const supposed = here === null ? null : await whatIfOn(here, trace, verified);
  // A replay with another package says whether that matters.
  if (allowed.some(({ code }) => code !== "CAPABILITY_DIFFERS")) return { ...NOTHING, whatIf: supposed };
  const alreadyReplayed = stepwise === null ? held.replayed : null;
  const replayed =
    alreadyReplayed ??
    (await trace.readAgain("replaying", verified, (events) => replay(plan, events, stepwise ?? undefined)));
  return { replayed, stepwise, whatIf: supposed };
}

function whatIfOn(plan: Plan, trace: TraceReader, verified: Verified): Promise<WhatIfAnswer> {
  return trace.readAgain("reading", verified, async (events) => {
    const recorded = [...events];
    return { root: plan.snapshot.root, recorded, supposed: await whatIf(plan, recorded) };
  });
}

async function withLine(place: Place, snapshot: () => Promise<Snapshot>): Promise<PlacedLine> {
  const artifact = (await snapshot()).artifact(place.artifact);
  return { ...place, line: artifact === undefined ? null : await markdownLine(artifact, place.path) };
}
