/** Everything that is found out about a trace, and its JSON document (SPEC 6). */

import { ambiguityTable } from "../capabilities/evidence.ts";
import type { JsonObject } from "../json/value.ts";
import type { Session } from "../trace/sessions.ts";
import { markedEffects, type Summary } from "../trace/summary.ts";
import type { Classification } from "./classify.ts";
import { findingJson, type TraceFinding } from "./finding.ts";
import { HEAD_ONLY } from "./head-only.ts";
import { type Place, pointerOf } from "./locate/locate.ts";
import { wordsOfAdvice } from "./recovery/advice.ts";
import { type GoOn, resumeCommands } from "./recovery/go-on.ts";
import type { Interruption } from "./recovery/interruption.ts";
import { type OpenEffect, type ProbeResult, wordsOfProbeFailure } from "./recovery/probe.ts";
import type { Replayed } from "./replay/replay.ts";
import type { Stepwise } from "./replay/stepwise.ts";
import type { Verified } from "./verify.ts";
import { type WhatIfAnswer, whatIfJson } from "./what-if/compare-what-if.ts";

/** What walking the plan again gave; null where it was not asked for, or there was no use in it. */
export interface Reexamined {
  readonly replayed: Replayed | null;
  /** Step by step, where that was asked for. */
  readonly stepwise: Stepwise | null;
  /** What the snapshot at hand would have made of the run, where it is another one. */
  readonly whatIf: WhatIfAnswer | null;
}

export interface Examination extends Reexamined {
  readonly file: string;
  /** What is worth a look, and spoils nothing. */
  readonly notices: readonly TraceFinding[];
  readonly isHeadGiven: boolean;
  readonly verified: Verified;
  /** Null: nothing could be said, because the trace is not intact or no snapshot is at hand. */
  readonly allowed: readonly TraceFinding[] | null;
  /** What the trace was held to; null where there was nothing. */
  readonly protocol: UsedProtocol | null;
  readonly summary: Summary;
  readonly sessions: readonly Session[];
  /** Null while the run has not ended. */
  readonly classification: Classification | null;
  readonly place: PlacedLine | null;
  readonly interruption: Interruption;
  /** How a run that was cut off can go on from its trace; null where it cannot, or need not. */
  readonly goOn: GoOn | null;
  readonly isSound: boolean;
}

export interface UsedProtocol {
  /** Of its snapshot. */
  readonly root: string;
  /** The file beside the trace that it was kept in; null for the snapshot at hand. */
  readonly kept: string | null;
}

export interface PlacedLine extends Place {
  /** Line of the authored Markdown in the artifact's `content`. */
  readonly line: number | null;
}

/** The document that `pgs examine --json` prints. */
export function examinationJson(examination: Examination): JsonObject {
  const { notices, isHeadGiven, verified, protocol, allowed, replayed } = examination;
  const { whatIf, summary, sessions, interruption, isSound } = examination;
  const { ending } = summary;
  return {
    ok: isSound,
    ...(summary.isDryRun ? { dry_run: true } : {}),
    events: verified.count,
    head: verified.head,
    errors: verified.findings.map(findingJson),
    ...(verified.omitted === 0 ? {} : { errors_omitted: verified.omitted }),
    notices: notices.map(findingJson),
    unproven: isHeadGiven ? [] : Object.keys(HEAD_ONLY),
    intact: verified.findings.length === 0,
    protocol: protocol === null ? null : { ...protocol },
    allowed: allowed === null ? null : { ok: allowed.length === 0, findings: allowed.map(findingJson) },
    replayed: replayed === null ? null : { ...replayedJson(replayed), ...stepsJson(examination) },
    what_if: whatIf === null ? null : whatIfJson(whatIf),
    state: stateOf(summary, interruption),
    ending,
    waits: summary.waits,
    sessions: sessions.map(sessionJson),
    settled: summary.settled,
    classification: classificationJson(examination),
    path: summary.path,
    violations: summary.violations,
    reasons: summary.reasons,
    evaluations: summary.evaluations,
    refusals: summary.errors,
    effects: markedEffects(summary),
    ...(summary.requests.length === 0 ? {} : { requests: summary.requests }),
    open_effects: interruption.open.map(openEffectJson),
    advice: adviceJson(interruption, examination.goOn),
  } as unknown as JsonObject;
}

/** As `pgs runs` names it. */
function stateOf({ ending, waits }: Summary, { executor }: Interruption): string {
  if (ending === null) return waits.length > 0 ? "WAITING" : executor === null ? "INTERRUPTED" : "RUNNING";
  return ending.status === "SUCCESS" ? "COMPLETED" : ending.status;
}

function sessionJson({ from, until, cause, delivered, reason, actor, runtime, tornBytes, end }: Session) {
  return {
    ...{ cause, end, actor, runtime },
    from: { line: from.line, at: from.at },
    until: { line: until.line, at: until.at },
    delivered,
    ...(reason === null ? {} : { reason }),
    ...(tornBytes === 0 ? {} : { torn_bytes: tornBytes }),
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

function openEffectJson(effect: OpenEffect): unknown {
  const { run, node, step, op, store, line, since, looked, lock, safe } = effect;
  return {
    ...{ run, node, step, op, store, line },
    effect_key: effect.effectKey,
    ...(effect.attempt === null ? {} : { attempt: effect.attempt }),
    has_nested_run: effect.isCaller,
    began: since,
    looked,
    found: foundJson(effect.found),
    lock: lock && { process: lock.pid, host: lock.host, since: lock.since, dead: lock.state === "dead" },
    safe,
  };
}

function foundJson(found: ProbeResult): JsonObject {
  const { state, evidence } = found;
  const because = "because" in found ? found.because : null;
  const dated = state === "done" ? found.isDated : null;
  return { state, because, dated, message: foundWords(found), evidence };
}

function adviceJson(interruption: Interruption, goOn: GoOn | null): unknown {
  const { advice, lastNode, lastStep, dataRoot, placeOptions } = interruption;
  if (advice === null) return null;
  const resume = resumeCommands(goOn, interruption);
  const { code, tookPlace, ahead, heading, ending, unrehearsed } = advice;
  const { what, hint } = wordsOfAdvice(advice, placeOptions, resume);
  return {
    code,
    message: what,
    hint,
    resume,
    data_root: dataRoot,
    last_node: lastNode,
    last_step: lastStep,
    completed_effects: tookPlace.map(({ secondTime, isOwn, ...rest }) => ({
      ...rest,
      own: isOwn,
      on_rerun: secondTime,
    })),
    remaining_effects:
      ahead?.map(({ node, step: { name, code: capability, op, store } }) => {
        return { node, step: name, capability, op, store };
      }) ?? null,
    expected_ending: heading && { status: heading.status, exit_reason_code: heading.exitReason },
    rehearsed: ending && {
      status: ending.status,
      outcome: ending.outcome,
      exit_reason_code: ending.exitReason,
    },
    not_rehearsed: unrehearsed,
  };
}

/** What was found of an open effect, in words. */
export function foundWords(found: ProbeResult): string {
  switch (found.state) {
    case "done":
      return found.isDated
        ? "done: its result exists and was written after it started, by this run or by another one with the same input"
        : "done: its result exists; the store does not show since when";
    case "absent":
      return "absent: it has no result";
    case "unclear":
      return `unclear: ${ambiguityTable[found.because].what}`;
    case "unseen":
      return `not checked: ${wordsOfProbeFailure(found.because).what}`;
    default:
      return found satisfies never;
  }
}
