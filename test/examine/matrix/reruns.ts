/** Runs in a world that answers otherwise: everything that follows from the answer is as a run records it. */

import type { StepExecutor } from "../../../src/engine/executor.ts";
import type { HeadOnlyId } from "../../../src/examine/head-only.ts";
import { isObject, type Json, type JsonObject } from "../../../src/json/value.ts";
import { seededEntropy } from "../../../src/platform/node-ports.ts";
import { eventsOf, holdsSuppressed } from "../../../src/trace/event.ts";
import type { TrialOptions } from "../../engine/trial.ts";
import { olderTrace } from "../examination.ts";
import { below, oneOf } from "./choice.ts";
import { FORGED } from "./edits.ts";
import { hasEvaluations } from "./members.ts";
import type { Specimen } from "./specimen.ts";

export interface Rerun {
  readonly kind: HeadOnlyId;
  readonly trace: string;
}

export async function rerunsOf(specimen: Specimen): Promise<readonly Rerun[]> {
  const reruns: Rerun[] = [];
  if (hasEvaluations(specimen)) reruns.push({ kind: "evaluations", trace: olderTrace(textOf(specimen)) });
  for (const [kind, options] of worlds(specimen)) {
    const { text } = await specimen.again(specimen.payload, options);
    if (text !== textOf(specimen)) reruns.push({ kind, trace: text });
  }
  return reruns;
}

const textOf = ({ lines }: Specimen) => lines.map((line) => `${line}\n`).join("");

type World = readonly [HeadOnlyId, TrialOptions];

function worlds({ name, events }: Specimen): readonly World[] {
  const transforms = eventsOf(events, "transform_end");
  const isHidden = transforms.map(({ payload }) => holdsSuppressed(payload.inputs));
  const isDrawn = transforms.some(({ payload }) => payload.observed !== undefined);
  const effects = eventsOf(events, "side_effect_end").length;
  const admission = eventsOf(events, "admission").some(
    ({ payload }) => payload.requires.length + payload.forbids.length > 0,
  );
  const staged = (kind: HeadOnlyId, change: (performed: StepExecutor) => Partial<StepExecutor>): World => [
    kind,
    { stage: (performed) => ({ ...performed, ...change(performed) }) },
  ];
  return [
    ...(admission ? [staged("admission-answer", otherAdmission)] : []),
    ...(isDrawn ? [["transform-readings", { entropy: seededEntropy("forged") }] as const] : []),
    ...(effects > 0 ? [staged("effect-outcome", otherOutcome(below(effects, "outcome", name), name))] : []),
    ...(isHidden.includes(true)
      ? [staged("answer-from-suppressed", otherAnswer(isHidden.lastIndexOf(true)))]
      : []),
  ];
}

const otherAdmission = (performed: StepExecutor): Partial<StepExecutor> => ({
  async admit(rules, where) {
    const { requires, forbids } = await performed.admit(rules, where);
    return { requires: requires.map((found) => !found), forbids: forbids.map((found) => !found) };
  },
});

/** Of the effect at this place, another outcome that its operation declares. */
const otherOutcome =
  (place: number, name: string) =>
  (performed: StepExecutor): Partial<StepExecutor> => {
    let at = 0;
    return {
      async effect(...asked) {
        const [step] = asked;
        const conclusion = await performed.effect(...asked);
        const others = [...step.declared].filter((one) => one !== conclusion.outcome);
        if (at++ !== place || others.length === 0) return conclusion;
        return { ...conclusion, outcome: oneOf(others, "other outcome", name) };
      },
    };
  };

/** Of the transform at this place, another result. */
const otherAnswer =
  (place: number) =>
  (performed: StepExecutor): Partial<StepExecutor> => {
    let at = 0;
    return {
      transform(step, inputs) {
        const conclusion = performed.transform(step, inputs);
        if (at++ !== place || conclusion.result === null) return conclusion;
        return { ...conclusion, result: otherwise(conclusion.result) };
      },
    };
  };

/** With the first text in it another one, else with one more member. */
function otherwise(result: JsonObject): JsonObject {
  const [key] = Object.entries(result).find(([, value]) => typeof value === "string") ?? [FORGED];
  const was: Json | undefined = result[key];
  return { ...result, [key]: isObject(was) ? FORGED : `${was ?? ""}${FORGED}` };
}
