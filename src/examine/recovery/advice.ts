/** What to do about a run that was cut off: whether running it again finishes it, and does nothing twice. */

import type { RunEnding } from "../../engine/advance.ts";
import type { Plan } from "../../plan/plan.ts";
import type { LockHolder } from "../../ports.ts";
import type { DryRun, RunStage } from "./dry-run.ts";
import { allDryRuns, type CutOff, type DryRuns, type ReadAgain } from "./dry-runs.ts";
import { type EndedEffect, OpenEffects, type Standing } from "./open-effects.ts";
import { isHidden, type OpenEffect, type ProbeFailure } from "./probe.ts";
import { expectedEnding, type RemainingStep, remainingWrites } from "./remaining.ts";
import { type CompletedEffect, completedEffects, type OnRerun } from "./rerun.ts";
import type { FindStep } from "./steps.ts";
import { usesStores, WITHOUT_STORES } from "./without-stores.ts";

interface Words {
  readonly what: (advice: Pick<Advice, "tookPlace" | "ending" | "heading" | "executor">) => string;
  readonly hint: (
    advice: Pick<Advice, "unrehearsed" | "tookPlace" | "executor">,
    /** The command that runs the workflow again. */
    again: string,
  ) => string;
}

/** Nothing where all effects are the run's own. */
function whoseFirst(tookPlace: Advice["tookPlace"]): string {
  return tookPlace.every(({ isOwn }) => isOwn)
    ? ""
    : "type pgs examine TRACE --json with each other trace of the workflow, and make sure that none of them names the result of the open effect; then ";
}

function byHand({ tookPlace }: Pick<Advice, "tookPlace">, again: string): string {
  return `${whoseFirst(tookPlace)}perform the remaining effects by hand on the stores below the data root; or undo the completed effects if nothing depends on them yet (the side_effect_end after each line of the trace shows the change), and type ${again}`;
}

const TWICE: ReadonlySet<OnRerun> = new Set(["ADDS_AGAIN", "SENDS_AGAIN", "PERFORMS_AGAIN", "DECLARED_MORE"]);

const adviceTable = {
  RUN_AGAIN: {
    what: ({ tookPlace, ending }) => {
      const then = ending === null ? "" : `; now it would end with ${ending.exitReason}`;
      if (tookPlace.length === 0) return `run the workflow again: none of its effects was completed${then}`;
      return `run the workflow again: no effect would be repeated, and the stores would end in the state that this run would have produced${then}`;
    },
    hint: ({ unrehearsed }, again) => {
      const shown = unrehearsed === "SUPPRESSED" ? ", where some values are suppressed" : "";
      return `${again}, with the payload of line 1 of the trace${shown}`;
    },
  },
  COUNT_AS_DONE: {
    what: ({ heading }) => {
      const rest =
        heading === null ? "no remaining step writes" : `only the exit ${heading.exitReason} was left`;
      return `do not run the workflow again: all its effects are completed, and ${rest}`;
    },
    hint: ({ tookPlace }) =>
      `${whoseFirst(tookPlace)}treat the run as ended that way; this incomplete trace remains its record`,
  },
  REPEATS: {
    what: ({ tookPlace }) => {
      const twice = tookPlace.filter(({ secondTime }) => TWICE.has(secondTime));
      const named = new Set(twice.map(({ op, store }) => (store === null ? op : `${op} on ${store}`)));
      return `do not run the workflow again now: ${[...named].join(", ")} would be performed a second time`;
    },
    hint: byHand,
  },
  OVERWRITES: {
    what: () => "do not run the workflow again now: the marked effects would overwrite what others wrote since",
    hint: byHand,
  },
  ENDS_OTHERWISE: {
    what: ({ ending }) =>
      ending === null
        ? "do not run the workflow again now: a dry run was not possible, and a new run may not finish the work"
        : `do not run the workflow again now: it would end with ${ending.exitReason}, and the stores may end in another state than this run would have produced`,
    hint: byHand,
  },
  LOOK_FIRST: {
    what: () => "check first: for some effects it is unknown whether they were completed",
    hint: () => "resolve the effects marked LOOK_FIRST, then decide by what a new run would repeat",
  },
  WAIT: {
    what: ({ executor }) => {
      if (executor === null) return "wait: a running process holds the lock of a store and may be this run";
      const { pid, host, state } = executor;
      const process = pid === null ? "a process" : `process ${pid} on ${host}`;
      return state === "alive"
        ? `wait: ${process} executes the run`
        : `wait: ${process}, whose state is unknown here, may still execute the run`;
    },
    hint: ({ executor }) => {
      const again = "examine the trace again after that process has ended";
      return executor?.state === "unknown"
        ? `${again}; if it cannot be running any more, as on a host that is gone or was restarted, remove the lock of the trace`
        : again;
    },
  },
} satisfies Record<string, Words>;

export type AdviceCode = keyof typeof adviceTable;

export interface Advice {
  readonly code: AdviceCode;
  readonly workflow: string;
  readonly tookPlace: readonly CompletedEffect[];
  /** The steps of the main run that may still follow and write; null where its plan is not at hand. */
  readonly ahead: readonly RemainingStep[] | null;
  /** How it was to end itself, where only its EXIT was left. */
  readonly heading: Pick<RunEnding, "status" | "exitReason"> | null;
  /** How running it again would end now; null where that could not be rehearsed. */
  readonly ending: DryRun["ending"] | null;
  readonly unrehearsed: ProbeFailure | null;
  /** Who executes the run now; null where nobody does. */
  readonly executor: LockHolder | null;
}

