/** `pgs examine`: is a trace intact, did the protocol allow it, does it replay, what was really done (SPEC 6). */

import { emptySummary, gather, type Summary } from "../engine/summary.ts";
import { checkAllowed } from "../examine/allowed.ts";
import { type Classification, classify } from "../examine/classify.ts";
import { finding, type TraceFinding, wordsOf } from "../examine/finding.ts";
import { foreignFormat } from "../examine/foreign/detect.ts";
import { locate, type Place, pointerOf } from "../examine/locate.ts";
import { type Replayed, replay } from "../examine/replay.ts";
import { type Verified, verifyTrace } from "../examine/verify.ts";
import { Fault, wordingOf } from "../faults.ts";
import type { JsonObject } from "../json.ts";
import type { Plan } from "../plan/plan.ts";
import { MAIN_RUN, type TraceEvent } from "../trace/event.ts";
import { besideTrace } from "./beside.ts";
import type { CommonOptions, Context } from "./context.ts";
import { EXIT } from "./exit-codes.ts";
import { open, planOf } from "./load.ts";
import { type Paint, painter } from "./paint.ts";
import { readGiven } from "./read-given.ts";
import { plain, printJson, reasonRows, rowsByRun, table, violationRows } from "./report.ts";

export interface ExamineOptions extends CommonOptions {
  readonly head?: string;
  readonly expectSeal?: string;
}

interface Examination {
  readonly file: string;
  readonly verified: Verified;
  /** Null: nothing could be said, because the trace is not intact or no snapshot is at hand. */
  readonly allowed: readonly TraceFinding[] | null;
  readonly replayed: Replayed | null;
  readonly summary: Summary;
  /** Null while the run has not ended. */
  readonly classification: Classification | null;
  readonly place: PlacedLine | null;
  /** By begun effect without an end: its key. */
  readonly open: readonly OpenEffect[];
  readonly isSound: boolean;
}

