/** What may still follow where a run stands, by the routes that its plan declares. */

import { targetOf } from "../../capabilities/effect.ts";
import { advance, endAt, type RunEnding } from "../../engine/advance.ts";
import type { ContractNode, EffectStep, NodeKey, Plan, PlanNode, Step } from "../../plan/plan.ts";
import { targetsOf } from "../../plan/routes.ts";
import type { Standing } from "./open-effects.ts";

export interface RemainingStep {
  readonly node: NodeKey;
  readonly step: EffectStep;
}

/** The steps that may write: those of the node where the run stands, then in the order in which routes lead to them. */
export function remainingWrites(plan: Plan, standing: Standing | null): readonly RemainingStep[] {
  const node = standing === null ? undefined : plan.nodes.get(standing.node);
  const { steps, next } =
    standing === null || node === undefined ? { steps: [], next: [plan.start] } : fromHere(node, standing);
  const here = node === undefined ? [] : writing(node.key, steps);
  const later = reachable(plan, next).flatMap((key) => writing(key, stepsOf(plan.nodes.get(key))));
  return [...here, ...later.filter(({ step }) => !here.some((one) => one.step === step))];
}

/**
 * How the run would have ended, where nothing but an EXIT could follow; null elsewhere. `last` is the outcome of the
 * last node that ended.
 */
export function expectedEnding(plan: Plan, standing: Standing | null, last: string | null): RunEnding | null {
  const node = standing === null ? undefined : plan.nodes.get(standing.node);
  if (standing === null || node === undefined) return null;
  if (node.type === "EXIT") return last === null ? null : endAt(node, last);
  const { steps, next } = fromHere(node, standing);
  const [exit, ...others] = next.map((key) => plan.nodes.get(key));
  const isOnly = steps.length === 0 && others.length === 0;
  return isOnly && exit?.type === "EXIT" && standing.outcome !== null ? endAt(exit, standing.outcome) : null;
}

interface Following {
  /** Of the node itself. */
  readonly steps: readonly Step[];
  readonly next: readonly NodeKey[];
}

function fromHere(node: PlanNode, { step: name, outcome }: Standing): Following {
  if (node.type === "EXIT") return { steps: [], next: [] };
  const steps = stepsOf(node);
  const step = steps.find((one) => one.name === name);
  if (outcome === null || (name !== null && step === undefined))
    return { steps: steps.slice(step?.index ?? 0), next: targetsOf(node.next) };
  if (step === undefined) return { steps: [], next: through(node, outcome) };
  return afterStep(node as ContractNode, step, outcome);
}

/** A step may also state its outcome itself; then the one it ended with says little of what follows. */
function afterStep(node: ContractNode, step: Step, outcome: string): Following {
  const later = node.contract.steps.slice(step.index + 1);
  const action = step.onResult.get(outcome);
  const isStated = step.outputs.some(({ name }) => name === "result_status");
  if (action === undefined || isStated) return { steps: later, next: targetsOf(node.next) };
  switch (action.do) {
    case "exit":
      return { steps: [], next: through(node, outcome) };
    case "continue":
      return later.length === 0
        ? { steps: [], next: through(node, outcome) }
        : { steps: later, next: targetsOf(node.next) };
    case "step":
      return { steps: node.contract.steps.slice(action.index), next: targetsOf(node.next) };
    case "evaluate": {
      const { onTrue, onFalse } = action.evaluation;
      return { steps: [], next: [...through(node, onTrue), ...through(node, onFalse)] };
    }
    default:
      return action satisfies never;
  }
}

type Routed = Exclude<PlanNode, { type: "EXIT" }>;

function through(node: Routed, outcome: string): readonly NodeKey[] {
  const next = advance(node, outcome);
  return next === null ? [] : [next];
}

/** The nodes and all that can be come to from them. */
function reachable(plan: Plan, from: readonly NodeKey[]): readonly NodeKey[] {
  const seen = new Set<NodeKey>();
  const waiting = [...from];
  for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
    const node = plan.nodes.get(key);
    if (node === undefined || seen.has(key)) continue;
    seen.add(key);
    if (node.type !== "EXIT") for (const target of targetsOf(node.next)) waiting.push(target);
  }
  return [...seen];
}

const stepsOf = (node: PlanNode | undefined): readonly Step[] =>
  node?.type === "CC" ? node.contract.steps : [];

function writing(node: NodeKey, steps: readonly Step[]): readonly RemainingStep[] {
  return steps.flatMap((step) => (step.kind === "effect" && mayWrite(step) ? [{ node, step }] : []));
}

export function mayWrite({ operation }: EffectStep): boolean {
  return !targetOf(operation).isReading(operation);
}
