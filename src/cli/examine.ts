/** `pgs examine`: is a trace intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import { emptySummary, gather } from "../engine/summary.ts";
import { checkAllowed } from "../examine/allowed.ts";
import { classify } from "../examine/classify.ts";
import { finding, type TraceFinding } from "../examine/finding.ts";
import { foreignFormat } from "../examine/foreign/detect.ts";
import { locate, type Place } from "../examine/locate.ts";
import { replay } from "../examine/replay.ts";
import { type Verified, verifyTrace } from "../examine/verify.ts";
import { Fault } from "../faults.ts";
import type { Plan } from "../plan/plan.ts";
import type { TraceEvent } from "../trace/event.ts";
import { besideTrace } from "./beside.ts";
import type { CommonOptions, Context } from "./context.ts";
import { type Examination, type OpenEffect, type PlacedLine, toJson, toText } from "./examine-report.ts";
import { EXIT } from "./exit-codes.ts";
import { open, planOf } from "./load.ts";
import { painter } from "./paint.ts";
import { readGiven } from "./read-given.ts";
import { printJson } from "./report.ts";

export interface ExamineOptions extends CommonOptions {
  readonly head?: string;
  readonly expectSeal?: string;
}

export async function examineCommand(options: ExamineOptions, context: Context, file: string): Promise<number> {
  const bytes = readGiven(file, "the trace", context);
  const format = foreignFormat(bytes);
  if (format !== null) {
    const { examineForeign } = await import("./examine-foreign.ts");
    return examineForeign(format, bytes, options, context, file);
  }
  const verified = verifyTrace(bytes, options.head);
  const summary = emptySummary();
  for (const event of verified.events) gather(summary, event);
  const { allowed, replayed, plan } = await againstSnapshot(verified, options, file, context);
  const classification = classify(summary);
  const located = classification === null || plan === null ? null : locate(classification, summary, plan);
  const place = located === null ? null : await withLine(located, options, file, context);
  const isSound =
    verified.findings.length === 0 &&
    allowed?.length === 0 &&
    replayed?.finding === null &&
    classification?.isStructural !== true;
  const examination = {
    file,
    verified,
    allowed,
    replayed,
    summary,
    classification,
    place,
    open: openEffects(verified.events),
    isSound,
  };
  if (context.settings.json) printJson(context, toJson(examination));
  else if (!context.settings.quiet) context.world.out(toText(examination, await painter(context.settings)));
  return isSound ? EXIT.SUCCESS : EXIT.FOUND;
}

/** Only what is bound to the chain is worth replaying; a cut-off end does not unbind what stands before it. */
async function againstSnapshot(
  { events, findings }: Verified,
  options: ExamineOptions,
  file: string,
  context: Context,
): Promise<Pick<Examination, "allowed" | "replayed"> & { readonly plan: Plan | null }> {
  const start = events[0];
  const isReadable = findings.every(({ code }) => CUT_OFF.has(code));
  if (start?.event_type !== "execution_start" || !isReadable)
    return { allowed: null, replayed: null, plan: null };
  const plan = await loadPlan(start.payload.workflow_code, options, file, context);
  if (!("nodes" in plan)) return { allowed: [plan], replayed: null, plan: null };
  const allowed = await checkAllowed(plan, events);
  return { allowed, replayed: allowed.length === 0 ? await replay(plan, events) : null, plan };
}

const CUT_OFF: ReadonlySet<string> = new Set(["TORN_LINE", "NO_END", "HEAD_MISMATCH"]);

async function loadPlan(
  workflow: string,
  options: ExamineOptions,
  file: string,
  context: Context,
): Promise<Plan | TraceFinding> {
  const beside = besideTrace(file, options, context);
  if (!context.world.files.isFolder(beside.settings.snapshot)) return finding("NO_SNAPSHOT");
  try {
    return await planOf(workflow, beside, options);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return finding("SNAPSHOT_REFUSED", undefined, { code: error.code, message: error.message });
  }
}

async function withLine(
  place: Place,
  options: ExamineOptions,
  file: string,
  context: Context,
): Promise<PlacedLine> {
  const snapshot = await open(besideTrace(file, options, context), options);
  const text = snapshot.artifact(place.artifact)?.text;
  const content = text === undefined ? undefined : (JSON.parse(text) as { content?: unknown }).content;
  if (typeof content !== "string") return { ...place, line: null };
  const { lineInContent } = await import("../snapshot/derive.ts");
  return { ...place, line: lineInContent(content, place.path) ?? null };
}

function openEffects(events: readonly TraceEvent[]): readonly OpenEffect[] {
  const open = new Map<string, OpenEffect>();
  for (const event of events) {
    if (event.event_type !== "side_effect_start" && event.event_type !== "side_effect_end") continue;
    const node = event.node_id ?? "";
    const id = JSON.stringify([event.run, node, event.payload.step]);
    if (event.event_type === "side_effect_end") open.delete(id);
    else {
      const { step, op, store, effect_key: effectKey } = event.payload;
      const isCaller = events[event.sequence]?.run.startsWith(`${event.run}.`) === true;
      open.set(id, { run: event.run, node, step, op, store, effectKey, line: event.sequence, isCaller });
    }
  }
  return [...open.values()];
}
