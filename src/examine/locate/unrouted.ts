/** What to do about an outcome that nobody foresaw, or a path that never ends. */

import type { Plan, PlanNode } from "../../plan/plan.ts";
import { nodePath, suggestAction, suggestEdge, targets } from "../../plan/routes.ts";
import { type Change, oneOf } from "../../snapshot/hint.ts";
import { MAIN_RUN } from "../../trace/event.ts";
import type { Summary } from "../../trace/summary.ts";
import { edit, type Place, place } from "./location.ts";

/** A node's outcome without an edge. */
export function withoutEdge(node: PlanNode, outcome: string, plan: Plan): Place | null {
  if (node.type === "EXIT") return null;
  const { path, change } = suggestEdge(node, outcome, plan);
  return edit(plan.workflow.fqdn, path, change, plan);
}

/** A step's outcome that its `on_result` lacks. */
export function withoutAction(
  node: PlanNode,
  name: string | undefined,
  outcome: string,
  plan: Plan,
): Place | null {
  if (node.type !== "CC") return null;
  const step = node.contract.steps.find((one) => one.name === name);
  if (step === undefined) return null;
  const { path, change } = suggestAction(step, node.contract, outcome);
  return edit(node.contract.fqdn, path, change, plan);
}

/** An outcome that its contract, or its operation, does not declare. */
export function undeclared(
  owner: string,
  outcome: string,
  node: PlanNode,
  step: string | undefined,
  plan: Plan,
): Place | null {
  if (node.type !== "CC") return null;
  const change: Change = { do: "append", value: outcome };
  if (owner === node.contract.fqdn) {
    return edit(owner, ["core", "result_status_contract", "allowed"], change, plan);
  }
  const effect = node.contract.steps.find(({ name }) => name === step);
  const op = effect?.kind === "effect" ? effect.op : "";
  return edit(owner, ["core", "operations", op, "result_status_values"], change, plan);
}

/** A run that entered too many nodes: the edge that leads back, else a limit below the length of the graph. */
export function endless({ path }: Summary, limit: number, plan: Plan): Place | null {
  const { fqdn } = plan.workflow;
  const entered = new Set<string>();
  for (const { run, node, outcome, next } of path) {
    if (run !== MAIN_RUN) continue;
    entered.add(node);
    if (next === null || !entered.has(next)) continue;
    const to = oneOf(targets(plan, [...entered]));
    const back = edit(fqdn, nodePath(node, "next", outcome), { do: "change", to }, plan);
    return back && { ...back, hint: `${back.hint}, or type --max-hops ${limit * 10} if the cycle is intended` };
  }
  return place(fqdn, ["core", "nodes"], `type --max-hops ${plan.nodes.size}`);
}
