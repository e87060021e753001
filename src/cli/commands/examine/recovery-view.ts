/** What an interrupted run may have left incomplete, and what is safe to do, as text. */

import { ambiguityTable } from "../../../capabilities/evidence.ts";
import { foundWords } from "../../../examine/examination.ts";
import { type Advice, wordsOfAdvice } from "../../../examine/recovery/advice.ts";
import { type GoOn, resumeCommands } from "../../../examine/recovery/go-on.ts";
import type { Interruption } from "../../../examine/recovery/interruption.ts";
import type { ReachedNode } from "../../../examine/recovery/open-effects.ts";
import {
  type OpenEffect,
  type ProbeResult,
  safeTable,
  wordsOfProbeFailure,
} from "../../../examine/recovery/probe.ts";
import { type CompletedEffect, rerunTable } from "../../../examine/recovery/rerun.ts";
import type { LockHolder } from "../../../ports.ts";
import type { Paint } from "../../colour.ts";
import { gathered, holderText, plain, rowsByRun, stepText, TOLD_SINGLY, table } from "../../print.ts";

export function interruptionText(interruption: Interruption, goOn: GoOn | null, paint: Paint): string {
  const { open, advice, placeOptions } = interruption;
  const effects = open.map((effect) => openEffectText(effect, placeOptions, paint)).join("");
  return advice === null ? effects : `${effects}${adviceText(interruption, advice, goOn, paint)}`;
}

function openEffectText(effect: OpenEffect, placeOptions: string, paint: Paint): string {
  const { run, node, step, op, store, line, since, effectKey, attempt, looked, found, lock, safe } = effect;
  const tried = attempt === null ? "" : `, attempt ${attempt},`;
  const what = `${op}${store === null ? "" : ` on ${store}`} by ${stepText(run, node, step)}${tried} started at ${since}`;
  const rows = [
    ["effect_key", plain(effectKey)],
    ...(looked === null ? [] : [["checked", lookedText(looked)]]),
    ...(safe === "CHANGES_NOTHING" ? [] : [["found", foundText(found)]]),
    ...(lock === null ? [] : [["lock", lockText(lock, placeOptions)]]),
    ["safe", `${paint("strong", safe)}, ${safeTable[safe]}`],
  ];
  const head = `${paint("bad", "OPEN EFFECT")}  line ${line}: ${plain(what)} and has no recorded end`;
  return `\n${head}\n${table(rows)}${hintOf(found)}`;
}

function lookedText({ file, changed }: NonNullable<OpenEffect["looked"]>): string {
  return `${plain(file)}, ${changed === null ? "which does not exist" : `last changed at ${changed}`}`;
}

function foundText(found: ProbeResult): string {
  const evidence = Object.keys(found.evidence).length === 0 ? "" : `  ${plain(found.evidence)}`;
  return `${foundWords(found)}${evidence}`;
}

function hintOf(found: ProbeResult): string {
  if (found.state !== "unclear" && found.state !== "unseen") return "";
  const { hint } =
    found.state === "unseen" ? wordsOfProbeFailure(found.because) : ambiguityTable[found.because];
  return hint === undefined ? "" : `  hint: ${hint}\n`;
}

function lockText(holder: LockHolder, placeOptions: string): string {
  const { state, since } = holder;
  const name = plain(holderText(holder));
  if (state === "dead") return `left by ${name}, which has ended: the next writer takes it over`;
  return `held since ${since} by ${name}${state === "unknown" ? `, whose state is unknown here: see pgs data locks${plain(placeOptions)}` : ""}`;
}

function adviceText(interruption: Interruption, advice: Advice, goOn: GoOn | null, paint: Paint): string {
  const { lastNode, lastStep, dataRoot, isThere, placeOptions } = interruption;
  const { tookPlace, ahead, unrehearsed } = advice;
  const { what, hint } = wordsOfAdvice(advice, placeOptions, resumeCommands(goOn, interruption));
  const rows = [
    ["data root", `${plain(dataRoot)}${isThere ? "" : ", which does not exist"}`],
    ["last ended", lastEnded(lastNode, lastStep)],
    ...(unrehearsed === null ? [] : [["no dry run", wordsOfProbeFailure(unrehearsed).what]]),
    ["advice", paint("strong", plain(what))],
  ];
  const second = rowsByRun(tookPlace, (effect) => [
    ...(tookPlace.length > TOLD_SINGLY ? [] : [`line ${effect.line}`]),
    plain(effect.op),
    plain(effect.store ?? "-"),
    plain(`${effect.node}.${effect.step}`),
    plain(secondTimeText(effect)),
  ]);
  const following = (ahead ?? []).map(({ node, step }) => [step.op, step.store ?? "-", `${node}.${step.name}`]);
  return (
    `\nafter the crash\n${table(rows)}  hint: ${plain(hint)}\n` +
    `${second.length === 0 ? "" : `\ncompleted effects, and what a new run would do\n${table(gathered(second))}`}` +
    `${following.length === 0 ? "" : `\nremaining effects\n${table(following)}`}`
  );
}

function lastEnded(node: ReachedNode | null, step: ReachedNode | null): string {
  const last = [node, step].flatMap((reached) => (reached === null ? [] : [reached]));
  const told = last.map(({ run, node: key, step: name, outcome, line }) =>
    plain(`${stepText(run, key, name)} (${outcome}), line ${line}`),
  );
  return told.length === 0 ? "nothing" : told.join("; ");
}

function secondTimeText({ secondTime, answer }: CompletedEffect): string {
  return secondTime === "ANSWERS_OTHERWISE"
    ? `would return ${answer} and change nothing`
    : rerunTable[secondTime];
}
