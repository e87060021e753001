/** Which outcomes are possible where, where each leads, and hints for outcomes without a route. */

import { type Change, oneOf, type Path } from "../snapshot/hint.ts";
import { nearestName } from "../snapshot/nearest-name.ts";
import type { Contract, ContractNode, IntentNode, NodeKey, Plan, Routes, Step } from "./plan.ts";

/** A field below an artifact's `frontmatter`, and its change. */
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

/** Every outcome that a step can have; null if a mapped output determines it. */
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

/** The hint for an outcome of a node without an edge: a misspelt outcome to correct, or the edge to add. */
export function suggestEdge(node: IntentNode | ContractNode, outcome: string, graph: Graph): Fix {
  const known = [...node.next.byOutcome.keys()];
  const ways = targets(graph, [node.key]);
  if (!FAILURES.has(outcome))
    return wayMeant(nodePath(node.key, "next"), outcome, known, outcomesOf(node), ways);
  const exits = [...graph.nodes.values()].flatMap((one) =>
    one.type === "EXIT" && one.reason !== "COMPLETED" ? [one.key] : [],
  );
  const free = exits.filter((key) => ways.includes(key));
  const fix = wayMeant(
    nodePath(node.key, "next"),
    outcome,
    known,
    outcomesOf(node),
    free.length > 0 ? free : exits,
  );
  return fix.change.do === "add" && exits.length === 0 ? newExit(outcome, graph) : fix;
}

/** Outcomes that say by their name that something was not done (SPEC 4.7): no EXIT that reports success is for them. */
export const FAILURES: ReadonlySet<string> = new Set(["VIOLATION", "BACKEND_ERROR", "NACK"]);

/** The EXIT that the workflow lacks; the route to it is asked for once it is there. */
function newExit(outcome: string, { nodes }: Graph): Fix {
  const [name, reason] = outcome === "NACK" ? ["EXIT_REJECTED", "EXITED"] : ["EXIT_ERROR", "FAILED"];
  const key = nodes.has(name) ? `${name}_2` : name;
  return { path: nodePath(key), change: { do: "add", as: `{type: EXIT, reason: ${reason}}` } };
}

/** The hint for an outcome of a step that `on_result` lacks. */
export function suggestAction(step: Step, contract: Contract, outcome: string): Fix {
  const known = [...step.onResult.keys()];
  const ways = actionsAfter(step, contract);
  return wayMeant(stepPath(step.index, "on_result"), outcome, known, outcomesOfStep(step) ?? known, ways);
}

/** A longer list does not help. */
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

/**
 * The possible actions in `on_result` of a step: first `continue`, unless another outcome continues or the step is the
 * last.
 */
function actionsAfter({ index, onResult }: Step, { steps }: Contract): readonly string[] {
  const later = steps.filter((step) => step.index > index).map(({ name }) => name);
  const actions = [...onResult.values()];
  const evaluations = actions.flatMap((action) => (action.do === "evaluate" ? [action.name] : []));
  const isGoneOn = actions.some((action) => action.do !== "exit");
  const first = later.length === 0 ? ["exit"] : isGoneOn ? ["exit", "continue"] : ["continue", "exit"];
  return [...first, ...later, ...new Set(evaluations)];
}

/** By graph: the nodes that some route leads to. Needed for every outcome without a route. */
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
