/** What took place in a run that was cut off, and what each effect of it would do a second time. */

import { targetOf } from "../../capabilities/effect.ts";
import type { SecondTime } from "../../capabilities/target.ts";
import { jsonEqual } from "../../json/value.ts";
import type { DryRunEffect } from "./dry-run.ts";
import type { DryRuns } from "./dry-runs.ts";
import type { EffectPlace, EndedEffect } from "./open-effects.ts";
import type { OpenEffect } from "./probe.ts";
import { type Declared, type DeclaredStep, type FindStep, isStep } from "./steps.ts";

/** As it was rehearsed; else as it is declared. */
export const rerunTable = {
  ADDS_AGAIN: "would add to its store a second time",
  SENDS_AGAIN: "would send the mail a second time",
  PERFORMS_AGAIN: "would be performed a second time by the server or the host",
  RENEWS: "would overwrite its own earlier result",
  WRITES_ANOTHER: "would write something other than its own earlier result",
  WRITES_OVER: "would overwrite what others wrote since",
  CHANGES_NOTHING: "would change nothing",
  ANSWERS_OTHERWISE: "would change nothing and return another outcome",
  NOT_REACHED: "would not be reached",
  DECLARED_MORE: "declared append-only: adds to its store a second time",
  DECLARED_ONCE: "declared append-only: returns ALREADY_EXISTS for the same key",
  DECLARED_SAME: "declared idempotent: with the same input it changes nothing",
  NOT_KNOWN: "unknown: its plan is not available",
} as const;

export type OnRerun = keyof typeof rerunTable;

/** An effect that ended and changed something, or began and left what it leaves. */
export interface CompletedEffect extends EffectPlace {
  /** Null where nothing says that it ended. */
  readonly outcome: string | null;
  readonly change: EndedEffect["change"];
  /** Whether this run is known to have left it. What an open effect would leave, another run with the same input may have. */
  readonly isOwn: boolean;
  readonly secondTime: OnRerun;
  /** Its outcome as rehearsed; null where it was not. */
  readonly answer: string | null;
}

type Taken = Omit<CompletedEffect, "secondTime" | "answer"> & Pick<EndedEffect, "reason" | "requests">;

export async function completedEffects(
  ended: readonly EndedEffect[],
  open: readonly OpenEffect[],
  findStep: FindStep,
  rehearsals: DryRuns | null,
): Promise<readonly CompletedEffect[]> {
  const next = inTurn(rehearsals?.again.effects ?? []);
  const nextWithSameReadings = inTurn(rehearsals?.sameReadings.effects ?? []);
  const found: CompletedEffect[] = [];
  const done = open.filter(({ found }) => found.state === "done");
  for (const effect of [...ended.map((one) => ({ ...one, isOwn: true })), ...done.map(toTaken)]) {
    const declared = await findStep(effect);
    const again = next(effect);
    const sameReadings = nextWithSameReadings(effect);
    if (!hasTakenPlace(effect, declared)) continue;
    const secondTime = !isStep(declared)
      ? "NOT_KNOWN"
      : rehearsals === null
        ? secondTimeOf(declared).declared
        : asRehearsed(effect, again, sameReadings, declared);
    const { reason: _, requests: __, ...completed } = effect;
    found.push({ ...completed, secondTime, answer: again?.outcome ?? null });
  }
  return found;
}

function toTaken({ run, node, step, capability, op, store, line }: OpenEffect): Taken {
  return { run, node, step, capability, op, store, line, outcome: null, change: null, isOwn: false };
}

/** Hands out the rehearsed effects of a place in their order: the same step may be come to several times. */
function inTurn(effects: readonly DryRunEffect[]) {
  const waiting = new Map<string, DryRunEffect[]>();
  const idOf = ({ run, node, step }: Pick<EffectPlace, "run" | "node" | "step">) =>
    JSON.stringify([run, node, step]);
  for (const effect of effects) {
    const others = waiting.get(idOf(effect));
    if (others === undefined) waiting.set(idOf(effect), [effect]);
    else others.push(effect);
  }
  return (effect: Taken) => waiting.get(idOf(effect))?.shift();
}

function hasTakenPlace({ outcome, change, ...end }: Taken, declared: Declared): boolean {
  if (!isStep(declared)) return outcome === "SUCCESS";
  const { operation } = declared.step;
  const target = targetOf(operation);
  if (target.answers !== "recorded" || target.isReading(operation)) return false;
  return outcome === null || target.tookPlace({ ...end, outcome, ...(change === null ? {} : { change }) });
}

/** As rehearsed, where it would change something, and as declared; of the others, what is in the store decides. */
const SECOND_TIME: {
  readonly [S in SecondTime]: { readonly rehearsed?: OnRerun; readonly declared: OnRerun };
} = {
  sends: { rehearsed: "SENDS_AGAIN", declared: "SENDS_AGAIN" },
  adds: { rehearsed: "ADDS_AGAIN", declared: "DECLARED_MORE" },
  "adds-once": { rehearsed: "ADDS_AGAIN", declared: "DECLARED_ONCE" },
  repeats: { rehearsed: "PERFORMS_AGAIN", declared: "PERFORMS_AGAIN" },
  "same-input": { rehearsed: "PERFORMS_AGAIN", declared: "DECLARED_SAME" },
  same: { declared: "DECLARED_SAME" },
};

function secondTimeOf({ step: { operation } }: DeclaredStep): (typeof SECOND_TIME)[SecondTime] {
  const target = targetOf(operation);
  return SECOND_TIME[target.answers === "recorded" ? target.secondTime(operation) : "same"];
}

function asRehearsed(
  { outcome, change }: Taken,
  again: DryRunEffect | undefined,
  sameReadings: DryRunEffect | undefined,
  declared: DeclaredStep,
): OnRerun {
  if (again === undefined) return "NOT_REACHED";
  if (!again.isChange)
    return again.outcome === (outcome ?? "SUCCESS") ? "CHANGES_NOTHING" : "ANSWERS_OTHERWISE";
  const { rehearsed } = secondTimeOf(declared);
  if (rehearsed !== undefined) return rehearsed;
  // What was found done has no change on record; with the same readings, what is there is what it left.
  const left = change === null ? sameReadings?.change?.before : change.after;
  if (!jsonEqual(left ?? null, again.change?.before ?? null)) return "WRITES_OVER";
  return sameReadings?.isChange === false ? "RENEWS" : "WRITES_ANOTHER";
}
