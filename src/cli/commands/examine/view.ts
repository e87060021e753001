/** How an examination is told: as text, and as JSON. */

import { wordingOf } from "../../../engine/errors.ts";
import { counted } from "../../../errors/counted.ts";
import type { Classification } from "../../../examine/classify.ts";
import { type TraceFinding, wordsOf } from "../../../examine/finding.ts";
import { HEAD_ONLY } from "../../../examine/head-only.ts";
import { type Place, pointerOf } from "../../../examine/locate/locate.ts";
import type { Replayed } from "../../../examine/replay/replay.ts";
import type { Stepwise } from "../../../examine/replay/stepwise.ts";
import type { Verified } from "../../../examine/verify.ts";
import { MAIN_RUN } from "../../../trace/event.ts";
import type { Summary } from "../../../trace/summary.ts";
import type { Paint } from "../../colour.ts";
import { findingJson, findingsText } from "../../finding-view.ts";
import { gathered, plain, reasonRows, rowsByRun, stepText, table, violationRows } from "../../print.ts";
import type { Interruption } from "./recovery.ts";
import { adviceJson, interruptionText, openEffectJson } from "./recovery-view.ts";
import { type WhatIfView, whatIfJson, whatIfText } from "./what-if-view.ts";

/** What walking the plan again gave; null where it was not asked for, or there was no use in it. */
export interface Reexamined {
  readonly replayed: Replayed | null;
  /** Step by step, where that was asked for. */
  readonly stepwise: Stepwise | null;
  /** What the snapshot at hand would have made of the run, where it is another one. */
  readonly whatIf: WhatIfView | null;
}

export interface Examination extends Reexamined {
  readonly file: string;
  /** What is worth a look, and spoils nothing. */
  readonly notices: readonly TraceFinding[];
  readonly isHeadGiven: boolean;
  readonly verified: Verified;
  /** Null: nothing could be said, because the trace is not intact or no snapshot is at hand. */
  readonly allowed: readonly TraceFinding[] | null;
  readonly summary: Summary;
  /** Null while the run has not ended. */
  readonly classification: Classification | null;
  readonly place: PlacedLine | null;
  readonly interruption: Interruption;
  readonly isSound: boolean;
}

export interface PlacedLine extends Place {
  /** Line of the authored Markdown in the artifact's `content`. */
  readonly line: number | null;
}

export function toJson(examination: Examination): unknown {
  const { notices, isHeadGiven, verified, allowed, replayed, whatIf, summary, interruption, isSound } =
    examination;
  const { ending } = summary;
  return {
    ok: isSound,
    events: verified.count,
    head: verified.head,
    errors: verified.findings.map(findingJson),
    ...(verified.omitted === 0 ? {} : { errors_omitted: verified.omitted }),
    notices: notices.map(findingJson),
    unproven: isHeadGiven ? [] : Object.keys(HEAD_ONLY),
    intact: verified.findings.length === 0,
    allowed: allowed === null ? null : { ok: allowed.length === 0, findings: allowed.map(findingJson) },
    replayed: replayed === null ? null : { ...replayedJson(replayed), ...stepsJson(examination) },
    what_if: whatIf === null ? null : whatIfJson(whatIf),
    ending,
    classification: classificationJson(examination),
    path: summary.path,
    violations: summary.violations,
    reasons: summary.reasons,
    refusals: summary.errors,
    effects: summary.effects,
    open_effects: interruption.open.map(openEffectJson),
    advice: adviceJson(interruption),
  };
}

function replayedJson({ finding, compared, suppressed, taken }: Replayed): object {
  const divergence = finding === null ? null : findingJson(finding);
  return { ok: finding === null, compared, suppressed, taken_as_recorded: taken, divergence };
}

