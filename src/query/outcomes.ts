/** `outcomes`: every ending of a workflow, with the ways that lead to it. */

import { endAt } from "../engine/advance.ts";
import { CompileFault } from "../plan/errors.ts";
import { toGraph } from "../plan/graph.ts";
import type { ContractNode, ExitNode, IntentNode, Plan } from "../plan/plan.ts";
import { nodePath, outcomesOf } from "../plan/routes.ts";
import { type Graph, type GraphEdge, type MergedEdge, mergeEdges } from "../trace/declared-graph.ts";
import type { QueryArtifact, QueryModel } from "./model.ts";
import { type Place, placeOf } from "./place.ts";
import { requireWorkflow } from "./require-name.ts";
import { type Ways, waysTo } from "./ways.ts";

/** As many ways to one ending as anybody reads. */
export const MOST_WAYS = 10;

export type OutcomesAnswer = {
  readonly query: "outcomes";
  readonly workflow: string;
  /** Whether admission can deny a run before its first node. */
  readonly denied: boolean;
  /** The EXITs, in the order of their declaration. */
  readonly endings: readonly Ending[];
  /** Outcomes of nodes that no route takes: such a run is refused there. */
  readonly unrouted: readonly Unrouted[];
  /** Edges that are on none of the ways, because they lead back to a node of the way or the ways are not all here. */
  readonly other_edges: readonly GraphEdgeJson[];
};

export type GraphEdgeJson = { readonly from: string; readonly outcome: string; readonly to: string };

export type Ending = Place & {
  readonly node: string;
  /** As declared; null where it declares none. */
  readonly reason: string | null;
  /** Codes of the events that it announces. */
  readonly emits: readonly string[];
  /** What a run ends with, by the outcome that leads there. */
  readonly arrivals: readonly Arrival[];
  /** The shortest first, at most `MOST_WAYS`. */
  readonly ways: readonly (readonly Hop[])[];
  /** Whether `ways` has all of them. */
  readonly complete: boolean;
  /** How many ways there are; null where routes lead in a circle. */
  readonly count: number | null;
};

export type Arrival = {
  readonly node: string;
  readonly outcome: string;
  readonly status: "SUCCESS" | "FAILED";
  readonly exit_reason_code: string;
};

/** A node on a way, with the outcomes that lead to the next one. */
export type Hop = { readonly node: string; readonly outcomes: readonly string[]; readonly next: string };

export type Unrouted = Place & { readonly node: string; readonly outcome: string };

/** @throws QueryFault for a name that is no workflow's; CompileFault for one that does not compile */
export async function outcomes(given: string, model: QueryModel): Promise<OutcomesAnswer> {
  const artifact = requireWorkflow(given, model);
  const plan = await requirePlan(artifact, model);
  const graph = toGraph(plan);
  const edges = mergeEdges(graph);
  const exits = [...plan.nodes.values()].filter((node) => node.type === "EXIT");
  const found = exits.map((exit) => ({ exit, ...waysTo(exit.key, plan.start, edges, MOST_WAYS) }));
  const { requires, forbids } = plan.admission;
  return {
    query: "outcomes",
    workflow: artifact.fqdn,
    denied: requires.length + forbids.length > 0,
    endings: await Promise.all(found.map((one) => toEnding(one, plan, artifact))),
    unrouted: await unroutedOf(plan, artifact),
    other_edges: otherEdges(
      graph,
      found.flatMap(({ ways }) => ways.flat()),
    ),
  };
}

/** @throws CompileFault with all the reasons */
export async function requirePlan({ fqdn }: QueryArtifact, model: QueryModel): Promise<Plan> {
  const found = (await model.compiled()).workflows.find(({ artifact }) => artifact.fqdn === fqdn);
  if (found === undefined || found.plan === null)
    throw new CompileFault(fqdn, found?.reasons ?? [], found?.causes ?? []);
  return found.plan;
}

async function toEnding(
  { exit, ways, isComplete, count }: Ways & { readonly exit: ExitNode },
  plan: Plan,
  artifact: QueryArtifact,
): Promise<Ending> {
  return {
    node: exit.key,
    reason: exit.reason,
    emits: exit.emit,
    ...(await placeOf(artifact, nodePath(exit.key))),
    arrivals: arrivalsAt(exit, plan),
    ways: ways.map((way) =>
      way.map(({ from, outcomes: taken, to }) => ({ node: from, outcomes: taken, next: to })),
    ),
    complete: isComplete,
    count,
  };
}

/** How a run ends there, for every outcome that is routed to it. */
export function arrivalsAt(exit: ExitNode, { nodes }: Pick<Plan, "nodes">): readonly Arrival[] {
  return [...nodes.values()].flatMap((node): readonly Arrival[] => {
    if (node.type === "EXIT") return [];
    return outcomesTo(exit.key, node).map((outcome) => {
      const { status, exitReason } = endAt(exit, outcome);
      return {
        node: node.key,
        outcome,
        status: status === "SUCCESS" ? status : "FAILED",
        exit_reason_code: exitReason,
      };
    });
  });
}

/** Those that are named, and those that the default takes. */
function outcomesTo(key: string, node: IntentNode | ContractNode): readonly string[] {
  const { byOutcome, otherwise } = node.next;
  const named = [...byOutcome].flatMap(([outcome, to]) => (to === key ? [outcome] : []));
  const others = otherwise === key ? outcomesOf(node).filter((outcome) => !byOutcome.has(outcome)) : [];
  return [...named, ...others];
}

function unroutedOf(plan: Plan, artifact: QueryArtifact): Promise<readonly Unrouted[]> {
  const unrouted = plan.findings.filter(({ code }) => code === "OUTCOME_WITHOUT_ROUTE");
  return Promise.all(
    unrouted.map(async ({ facts }) => {
      const node = String(facts["node"]);
      return { node, outcome: String(facts["outcome"]), ...(await placeOf(artifact, nodePath(node, "next"))) };
    }),
  );
}

/** Of the edges that a run can take. */
function otherEdges(graph: Graph, taken: readonly MergedEdge[]): readonly GraphEdgeJson[] {
  const isTaken = new Set(taken.map(({ from, to }) => `${from} ${to}`));
  const reached = reachable([graph.start], graph.edges);
  return graph.edges
    .filter(({ from, to }) => reached.has(from) && !isTaken.has(`${from} ${to}`))
    .map(({ from, outcome, to }) => ({ from, outcome, to }));
}

/** The nodes that edges lead to from these, themselves included. */
export function reachable(from: readonly string[], edges: readonly GraphEdge[]): ReadonlySet<string> {
  const targets = new Map<string, string[]>();
  for (const edge of edges) targets.set(edge.from, [...(targets.get(edge.from) ?? []), edge.to]);
  const reached = new Set(from);
  for (const node of reached) for (const to of targets.get(node) ?? []) reached.add(to);
  return reached;
}