interface OpenEffect {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly op: string;
  readonly store: string | null;
  readonly effectKey: string;
  readonly line: number;
  /** Whether a run nested in it had begun: then that one was cut off. */
  readonly isCaller: boolean;
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

interface PlacedLine extends Place {
  /** Line of the authored Markdown in the artifact's `content`. */
  readonly line: number | null;
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

// ---- reports ----

function toJson(examination: Examination): unknown {
  const { verified, allowed, replayed, summary, open, isSound } = examination;
  const { ending } = summary;
  return {
    ok: isSound,
    events: verified.events.length,
    head: verified.head,
    errors: verified.findings.map(findingJson),
    intact: verified.findings.length === 0,
    allowed: allowed === null ? null : { ok: allowed.length === 0, findings: allowed.map(findingJson) },
    replayed:
      replayed === null
        ? null
        : {
            ok: replayed.finding === null,
            compared: replayed.compared,
            suppressed: replayed.suppressed,
            divergence: replayed.finding === null ? null : findingJson(replayed.finding),
          },
    ending,
    classification: classificationJson(examination),
    path: summary.path,
    violations: summary.violations,
    reasons: summary.reasons,
    refusals: summary.errors,
    effects: summary.effects,
    open_effects: open.map(({ effectKey, isCaller, ...rest }) => ({
      ...rest,
      effect_key: effectKey,
      has_nested_run: isCaller,
    })),
  };
}

function classificationJson({ classification, place }: Examination): unknown {
  if (classification === null) return null;
  const { class: found, isStructural, node, step } = classification;
  const at = place && {
    artifact: place.artifact,
    file: place.file,
    pointer: pointerOf(place),
    line: place.line,
    hint: place.hint,
  };
  return { class: found, structural: isStructural, node, step, place: at };
}

export function findingJson(found: TraceFinding): JsonObject {
  const { what, hint } = wordsOf(found);
  return {
    line: found.line ?? null,
    code: found.code,
    message: what,
    facts: found.facts,
    ...(hint === undefined ? {} : { hint }),
  };
}

function toText(examination: Examination, paint: Paint): string {
  const { file, verified, allowed, replayed, summary, open, isSound } = examination;
  const word = (isGood: boolean | null, yes: string, no: string) =>
    isGood === null ? paint("quiet", "not checked") : isGood ? paint("good", yes) : paint("bad", no);
  const verdicts = [
    ["intact", word(verified.findings.length === 0, `yes, ${verified.events.length} events`, "no")],
    ["allowed", word(allowed === null ? null : allowed.length === 0, "yes", "no")],
    ["replayed", word(replayed === null ? null : replayed.finding === null, replayText(replayed), "no")],
    ["head", verified.head ?? "-"],
  ];
  const findings = [...verified.findings, ...(allowed ?? []), ...(replayed?.finding ? [replayed.finding] : [])];
  return [
    `${isSound ? paint("good", "SOUND") : paint("bad", "FOUND")}  ${file}\n`,
    table(verdicts),
    findings.map((one) => findingText(one, file, paint)).join(""),
    endingText({ ...summary, isBegun: verified.events.length > 0 }),
    classText(examination, paint),
    refusalsText(summary, paint),
    summary.reasons.length === 0 ? "" : `\nreasons\n${table(reasonRows(summary.reasons))}`,
    effectsText(summary, open, paint),
  ].join("");
}

function replayText(replayed: Replayed | null): string {
  if (replayed === null) return "";
  const { compared, suppressed } = replayed;
  return `yes, ${compared} events equal${suppressed === 0 ? "" : `, ${suppressed} suppressed values not compared`}`;
}

export function findingText(found: TraceFinding, file: string, paint: Paint): string {
  const { what, hint } = wordsOf(found);
  const where = found.line === undefined ? file : `${file}:${found.line}`;
  const { recorded, replayed } = found.facts;
  const values =
    found.code === "DIVERGED" ? `    recorded  ${plain(recorded)}\n    replayed  ${plain(replayed)}\n` : "";
  return `\n${paint("bad", found.code)}  ${where}\n  ${plain(what)}\n${values}${hint === undefined ? "" : `  hint: ${hint}\n`}`;
}

function endingText({ ending, path, isBegun }: Summary & { readonly isBegun: boolean }): string {
  if (!isBegun) return "";
  const last = path.at(-1);
  if (ending === null)
    return `\nended  not: interrupted after ${last === undefined ? "the start" : `${last.node} (${last.outcome})`}\n`;
  return `\nended  ${ending.status} ${ending.exit_reason_code}${ending.outcome === null ? "" : `, outcome ${ending.outcome}`}\n`;
}

function classText({ classification, place }: Examination, paint: Paint): string {
  if (classification === null || classification.class === null) return "";
  const { class: found, isStructural } = classification;
  const how = isStructural ? "the run broke off" : "a way the protocol declares";
  const head = `class  ${paint(isStructural ? "bad" : "strong", found)}, ${how}\n`;
  if (place === null) return head;
  const line = place.line === null ? "" : `, line ${place.line} of its Markdown`;
  return `${head}  ${plain(place.file)} ${plain(pointerOf(place))}${line}\n  hint: ${plain(place.hint)}\n`;
}

function refusalsText({ errors, violations }: Summary, paint: Paint): string {
  const refused = errors.map(({ run, error_code, node, step, facts }) => {
    const wording = wordingOf(error_code, facts);
    const place = placeOf(run, node, step);
    const hint = wording?.hint === undefined ? "" : `  hint: ${plain(wording.hint)}\n`;
    return `\n${paint("bad", error_code)}  ${place}\n  ${plain(wording?.what ?? facts)}\n${hint}`;
  });
  const rows = violationRows(violations);
  return `${refused.join("")}${rows.length === 0 ? "" : `\nviolations\n${table(rows)}`}`;
}

/** Node and step, preceded by the run where that is a nested one. */
function placeOf(run: string, node: string | null, step: string | undefined): string {
  const at = [node, step].filter((part) => part !== null && part !== undefined).join(".");
  return run === MAIN_RUN ? at : `${run} ${at}`;
}

function effectsText({ effects }: Summary, open: readonly OpenEffect[], paint: Paint): string {
  if (effects.length === 0) return "\neffects  none\n";
  const rows = rowsByRun(effects, ({ node, step, op, store, outcome }) => [
    op,
    store ?? "-",
    outcome ?? "begun, end unknown",
    `${node}.${step}`,
  ]);
  const halfDone = open.map(({ run, node, step, op, store, effectKey, line, isCaller }) => {
    const hint = isCaller
      ? "a run nested in it was cut off: that run's own effects say how far it came"
      : `look whether ${store ?? "the store"} holds what the inputs in line ${line} say, before running again`;
    return (
      `\n${paint("bad", "HALF DONE?")}  line ${line}: ${op}${isCaller ? "" : ` on ${store ?? "its store"}`} by ${placeOf(run, node, step)} began, and nothing says it ended\n` +
      `  effect_key ${effectKey}\n  hint: ${hint}\n`
    );
  });
  return `\neffects\n${table(rows)}${halfDone.join("")}`;
}
