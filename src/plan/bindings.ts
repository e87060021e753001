/** The bindings of a node, and hints for missing ones. */

import { quote } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { IntentSpec } from "./intent.ts";
import type { ContractNode, Plan } from "./plan.ts";
import { type Fix, nodePath } from "./routes.ts";

/** The payload's fields as the workflow's intent declares them; undefined where it admits anything. */
export function fieldsOf({ nodes, start }: Pick<Plan, "nodes" | "start">): IntentSpec | undefined {
  const node = nodes.get(start);
  return node?.type === "IN" ? node.intent?.spec : undefined;
}

/** The hint for an input without a binding: a misspelt name to correct, or the binding to add. */
export function suggestBinding(
  { key, inputs, contract }: ContractNode,
  name: string,
  plan: Pick<Plan, "nodes" | "start">,
): Fix {
  const isDeclared = (one: string) => contract.inputs.some((input) => input.name === one);
  const unknown = inputs.map((binding) => binding.name).filter((one) => !isDeclared(one));
  const misspelt = nearestName(name, unknown);
  if (misspelt !== null) return { path: nodePath(key, "inputs", misspelt), change: { do: "rename", to: name } };
  const isField = Object.hasOwn(fieldsOf(plan) ?? {}, name);
  const as = isField ? quote(`$.payload.${name}`) : "a path to its value";
  return { path: nodePath(key, "inputs", name), change: { do: "add", as } };
}
