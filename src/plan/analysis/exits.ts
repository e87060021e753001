/** How a contract can end: every way through its steps, by the outcomes that they may answer. */

import type { Contract, Step } from "../plan.ts";
import { outcomesOfStep } from "../routes.ts";
import { memoize } from "./memoize.ts";

/** The outcomes a step may answer; null when what it maps as its status can be any text. */
export const outcomesOf = memoize((step: Step): ReadonlySet<string> | null => {
  const stated = step.outputs.find(({ name }) => name === "result_status")?.source;
  if (stated?.kind === "literal" && typeof stated.value === "string") return new Set([stated.value]);
  const known = outcomesOfStep(step);
  return known === null ? null : new Set(known);
});

export interface ContractExit {
  readonly outcome: string;
  /** The step after which the contract ends so, and the evaluation that says it. */
  readonly step: Step;
  readonly evaluation: string | null;
}

export interface ContractExits {
  readonly endings: readonly ContractExit[];
  /** Indices of the steps that can be run. */
  readonly reached: ReadonlySet<number>;
  /** Names of the evaluations that can be asked. */
  readonly asked: ReadonlySet<string>;
}

/** Follows every answer that a step handles; one it does not handle refuses the run and leads nowhere. */
export function exitsOf(contract: Contract): ContractExits {
  const endings: ContractExit[] = [];
  const reached = new Set<number>();
  const asked = new Set<string>();
  const queue = contract.steps.length === 0 ? [] : [0];
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const step = contract.steps[index];
    if (step === undefined || reached.has(index)) continue;
    reached.add(index);
    const possible = outcomesOf(step) ?? new Set(step.onResult.keys());
    for (const [outcome, action] of step.onResult) {
      if (!possible.has(outcome)) continue;
      if (action.do === "evaluate") {
        asked.add(action.name);
        const { onTrue, onFalse } = action.evaluation;
        for (const one of [onTrue, onFalse]) endings.push({ outcome: one, step, evaluation: action.name });
      } else if (action.do === "step") queue.push(action.index);
      else if (action.do === "continue" && index + 1 < contract.steps.length) queue.push(index + 1);
      else endings.push({ outcome, step, evaluation: null });
    }
  }
  return { endings, reached, asked };
}
