/** Which of the edges, outcomes and admissions that a snapshot declares were exercised. */

import { Fault } from "../errors/base.ts";
import { type JsonObject, own } from "../json/value.ts";
import { toGraph } from "../plan/graph.ts";
import type { Plan, PlanNode } from "../plan/plan.ts";
import { type Fqdn, fqdnOfFile } from "../snapshot/fqdn.ts";
import type { Graph, GraphEdge } from "../trace/declared-graph.ts";
import type { TraceEvent } from "../trace/event.ts";
import { edgeTaken } from "../trace/run-path.ts";
import type { Catalogue } from "./catalogue.ts";
import { STUBBED } from "./stubbed-executor.ts";

export interface Coverage {
  readonly workflow: Fqdn;
  readonly declared: number;
  readonly taken: number;
  readonly untaken: readonly GraphEdge[];
  readonly edges: readonly (GraphEdge & Times)[];
  /** What its nodes may end with. */
  readonly outcomes: readonly (NodeOutcome & Times)[];
  /** Empty where anybody is admitted. */
  readonly admission: readonly (AdmissionResult & Times)[];
  /** Null when it does not compile. */
  readonly graph: Graph | null;
  /** Why its edges are unknown: it does not compile. */
  readonly refused?: string;
}

/** How often something came about, and how often of that in a run in which a step had its answer staged. */
export interface Times {
  readonly count: number;
  readonly staged: number;
}

export interface NodeOutcome {
  readonly node: string;
  readonly outcome: string;
}

export interface AdmissionResult {
  readonly result: string;
}

/** By workflow: how its nodes ended and what its admissions gave. */
export type Outcomes = Map<string, Exercised>;

export interface Exercised {
  /** By node and outcome. */
  readonly nodes: Map<string, Map<string, Times>>;
  readonly admission: Map<string, Times>;
}

/**
 * Adds what came about in a trace after the first `counted` events, nested runs included. Workflows of an overlay are
 * not the snapshot's.
 */
export function count(
  outcomes: Outcomes,
  events: Iterable<TraceEvent>,
  overlay: ReadonlyMap<string, JsonObject> = new Map(),
  counted = 0,
): void {
  const laidOver = new Set([...overlay.keys()].map((path): string | undefined => fqdnOfFile(path)));
  const workflows = new Map<string, string>();
  let isStaged = false;
  for (const event of events) {
    isStaged ||= isStagedAnswer(event);
    if (event.event_type === "execution_start") workflows.set(event.run, event.payload.workflow_code);
    const workflow = workflows.get(event.run);
    if (workflow === undefined || laidOver.has(workflow) || event.sequence <= counted) continue;
    const times = { count: 1, staged: isStaged ? 1 : 0 };
    if (event.event_type === "node_end") {
      const { nodes } = at(outcomes, workflow, nothing);
      add(
        at(nodes, event.node_id ?? "", () => new Map<string, Times>()),
        event.payload.status,
        times,
      );
    }
    if (event.event_type === "admission") {
      add(at(outcomes, workflow, nothing).admission, event.payload.result, times);
    }
  }
}

function isStagedAnswer({ event_type, payload }: TraceEvent): boolean {
  if (event_type !== "transform_end" && event_type !== "side_effect_end") return false;
  return payload.reason !== undefined && own(payload.reason, "code") === STUBBED;
}

const nothing = (): Exercised => ({ nodes: new Map(), admission: new Map() });

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

function add(into: Map<string, Times>, name: string, { count, staged }: Times): void {
  const known = into.get(name) ?? NEVER;
  into.set(name, { count: known.count + count, staged: known.staged + staged });
}

const NEVER: Times = { count: 0, staged: 0 };

/** Adds what was counted elsewhere. */
export function merge(into: Outcomes, other: Outcomes): void {
  for (const [workflow, { nodes, admission }] of other) {
    const own = at(into, workflow, nothing);
    for (const [result, times] of admission) add(own.admission, result, times);
    for (const [node, ended] of nodes) {
      const known = at(own.nodes, node, () => new Map<string, Times>());
      for (const [outcome, times] of ended) add(known, outcome, times);
    }
  }
}

/** One entry for each workflow of the snapshot that may run, sorted by name. */
export async function coverageOf(workflows: Catalogue, outcomes: Outcomes): Promise<readonly Coverage[]> {
  const names = workflows.snapshot.names("WF");
  const all = await Promise.all(
    names.map(async (workflow): Promise<readonly Coverage[]> => {
      try {
        const plan = await workflows.plan(workflow);
        if (plan.supersededBy.length > 0) return [];
        return [covered(plan, outcomes.get(workflow) ?? nothing())];
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        const known = { workflow, declared: 0, taken: 0, untaken: [] };
        const refused = error.message;
        return [{ ...known, edges: [], outcomes: [], admission: [], graph: null, refused }];
      }
    }),
  );
  return all.flat();
}

function covered(plan: Plan, { nodes, admission }: Exercised): Coverage {
  const graph = toGraph(plan);
  const edges = graph.edges.map((edge) => ({ ...edge, ...timesOf(edge, graph.edges, nodes.get(edge.from)) }));
  const untaken = graph.edges.filter((_, i) => edges[i]?.count === 0);
  const { requires, forbids } = plan.admission;
  const results = requires.length + forbids.length === 0 ? [] : ["ADMITTED", "DENIED"];
  return {
    workflow: plan.workflow.fqdn,
    declared: edges.length,
    taken: edges.length - untaken.length,
    untaken,
    edges,
    outcomes: [...plan.nodes.values()].flatMap((node) =>
      outcomesOf(node).map((outcome) => {
        return { node: node.key, outcome, ...(nodes.get(node.key)?.get(outcome) ?? NEVER) };
      }),
    ),
    admission: results.map((result) => ({ result, ...(admission.get(result) ?? NEVER) })),
    graph,
  };
}

/** What a node may end with: what its contract allows, or the answer of an intent. */
function outcomesOf(node: PlanNode): readonly string[] {
  if (node.type === "EXIT") return [];
  if (node.type === "CC") return [...node.contract.allowed];
  return node.intent === null ? ["ACK"] : ["ACK", "NACK"];
}

function timesOf(
  { from, outcome }: GraphEdge,
  edges: readonly GraphEdge[],
  ended: ReadonlyMap<string, Times> = new Map(),
): Times {
  const listed = edges.filter((edge) => edge.from === from).map((edge) => edge.outcome);
  const through = [...ended].filter(([one]) => edgeTaken({ outcome: one }, listed) === outcome);
  return through.reduce(
    (sum, [, times]) => ({ count: sum.count + times.count, staged: sum.staged + times.staged }),
    NEVER,
  );
}

/** How many of the declared entries were exercised. */
export interface Share {
  readonly declared: number;
  readonly taken: number;
}

export function shareOf(entries: readonly Times[]): Share {
  return { declared: entries.length, taken: entries.filter(({ count }) => count > 0).length };
}

export function percent({ declared, taken }: Share): number {
  return declared === 0 ? 100 : (100 * taken) / declared;
}

/** Whether a workflow covers less than `min` per cent of its edges; one that does not compile does. */
export function isBelow(coverage: readonly Coverage[], min: number | undefined): boolean {
  return min !== undefined && coverage.some((one) => isWorkflowBelow(one, min));
}

export function isWorkflowBelow({ edges, refused }: Coverage, min: number): boolean {
  return refused !== undefined || percent(shareOf(edges)) < min;
}
