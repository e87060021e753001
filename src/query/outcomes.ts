/** `outcomes`: every ending of a workflow, with the ways that lead to it. */

import { endAt } from "../engine/advance.ts";
import type { CompiledWorkflow } from "../plan/analysis/compiled-snapshot.ts";
import type { ExitNode } from "../plan/plan.ts";
import { nodePath, outcomesOf } from "../plan/routes.ts";
import type { NodeTable } from "../snapshot/parse.ts";
import {
  type Graph,
  type GraphEdge,
  type GraphNode,
  type MergedEdge,
  mergeEdges,
} from "../trace/declared-graph.ts";
import type { QueryArtifact, QueryModel } from "./model.ts";
import { type Place, placeOf } from "./place.ts";
import { requireWorkflow } from "./require-name.ts";
import { type Ways, waysTo } from "./ways.ts";

/** As many ways to one ending as anybody reads. */
export const MOST_WAYS = 10;

export type OutcomesAnswer = {
  readonly query: "outcomes";
  readonly workflow: string;
  /** Whether the workflow compiles: of one that does not, outcomes without a route are not known. */
  readonly compiles: boolean;
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
  /** At most `MOST_WAYS`; those that turn to the ending sooner come first. */
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

/** @throws QueryFault for a name that is no workflow's */
export async function outcomes(given: string, model: QueryModel): Promise<OutcomesAnswer> {
  const artifact = requireWorkflow(given, model);
  const workflow = await compiledWorkflow(artifact, model);
  const graph = declaredGraph(workflow);
  const edges = mergeEdges(graph);
  const found = exitsOf(workflow).map((exit) => ({
    exit,
    ...waysTo(exit.key, graph.start, edges, MOST_WAYS),
  }));
  const taken = found.flatMap(({ ways }) => ways.flat());
  const { requires, forbids } = workflow.table;
  return {
    query: "outcomes",
    workflow: artifact.fqdn,
    compiles: workflow.plan !== null,
    denied: requires.length + forbids.length > 0,
    endings: await Promise.all(found.map((one) => toEnding(one, workflow, artifact))),
    unrouted: await unroutedOf(workflow, artifact),
    other_edges: otherEdges(graph, taken),
  };
}

export async function compiledWorkflow({ fqdn }: QueryArtifact, model: QueryModel): Promise<CompiledWorkflow> {
  const found = (await model.compiled()).workflows.find(({ artifact }) => artifact.fqdn === fqdn);
  if (found === undefined) throw new Error(`${fqdn} is an artifact and was not compiled`);
  return found;
}

/** The graph as the workflow's table declares it: also of one that does not compile. */
export function declaredGraph({ artifact, table }: Pick<CompiledWorkflow, "artifact" | "table">): Graph {
  const isType = (type: string): type is GraphNode["type"] => type === "IN" || type === "CC" || type === "EXIT";
  return {
    workflow: artifact.fqdn,
    start: table.start,
    nodes: table.nodes.flatMap(({ key, type }) => (isType(type) ? [{ key, type, label: "" }] : [])),
    edges: table.nodes.flatMap(({ key, type, next }) =>
      type === "EXIT" ? [] : [...next].map(([outcome, to]) => ({ from: key, to, outcome })),
    ),
  };
}

/** Where a workflow ends. */
export interface Exit {
  readonly key: string;
  readonly reason: string | null;
  readonly emits: readonly string[];
}

export function exitsOf({ table }: Pick<CompiledWorkflow, "table">): readonly Exit[] {
  return table.nodes.flatMap(({ key, type, reason, emit }) =>
    type === "EXIT" ? [{ key, reason, emits: emit.map(({ name }) => name) }] : [],
  );
}

async function toEnding(
  { exit, ways, isComplete, count }: Ways & { readonly exit: Exit },
  workflow: CompiledWorkflow,
  artifact: QueryArtifact,
): Promise<Ending> {
  const { key: node, reason, emits } = exit;
  return {
    ...{ node, reason, emits },
    ...(await placeOf(artifact, nodePath(node))),
    arrivals: arrivalsAt(exit, workflow),
    ways: ways.map((way) =>
      way.map(({ from, outcomes: taken, to }) => ({ node: from, outcomes: taken, next: to })),
    ),
    complete: isComplete,
    count,
  };
}

/** How a run ends there, for every outcome that is routed to it. */
export function arrivalsAt({ key, reason, emits }: Exit, workflow: CompiledWorkflow): readonly Arrival[] {
  const exit: ExitNode = { type: "EXIT", key, reason, emit: emits };
  return workflow.table.nodes.flatMap((node): readonly Arrival[] =>
    outcomesTo(key, node, workflow).map((outcome) => {
      const { status, exitReason } = endAt(exit, outcome);
      return {
        node: node.key,
        outcome,
        status: status === "SUCCESS" ? status : "FAILED",
        exit_reason_code: exitReason,
      };
    }),
  );
}

/** Those that are named, and those that the default takes, as far as they are known. */
function outcomesTo(key: string, node: NodeTable, { plan }: CompiledWorkflow): readonly string[] {
  const named = [...node.next].flatMap(([outcome, to]) => (to === key && outcome !== DEFAULT ? [outcome] : []));
  const planned = plan?.nodes.get(node.key);
  if (node.next.get(DEFAULT) !== key || planned === undefined || planned.type === "EXIT") return named;
  return [...named, ...outcomesOf(planned).filter((outcome) => !node.next.has(outcome))];
}

const DEFAULT = "default";

function unroutedOf({ plan }: CompiledWorkflow, artifact: QueryArtifact): Promise<readonly Unrouted[]> {
  const unrouted = plan?.findings.filter(({ code }) => code === "OUTCOME_WITHOUT_ROUTE") ?? [];
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
