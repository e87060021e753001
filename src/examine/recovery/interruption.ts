/** What is found out about a run that did not come to its end, from its trace, its plan and the data root at hand. */

import type { Plan } from "../../plan/plan.ts";
import type { LockHolder, Ports, Remote } from "../../ports.ts";
import type { Stores } from "../../storage/stores.ts";
import { type Advice, advise } from "./advice.ts";
import type { ReadAgain } from "./dry-runs.ts";
import type { OpenEffects, ReachedNode } from "./open-effects.ts";
import { type OpenEffect, probeOpenEffect } from "./probe.ts";
import { findSteps } from "./steps.ts";

export interface Interruption {
  readonly open: readonly OpenEffect[];
  /** Null for a run that ended and left no effect open, that waits, or that was cancelled. */
  readonly advice: Advice | null;
  /** Who executes the run; null where nobody does, and for a run that ended. */
  readonly executor: LockHolder | null;
  readonly lastNode: ReachedNode | null;
  readonly lastStep: ReachedNode | null;
  /** As the reader would write it. */
  readonly dataRoot: string;
  readonly isThere: boolean;
  /** What a command needs to find the same snapshot and data root, each option after a space. */
  readonly placeOptions: string;
  /** The trace as a word of a command. */
  readonly traceWord: string;
}

/** Where the run stored its data, as far as that can be looked at. */
export interface RunSurroundings extends Pick<Ports, "clock" | "entropy" | "mail"> {
  /** Null where there are none. */
  openStores(): Stores | null;
  /** Servers and code of the host, where they are asked, too. */
  readonly remote?: Remote | null;
  /** As the reader would write it. */
  readonly dataRoot: string;
  /** What a command needs to find the same snapshot and data root, each option after a space. */
  placeOptions(): Promise<string>;
  /** The trace as a word of a command. */
  readonly traceWord: string;
  /** Who appends to the trace now; null where nobody does. Absent where nobody can. */
  executor?(): LockHolder | null;
}

/** Looks into the data root, where there is one, and leaves it as it is. */
export async function interruptionOf(
  unfinished: OpenEffects,
  readAgain: ReadAgain,
  plan: Plan | null,
  executor: LockHolder | null,
  around: RunSurroundings,
): Promise<Interruption> {
  const { clock, entropy, mail, remote = null, dataRoot, traceWord } = around;
  const stores = unfinished.isOver ? null : around.openStores();
  const findStep = findSteps(plan, unfinished);
  const begun = unfinished.isOver ? [] : unfinished.open;
  const probed = await probeOpenEffect(begun, findStep, { stores, remote });
  const open = executor === null ? probed : probed.map(waitedFor);
  const advice = await advise(unfinished, open, {
    executor,
    plan,
    findStep,
    readAgain,
    stage: { stores, clock, entropy, mail },
  });
  const { lastNode, lastStep } = unfinished;
  // Only who is told to type a command needs them, and to find them takes as long as to examine a short trace.
  const placeOptions = open.length === 0 && advice === null ? "" : await around.placeOptions();
  return {
    open,
    advice,
    executor,
    lastNode,
    lastStep,
    dataRoot,
    isThere: stores !== null,
    placeOptions,
    traceWord,
  };
}

/** The process that executes the run may be performing it. */
function waitedFor(effect: OpenEffect): OpenEffect {
  return effect.safe === "CHANGES_NOTHING" || effect.safe === "SEE_NESTED"
    ? effect
    : { ...effect, safe: "WAIT" };
}
