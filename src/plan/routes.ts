/** Which outcomes are possible where, which way each takes, and which way one that has none was meant to take. */

import { type Change, oneOf, type Path } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { Contract, ContractNode, IntentNode, NodeKey, Plan, Routes, Step } from "./plan.ts";

/** A field below an artifact's `frontmatter`, and what to make of it. */
export interface Fix {
  readonly path: Path;
  readonly change: Change;
}

export const nodePath = (key: NodeKey, ...rest: Path): Path => ["core", "nodes", key, ...rest];
export const stepPath = (index: number, ...rest: Path): Path => ["core", "pipeline", index, ...rest];

/** Every outcome a node may end in. */
export function outcomesOf(node: IntentNode | ContractNode): readonly string[] {
  if (node.type === "CC") return [...node.contract.allowed];
  return node.intent === null ? ["ACK"] : ["ACK", "NACK"];
}

/** Every outcome a step may have; null where a mapped output says it. */
export function outcomesOfStep(step: Step): readonly string[] | null {
  const isRenamed = step.outputs.some(({ name }) => name === "result_status");
  if (step.kind === "effect") return [...step.declared];
  return isRenamed ? null : [step.onSuccess, step.onFailure];
}

/** Every node that some outcome leads to. */
export function targetsOf({ byOutcome, otherwise }: Routes): readonly NodeKey[] {
  return [...byOutcome.values(), ...(otherwise === undefined ? [] : [otherwise])];
}

type Graph = Pick<Plan, "nodes" | "start">;

/** A node's edge for an outcome that has none: it bears a misspelt outcome, or is missing. */
export function suggestEdge(node: IntentNode | ContractNode, outcome: string, graph: Graph): Fix {
  const known = [...node.next.byOutcome.keys()];
  const ways = targets(graph, [node.key]);
  return wayMeant(nodePath(node.key, "next"), outcome, known, outcomesOf(node), ways);
}

/** A step's way on for an outcome that `on_result` lacks. */
export function suggestAction(step: Step, contract: Contract, outcome: string): Fix {
  const known = [...step.onResult.keys()];
  const ways = actionsAfter(step, contract);
  return wayMeant(stepPath(step.index, "on_result"), outcome, known, outcomesOfStep(step) ?? known, ways);
}

/** A list of more says nothing. */
const MOST_NAMED = 100;

function wayMeant(
  at: Path,
  outcome: string,
  known: readonly string[],
  possible: readonly string[],
  ways: readonly string[],
): Fix {
  const impossible = known.filter((one) => !possible.includes(one));
  const misspelt = nearestName(outcome, impossible);
  return misspelt === null
    ? {
        path: [...at, outcome],
        change: { do: "add", as: ways.length > MOST_NAMED ? "the intended node" : oneOf(ways) },
      }
    : { path: [...at, misspelt], change: { do: "rename", to: outcome } };
}

/** What may stand in `on_result` of a step: first to go on, unless another outcome does or nothing comes after it. */
function actionsAfter({ index, onResult }: Step, { steps }: Contract): readonly string[] {
  const later = steps.filter((step) => step.index > index).map(({ name }) => name);
  const actions = [...onResult.values()];
  const evaluations = actions.flatMap((action) => (action.do === "evaluate" ? [action.name] : []));
  const isGoneOn = actions.some((action) => action.do !== "exit");
  const first = later.length === 0 ? ["exit"] : isGoneOn ? ["exit", "continue"] : ["continue", "exit"];
  return [...first, ...later, ...new Set(evaluations)];
}

/** By graph: the nodes that some route leads to. Every outcome without one asks. */
const known = new WeakMap<Graph["nodes"], ReadonlySet<NodeKey>>();

/** The nodes an outcome may lead to: the only one that no other route leads to, else all but the start. */
export function targets({ nodes, start }: Graph, except: readonly NodeKey[]): readonly NodeKey[] {
  const led =
    known.get(nodes) ??
    new Set([...nodes.values()].flatMap((node) => (node.type === "EXIT" ? [] : targetsOf(node.next))));
  known.set(nodes, led);
  const others = [...nodes.keys()].filter((key) => key !== start && !except.includes(key));
  const orphans = others.filter((key) => !led.has(key));
  return orphans.length === 1 ? orphans : others;
}
