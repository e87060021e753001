/** What is found out about a run that did not come to its end, from its trace, its plan and the data root at hand. */

import { type Advice, advise } from "../../../examine/recovery/advice.ts";
import type { ReadAgain } from "../../../examine/recovery/dry-runs.ts";
import type { OpenEffects, ReachedNode } from "../../../examine/recovery/open-effects.ts";
import { type OpenEffect, probeOpenEffect } from "../../../examine/recovery/probe.ts";
import { findSteps } from "../../../examine/recovery/steps.ts";
import type { Plan } from "../../../plan/plan.ts";
import { IoError } from "../../../ports.ts";
import type { Stores } from "../../../storage/stores.ts";
import type { Context } from "../../context.ts";
import { nearby } from "../../print.ts";
import { placeOptions } from "../../resolve-snapshot.ts";

export interface Interruption {
  readonly open: readonly OpenEffect[];
  /** Null for a run that ended and left no effect open. */
  readonly advice: Advice | null;
  readonly lastNode: ReachedNode | null;
  readonly lastStep: ReachedNode | null;
  /** As the reader would write it. */
  readonly dataRoot: string;
  readonly isThere: boolean;
  /** What a command needs to find the same snapshot and data root, each option after a space. */
  readonly placeOptions: string;
}

/** Looks into the data root, where there is one, and leaves it as it is. */
export async function interruptionOf(
  unfinished: OpenEffects,
  readAgain: ReadAgain,
  plan: Plan | null,
  context: Context,
): Promise<Interruption> {
  const { platform, settings } = context;
  const { clock, entropy } = platform;
  const stores = unfinished.isOver ? null : openExistingStores(context);
  const findStep = findSteps(plan, unfinished);
  const open = await probeOpenEffect(unfinished.open, findStep, stores);
  const stage = { stores, clock, entropy, mail: platform.openMail(platform.env) };
  const advice = await advise(unfinished, open, { plan, findStep, readAgain, stage });
  const { lastNode, lastStep } = unfinished;
  const dataRoot = nearby(settings.dataRoot, context);
  const isThere = stores !== null;
  return { open, advice, lastNode, lastStep, dataRoot, isThere, placeOptions: await placeOptions(context) };
}

/** Null also where one may not even look whether it is there. */
function openExistingStores({ platform, settings }: Context): Stores | null {
  try {
    return platform.files.isFolder(settings.dataRoot) ? platform.openStores(settings.dataRoot) : null;
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    return null;
  }
}
