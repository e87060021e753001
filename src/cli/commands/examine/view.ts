/** How an examination is told, as text. */

import { wordingOf } from "../../../engine/errors.ts";
import { counted } from "../../../errors/counted.ts";
import type { Examination } from "../../../examine/examination.ts";
import { type TraceFinding, wordsOf } from "../../../examine/finding.ts";
import { pointerOf } from "../../../examine/locate/locate.ts";
import { MAIN_RUN } from "../../../trace/event.ts";
import { waitsWithin, waitsText as waitsWords } from "../../../trace/sessions.ts";
import type { Summary } from "../../../trace/summary.ts";
import type { Paint } from "../../colour.ts";
import { findingsText } from "../../finding-view.ts";
import {
  evaluationRows,
  gathered,
  plain,
  reasonRows,
  requestRows,
  rowsByRun,
  stepText,
  table,
  violationRows,
} from "../../print.ts";
import { DRY_RUN } from "../../run-view.ts";
import { interruptionText } from "./recovery-view.ts";
import { asideText, sessionsText, settledText, waitsText } from "./sessions-view.ts";
import { whatIfText } from "./what-if-view.ts";

export function toText(examination: Examination, paint: Paint): string {
  const { file, notices, verified, protocol, allowed, replayed } = examination;
  const { whatIf, summary, sessions, interruption, goOn } = examination;
  const word = (isGood: boolean | null, yes: string, no: string) =>
    isGood === null ? paint("quiet", "not checked") : isGood ? paint("good", yes) : paint("bad", no);
  const verdicts = [
    ["intact", word(verified.findings.length === 0, `yes, ${counted(verified.count, "event")}`, "no")],
    ["allowed", word(allowed === null ? null : allowed.length === 0, "yes", "no")],
    ["replayed", word(replayed === null ? null : replayed.finding === null, replayText(examination), "no")],
    ["head", verified.head ?? "-"],
    ...(protocol?.kept == null ? [] : [["protocol", `kept in ${plain(protocol.kept)}`]]),
  ];
  const told = (found: readonly TraceFinding[], check: string, omitted = 0) =>
    findingsText(found, file, check, paint, omitted);
  return [
    verdictLine(examination, paint),
    table(verdicts),
    ...notices.map((notice) => `note  ${plain(wordsOf(notice).what)}\n`),
    told(verified.findings, "intact", verified.omitted),
    told(allowed ?? [], "allowed"),
    told(divergencesOf(examination), "replayed"),
    takenText(examination),
    stepsText(examination, paint),
    whatIf === null ? "" : whatIfText(whatIf, paint),
    summary.isDryRun ? "\ndry run  nothing was written, and nothing was sent\n" : "",
    endingText({ ...summary, isBegun: verified.count > 0 }),
    classText(examination, paint),
    refusalsText(examination, paint),
    summary.reasons.length === 0 ? "" : `\nreasons\n${table(gathered(reasonRows(summary.reasons)))}`,
    evaluationsText(summary),
    effectsText(summary),
    waitsText(summary),
    sessionsText(sessions),
    settledText(summary),
    interruptionText(interruption, goOn, paint),
  ].join("");
}

/** The first line of the text. */
export function verdictLine(examination: Examination, paint: Paint): string {
  const { file, summary, isSound } = examination;
  const valid = isPartial(examination) ? "VALID (partial)" : "VALID";
  const verdict = isSound ? paint("good", valid) : paint("bad", "INVALID");
  return `${verdict}  ${plain(file)}${plain(asideText(summary))}\n`;
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
  const rows = stepwise.steps.map(({ line, at, capability, op, condition, recorded, replayed, verdict }) => [
    String(line),
    plain(at),
    plain([capability, op, condition].filter((part) => part !== null).join(" ")),
    plain(recorded?.outcome ?? "no end"),
    plain(replayed?.outcome ?? "as recorded"),
    paint(verdict === "differs" ? "bad" : verdict === "equal" ? "good" : "quiet", verdict),
  ]);
  const head = ["line", "step", "capability", "recorded", "replayed", ""];
  return `\nsteps\n${table([head, ...rows])}`;
}

/** Events of the trace that the replay did not look at. */
function unseen({ replayed, stepwise, verified, sessions }: Examination): {
  readonly before: number;
  readonly behind: number;
} {
  if (replayed === null || stepwise === null) return { before: 0, behind: 0 };
  // Where a process was cut off, or the run cancelled, a replay has nothing to compare.
  const passed = sessions.filter(({ cause }) => cause === "INTERRUPTED" || cause === "CANCELLED").length;
  const looked = stepwise.taken + replayed.compared + replayed.taken.length + passed;
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

function endingText({ ending, path, waits, isBegun }: Summary & { readonly isBegun: boolean }): string {
  if (!isBegun) return "";
  if (ending === null && waits.length > 0) return `\nended  no: it ${plain(waitsWords(waits))}\n`;
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

function evaluationsText({ evaluations }: Summary): string {
  return evaluations.length === 0 ? "" : `\ndecided by\n${table(evaluationRows(evaluations))}`;
}

function effectsText({ effects, requests, waits, isDryRun }: Summary): string {
  if (effects.length === 0) return "\neffects  none\n";
  const rows = rowsByRun(effects, ({ run, node, step, op, store, outcome, attempt }) => [
    op,
    store ?? "-",
    outcome ?? (waitsWithin(run, waits).length > 0 ? "waits" : "begun, end unknown"),
    `${node}.${step}`,
    ...(attempt === undefined ? [] : [`attempt ${attempt}`]),
    ...(isDryRun ? [DRY_RUN] : []),
  ]);
  const sent = requests.length === 0 ? "" : `\nrequests\n${table(gathered(requestRows(requests)))}`;
  return `\neffects\n${table(gathered(rows))}${sent}`;
}
