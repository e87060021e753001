/** Which step of which plan an effect of a trace is. */

import { RunFault } from "../../errors/base.ts";
import type { Contract, EffectStep, NodeKey, Plan } from "../../plan/plan.ts";
import { MAIN_RUN } from "../../trace/event.ts";
import type { EffectPlace, OpenEffects } from "./open-effects.ts";

export interface DeclaredStep {
  readonly plan: Plan;
  readonly node: NodeKey;
  readonly contract: Contract;
  readonly step: EffectStep;
}

/** Null where no plan of the run is at hand, `undeclared` where that has no such step. */
export type Declared = DeclaredStep | "undeclared" | null;
export type FindStep = (effect: EffectPlace) => Promise<Declared>;

export const isStep = (declared: Declared): declared is DeclaredStep =>
  declared !== null && declared !== "undeclared";

/** Each nested run's plan is the one that its caller's snapshot holds; all are null when the main run's is. */
export function findSteps(plan: Plan | null, { workflows }: Pick<OpenEffects, "workflows">): FindStep {
  const plans = new Map<string, Plan | null>([[MAIN_RUN, plan]]);
  const planOf = async (run: string): Promise<Plan | null> => {
    const known = plans.get(run);
    if (known !== undefined) return known;
    const caller = await planOf(run.slice(0, Math.max(1, run.lastIndexOf("."))));
    const found = caller && (await called(caller, workflows.get(run)));
    plans.set(run, found);
    return found;
  };
  return async (effect) => {
    const own = await planOf(effect.run);
    return own && (declared(own, effect) ?? "undeclared");
  };
}

async function called(caller: Plan, workflow: string | undefined): Promise<Plan | null> {
  try {
    return workflow === undefined ? null : await caller.called(workflow);
  } catch (error) {
    if (!(error instanceof RunFault)) throw error;
    return null;
  }
}

function declared(plan: Plan, effect: EffectPlace): DeclaredStep | undefined {
  const { node: key, step: name, capability, op, store } = effect;
  const node = plan.nodes.get(key);
  if (node?.type !== "CC") return undefined;
  const step = node.contract.steps.find((one): one is EffectStep => one.kind === "effect" && one.name === name);
  const isSame = step?.code === capability && step.op === op && step.store === store;
  return step !== undefined && isSame ? { plan, node: key, contract: node.contract, step } : undefined;
}
