/** `pgs examine`: is a trace intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import { emptySummary, gather } from "../engine/summary.ts";
import { checkAllowed } from "../examine/allowed.ts";
import { classify } from "../examine/classify.ts";
import { finding, type TraceFinding } from "../examine/finding.ts";
import { foreignFormat } from "../examine/foreign/detect.ts";
import { locate, type Place } from "../examine/locate.ts";
import { OpenEffects } from "../examine/open-effects.ts";
import { replay } from "../examine/replay.ts";
import { eventIn, Verification, type Verified } from "../examine/verify.ts";
import { Fault, UsageFault } from "../faults.ts";
import type { Plan } from "../plan/plan.ts";
import type { Source } from "../ports.ts";
import type { TraceEvent } from "../trace/event.ts";
import { linesIn } from "../trace/pieces.ts";
import { besideTrace } from "./beside.ts";
import type { CommonOptions, Context } from "./context.ts";
import { type Examination, type PlacedLine, toJson, toText } from "./examine-report.ts";
import { EXIT } from "./exit-codes.ts";
import { open, planOf } from "./load.ts";
import { painter } from "./paint.ts";
import { openGiven } from "./read-given.ts";
import { printJson } from "./report.ts";

export interface ExamineOptions extends CommonOptions {
  readonly head?: string;
  readonly expectSeal?: string;
}

export async function examineCommand(options: ExamineOptions, context: Context, file: string): Promise<number> {
  const source = await openGiven(file, "the trace", context);
  const format = foreignFormat(firstPieceOf(source));
  if (format !== null) {
    const { examineForeign } = await import("./examine-foreign.ts");
    return examineForeign(format, Buffer.concat([...source.pieces()]), options, context, file);
  }
  const examination = await examine({ source, file, options, context });
  if (context.settings.json) printJson(context, toJson(examination));
  else if (!context.settings.quiet) context.world.out(toText(examination, await painter(context.settings)));
  return examination.isSound ? EXIT.SUCCESS : EXIT.FOUND;
}

/** A trace on the disk, and what it is examined with. */
interface Given {
  readonly source: Source;
  readonly file: string;
  readonly options: ExamineOptions;
  readonly context: Context;
}

function firstPieceOf({ pieces }: Source): Uint8Array {
  for (const piece of pieces()) return piece;
  return new Uint8Array();
}

async function examine(given: Given): Promise<Examination> {
  const { file } = given;
  const { verified, allowed, plan, summary, openEffects } = await survey(given);
  const replayed = plan !== null && allowed?.length === 0 ? await replayAgain(plan, verified, given) : null;
  const classification = classify(summary);
  const located = classification === null || plan === null ? null : locate(classification, summary, plan);
  const place = located === null ? null : await withLine(located, given);
  const isSound =
    verified.findings.length === 0 &&
    allowed?.length === 0 &&
    replayed?.finding === null &&
    classification?.isStructural !== true;
  return { file, verified, allowed, replayed, summary, classification, place, open: openEffects.all, isSound };
}

/** Goes through the trace once: verifies it, holds it to the plan, and gathers what it tells. */
async function survey(given: Given) {
  const verification = new Verification(given.options.head);
  const summary = emptySummary();
  const openEffects = new OpenEffects();
  const pieces = await piecesOf(given, "verifying");
  const events = (function* () {
    for (const line of verification.lines(pieces.all)) {
      const event = eventIn(line);
      gather(summary, event);
      openEffects.take(event);
      yield event;
    }
  })();
  const held = await againstPlan(events, given);
  pieces.close();
  const verified = verification.verdict;
  // Only what is bound to the chain is worth holding to a plan; a cut-off end does not unbind what stands before it.
  const isReadable = verified.count > 0 && verified.findings.every(({ code }) => CUT_OFF.has(code));
  return { verified, summary, openEffects, ...(isReadable ? held : { allowed: null, plan: null }) };
}

const CUT_OFF: ReadonlySet<string> = new Set(["TORN_LINE", "NO_END", "HEAD_MISMATCH"]);

type Held = Pick<Examination, "allowed"> & { readonly plan: Plan | null };

/** Asks for all events, whether there is a plan to hold them to or not. */
async function againstPlan(events: Generator<TraceEvent>, given: Given): Promise<Held> {
  const start = events.next().value;
  if (start?.event_type !== "execution_start") return rested(events, null);
  const plan = await loadPlan(start.payload.workflow_code, given);
  if (!("nodes" in plan)) return rested(events, [plan]);
  return { allowed: await checkAllowed(plan, following(start, events)), plan };
}

function rested(events: Iterable<TraceEvent>, allowed: Held["allowed"]): Held {
  for (const _ of events);
  return { allowed, plan: null };
}

function* following(first: TraceEvent, others: Iterable<TraceEvent>): Generator<TraceEvent> {
  yield first;
  yield* others;
}

async function loadPlan(workflow: string, { file, options, context }: Given): Promise<Plan | TraceFinding> {
  const beside = besideTrace(file, options, context);
  if (!context.world.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    return await planOf(workflow, beside, options);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return finding("SNAPSHOT_REFUSED", undefined, { code: error.code, message: error.message });
  }
}

async function replayAgain(plan: Plan, verified: Verified, given: Given): Promise<Examination["replayed"]> {
  const pieces = await piecesOf(given, "replaying");
  const replayed = await replay(plan, sameEvents(pieces.all, verified, given.file));
  pieces.close();
  return replayed;
}

/** The events of the lines that were verified, read once more. @throws UsageFault when they are others by now */
function* sameEvents(
  pieces: Iterable<Uint8Array>,
  { count, head }: Verified,
  file: string,
): Generator<TraceEvent> {
  let event: TraceEvent | undefined;
  for (const { bytes } of linesIn(pieces)) {
    if (event?.sequence === count) break;
    event = eventAgain(bytes, file);
    yield event;
  }
  if (event?.hash !== head) throw new UsageFault("FILE_CHANGED", { file });
}

function eventAgain(line: Uint8Array, file: string): TraceEvent {
  try {
    return eventIn(line);
  } catch (cause) {
    throw new UsageFault("FILE_CHANGED", { file }, { cause });
  }
}

/** The pieces of the trace, a progress bar beside them where it is long. */
async function piecesOf({ source, context }: Given, what: string) {
  const isLong = source.size > LONG && !context.settings.quiet;
  const progress = isLong ? await context.world.openProgress(what, source.size) : null;
  const all = (function* () {
    let done = 0;
    for (const piece of source.pieces()) {
      yield piece;
      done += piece.length;
      progress?.at(done);
    }
  })();
  return { all, close: () => progress?.close() };
}

/** Bytes from which on it takes long enough to be waited for. */
const LONG = 2 ** 23;

async function withLine(place: Place, { file, options, context }: Given): Promise<PlacedLine> {
  const snapshot = await open(besideTrace(file, options, context), options);
  const text = snapshot.artifact(place.artifact)?.text;
  const content = text === undefined ? undefined : (JSON.parse(text) as { content?: unknown }).content;
  if (typeof content !== "string") return { ...place, line: null };
  const { lineInContent } = await import("../snapshot/derive.ts");
  return { ...place, line: lineInContent(content, place.path) ?? null };
}