/**
 * `placeOptions` make a command find the snapshot and the data root, each after a space; `resume` are the commands with
 * which the run can go on: then nothing has to be done by hand.
 */
export function wordsOfAdvice(
  advice: Advice,
  placeOptions: string,
  resume: readonly string[] = [],
): { readonly what: string; readonly hint: string } {
  const { code } = advice;
  const { what, hint }: Words = adviceTable[code];
  const again = `pgs run --wf ${advice.workflow}${placeOptions} --payload FILE`;
  const [first, ...others] = resume;
  const otherwise = hint(advice, again);
  if (first === undefined) return { what: what(advice), hint: otherwise };
  return { what: what(advice), hint: resumeHint(code, first, others, otherwise) };
}

function resumeHint(code: AdviceCode, first: string, others: readonly string[], otherwise: string): string {
  if (others.length > 0) return `${otherwise}; or let the run go on: ${[first, ...others].join(", or ")}`;
  const goOn = `let the run go on, which repeats nothing that took place: ${first}`;
  return code === "RUN_AGAIN" ? `${goOn}; or run it again: ${otherwise}` : goOn;
}

export interface AtHand {
  readonly plan: Plan | null;
  readonly findStep: FindStep;
  readonly readAgain: ReadAgain;
  /** Who executes the run now. Default: nobody. */
  readonly executor?: LockHolder | null;
  /** The data root is null where there is none. */
  readonly stage: Omit<RunStage, "stores" | "remoteAnswers"> & { readonly stores: RunStage["stores"] | null };
}

/** Null for a run that ended and left no effect open, that waits, or that was cancelled. */
export async function advise(
  unfinished: OpenEffects,
  open: readonly OpenEffect[],
  atHand: AtHand,
): Promise<Advice | null> {
  const { start, isOver, isCancelled, standing } = unfinished;
  if (start === null || isOver || isCancelled) return null;
  const { plan, findStep, readAgain, executor = null } = atHand;
  const rehearsed = await rehearsals({ start, open, readAgain }, atHand);
  const [played, unrehearsed] = typeof rehearsed === "string" ? [null, rehearsed] : [rehearsed, null];
  const tookPlace =
    plan === null ? [] : await completedEffects(await endedIn(readAgain), open, findStep, played);
  const stands = settled(standing, open);
  const ahead = plan && remainingWrites(plan, stands);
  const heading = plan && expectedEnding(plan, stands, unfinished.lastNode?.outcome ?? null);
  const ending = played?.again.ending ?? null;
  const isKnown = plan !== null || !unfinished.hasEffects;
  const finishes = played?.finishes === true;
  const code =
    executor !== null ? "WAIT" : isKnown ? codeOf(open, { tookPlace, ahead, finishes }) : "LOOK_FIRST";
  return { code, workflow: start.workflow_code, tookPlace, ahead, heading, ending, unrehearsed, executor };
}

async function rehearsals(
  cutOff: CutOff,
  { plan, stage: { stores: found, ...stage } }: AtHand,
): Promise<DryRuns | ProbeFailure> {
  if (plan === null) return "NO_PLAN";
  const stores = found ?? (usesStores(plan) ? null : WITHOUT_STORES);
  if (stores === null) return "NO_DATA_ROOT";
  return isHidden(cutOff.start.payload) ? "SUPPRESSED" : allDryRuns(plan, cutOff, { ...stage, stores });
}

/** The effects that ended. */
function endedIn(readAgain: ReadAgain): Promise<readonly EndedEffect[]> {
  return readAgain(async (events) => {
    const unfinished = new OpenEffects({ keepsEnded: true });
    for (const event of events) unfinished.take(event);
    return unfinished.ended;
  });
}

/** An effect that was found done counts as ended well. */
function settled(standing: Standing | null, open: readonly OpenEffect[]): Standing | null {
  const isDone = open.length > 0 && open.every(({ found }) => found.state === "done");
  return standing !== null && standing.outcome === null && isDone
    ? { ...standing, outcome: "SUCCESS" }
    : standing;
}

function codeOf(
  open: readonly OpenEffect[],
  { tookPlace, ahead, finishes }: Pick<Advice, "tookPlace" | "ahead"> & Pick<DryRuns, "finishes">,
): AdviceCode {
  const isAny = (those: ReadonlySet<OnRerun>) => tookPlace.some(({ secondTime }) => those.has(secondTime));
  if (open.some(({ safe }) => safe === "WAIT")) return "WAIT";
  if (open.some(({ safe }) => safe === "LOOK_FIRST")) return "LOOK_FIRST";
  if (tookPlace.length === 0) return "RUN_AGAIN";
  if (ahead?.length === 0) return "COUNT_AS_DONE";
  if (isAny(new Set(["NOT_KNOWN"]))) return "LOOK_FIRST";
  if (isAny(TWICE)) return "REPEATS";
  if (isAny(new Set(["WRITES_OVER"]))) return "OVERWRITES";
  return finishes ? "RUN_AGAIN" : "ENDS_OTHERWISE";
}