function stepsJson({ stepwise }: Examination): object {
  if (stepwise === null) return {};
  const { taken, divergences, steps } = stepwise;
  return { taken, divergences: divergences.map(findingJson), steps };
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

export function toText(examination: Examination, paint: Paint): string {
  const { file, notices, verified, allowed, replayed, whatIf, summary, interruption, isSound } = examination;
  const word = (isGood: boolean | null, yes: string, no: string) =>
    isGood === null ? paint("quiet", "not checked") : isGood ? paint("good", yes) : paint("bad", no);
  const verdicts = [
    ["intact", word(verified.findings.length === 0, `yes, ${counted(verified.count, "event")}`, "no")],
    ["allowed", word(allowed === null ? null : allowed.length === 0, "yes", "no")],
    ["replayed", word(replayed === null ? null : replayed.finding === null, replayText(examination), "no")],
    ["head", verified.head ?? "-"],
  ];
  const told = (found: readonly TraceFinding[], check: string, omitted = 0) =>
    findingsText(found, file, check, paint, omitted);
  return [
    `${isSound ? paint("good", isPartial(examination) ? "VALID (partial)" : "VALID") : paint("bad", "INVALID")}  ${plain(file)}\n`,
    table(verdicts),
    ...notices.map((notice) => `note  ${plain(wordsOf(notice).what)}\n`),
    told(verified.findings, "intact", verified.omitted),
    told(allowed ?? [], "allowed"),
    told(divergencesOf(examination), "replayed"),
    takenText(examination),
    stepsText(examination, paint),
    whatIf === null ? "" : whatIfText(whatIf, paint),
    endingText({ ...summary, isBegun: verified.count > 0 }),
    classText(examination, paint),
    refusalsText(examination, paint),
    summary.reasons.length === 0 ? "" : `\nreasons\n${table(gathered(reasonRows(summary.reasons)))}`,
    effectsText(summary),
    interruptionText(interruption, paint),
  ].join("");
}

/** The first, or all of a replay that went on. */
function divergencesOf({ replayed, stepwise }: Examination): readonly TraceFinding[] {
  const found = replayed?.finding ?? null;
  if (found === null) return [];
  const all: readonly TraceFinding[] = stepwise?.divergences ?? [];
  return all.includes(found) ? all : [found, ...all];
}

/** The answers of which nothing was worked out again, each by its place. */
function takenText({ replayed }: Examination): string {
  if (replayed === null || replayed.taken.length === 0) return "";
  const rows = replayed.taken.map(({ line, run, node, step, kind }) => [
    String(line),
    plain(stepText(run, node, step ?? undefined)),
    kind,
  ]);
  return `\ntaken as recorded, because of suppressed values\n${table([["line", "step", "answer"], ...rows])}`;
}

function stepsText({ stepwise }: Examination, paint: Paint): string {
  if (stepwise === null || stepwise.steps.length === 0) return "";
  const rows = stepwise.steps.map(({ line, at, capability, op, recorded, replayed, verdict }) => [
    String(line),
    plain(at),
    plain(op === null ? capability : `${capability} ${op}`),
    plain(recorded?.outcome ?? "no end"),
    plain(replayed?.outcome ?? "as recorded"),
    paint(verdict === "differs" ? "bad" : verdict === "equal" ? "good" : "quiet", verdict),
  ]);
  const head = ["line", "step", "capability", "recorded", "replayed", ""];
  return `\nsteps\n${table([head, ...rows])}`;
}

/** Events of the trace that the replay did not look at. */
function unseen({ replayed, stepwise, verified }: Examination): {
  readonly before: number;
  readonly behind: number;
} {
  if (replayed === null || stepwise === null) return { before: 0, behind: 0 };
  const looked = stepwise.taken + replayed.compared + replayed.taken.length;
  return { before: stepwise.taken, behind: verified.count - looked };
}

function isPartial(examination: Examination): boolean {
  const { before, behind } = unseen(examination);
  return before + behind + (examination.replayed?.taken.length ?? 0) > 0;
}

function replayText(examination: Examination): string {
  const { replayed } = examination;
  if (replayed === null) return "";
  const { before, behind } = unseen(examination);
  return [
    `yes, ${counted(replayed.compared, "event")} equal`,
    ...(replayed.suppressed === 0 ? [] : [`${counted(replayed.suppressed, "suppressed value")} not compared`]),
    ...(replayed.taken.length === 0 ? [] : [`${counted(replayed.taken.length, "answer")} taken as recorded`]),
    ...(before === 0 ? [] : [`${before} before them taken as recorded`]),
    ...(behind === 0 ? [] : [`${behind} after them not replayed`]),
  ].join(", ");
}

function endingText({ ending, path, isBegun }: Summary & { readonly isBegun: boolean }): string {
  if (!isBegun) return "";
  const last = path.at(-1);
  if (ending === null)
    return `\nended  no: interrupted after ${last === undefined ? "the start" : plain(`${last.node} (${last.outcome})`)}\n`;
  const outcome = ending.outcome === null ? "" : `, outcome ${ending.outcome}`;
  return `\n${plain(`ended  ${ending.status} ${ending.exit_reason_code}${outcome}`)}\n`;
}

function classText({ classification, place }: Examination, paint: Paint): string {
  if (classification === null || classification.class === null) return "";
  const { class: found, isStructural } = classification;
  const how = isStructural ? "the run failed" : "a path that the protocol declares";
  const head = `class  ${paint(isStructural ? "bad" : "strong", found)}, ${how}\n`;
  if (place === null) return head;
  const line = place.line === null ? "" : `, line ${place.line} of its Markdown`;
  return `${head}  ${plain(place.file)} ${plain(pointerOf(place))}${line}\n  hint: ${plain(place.hint)}\n`;
}

/** What to do about the refusal that ended the run is said with its place, as far as that is known. */
function refusalsText({ summary: { errors, violations }, place }: Examination, paint: Paint): string {
  const refused = errors.map(({ run, error_code, node, step, facts }) => {
    const wording = wordingOf(error_code, facts);
    const isSaid = place !== null && run === MAIN_RUN;
    const hint = wording?.hint === undefined || isSaid ? "" : `  hint: ${plain(wording.hint)}\n`;
    return `\n${paint("bad", plain(error_code))}  ${plain(stepText(run, node, step))}\n  ${plain(wording?.what ?? facts)}\n${hint}`;
  });
  const rows = violationRows(violations);
  return `${refused.join("")}${rows.length === 0 ? "" : `\nviolations\n${table(gathered(rows))}`}`;
}

function effectsText({ effects }: Summary): string {
  if (effects.length === 0) return "\neffects  none\n";
  const rows = rowsByRun(effects, ({ node, step, op, store, outcome }) => [
    op,
    store ?? "-",
    outcome ?? "begun, end unknown",
    `${node}.${step}`,
  ]);
  return `\neffects\n${table(gathered(rows))}`;
}
