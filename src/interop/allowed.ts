/** Checks whether the declared graph allows the path that another runtime's trace records. */

import { finding, type TraceFinding } from "../examine/finding.ts";
import { bareCode, type Graph, type GraphNode } from "../trace/declared-graph.ts";
import { type ContractVisit, type ExternalRecord, NO_OUTCOME, type NodeVisit, type Route } from "./record.ts";

/** Findings by line. Only what the format records is compared with the graph. */
export function checkPath(graph: Graph, record: ExternalRecord): readonly TraceFinding[] {
  const { recordedPath } = record;
  const mustExit = record.ending?.isExit === true;
  switch (recordedPath.of) {
    case "nodes":
      return checkNodes(graph, recordedPath.visits, mustExit);
    case "contracts":
      return checkContracts(graph, recordedPath.visits, mustExit);
    case "routes":
      return recordedPath.visits.flatMap((route) => checkRoute(graph, route));
  }
}

/** Where an outcome leads, or null. */
function targetOf(graph: Graph, from: string, outcome: string | null): string | null {
  const edges = graph.edges.filter((edge) => edge.from === from);
  const edge = edges.find((one) => one.outcome === outcome) ?? edges.find((one) => one.outcome === "default");
  return outcome === null ? null : (edge?.to ?? null);
}

function nodeOf(graph: Graph, key: string): GraphNode | undefined {
  return graph.nodes.find((node) => node.key === key);
}

function checkNodes(graph: Graph, visits: readonly NodeVisit[], mustExit: boolean): readonly TraceFinding[] {
  const found = visits.flatMap((visit, i) => {
    const { line, node } = visit;
    if (!isDeclared(graph, visit)) return [finding("UNKNOWN_NODE", line, { node })];
    const before = visits[i - 1];
    if (before === undefined) {
      return node === graph.start ? [] : [finding("NOT_THE_START", line, { node, start: graph.start })];
    }
    if (leadsTo(graph, before, node)) return [];
    return [finding("NOT_AN_EDGE", line, { node: before.node, outcome: before.outcome, next: node })];
  });
  const last = visits.at(-1);
  if (!mustExit || (last !== undefined && nodeOf(graph, last.node)?.type === "EXIT")) return found;
  return [...found, finding("NOT_AT_AN_EXIT", last?.line, { last: last?.node ?? null })];
}

function leadsTo(graph: Graph, { node, outcome }: NodeVisit, next: string): boolean {
  if (targetOf(graph, node, outcome) === next) return true;
  return NO_OUTCOME.has(outcome) && graph.edges.some(({ from, to }) => from === node && to === next);
}

function isDeclared(graph: Graph, { node, type, capability }: NodeVisit): boolean {
  const declared = nodeOf(graph, node);
  if (declared === undefined || (type !== null && type !== declared.type)) return false;
  return capability === null || bareCode(capability) === declared.label;
}

function checkRoute(graph: Graph, { line, node, outcome, next }: Route): readonly TraceFinding[] {
  if (nodeOf(graph, node) === undefined) return [finding("UNKNOWN_NODE", line, { node })];
  if (targetOf(graph, node, outcome) === next) return [];
  return [finding("NOT_AN_EDGE", line, { node, outcome, next })];
}

function checkContracts(
  graph: Graph,
  visits: readonly ContractVisit[],
  mustExit: boolean,
): readonly TraceFinding[] {
  const { possible, lost } = followContracts(graph, visits);
  if (lost !== null) return [finding("NOT_REACHED", lost.line, { contract: lost.contract })];
  if (!mustExit || possible.some(({ type }) => type === "EXIT")) return [];
  const last = visits.at(-1);
  return [finding("NOT_AT_AN_EXIT", last?.line, { last: last?.contract ?? null })];
}

/**
 * Every node that the contracts may have reached, and the first contract that no path reaches. All paths are
 * followed: several nodes may run the same contract, and the outcome of an intent is not recorded.
 */
export function followContracts(
  graph: Graph,
  visits: readonly ContractVisit[],
): { readonly possible: readonly GraphNode[]; readonly lost: ContractVisit | null } {
  let possible = behindIntents(graph, [graph.start]);
  for (const visit of visits) {
    const here = possible.filter(({ type, label }) => type === "CC" && label === bareCode(visit.contract));
    if (here.length === 0) return { possible, lost: visit };
    const targets = here.map(({ key }) => targetOf(graph, key, visit.outcome)).filter((key) => key !== null);
    possible = behindIntents(graph, targets);
  }
  return { possible, lost: null };
}

/** The nodes that a run may have reached after one of these; intents are passed with any outcome. */
function behindIntents(graph: Graph, keys: readonly string[]): readonly GraphNode[] {
  const seen = new Set<string>();
  const open = [...keys];
  const nodes: GraphNode[] = [];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const node = nodeOf(graph, key);
    if (node === undefined || seen.has(key)) continue;
    seen.add(key);
    if (node.type !== "IN") nodes.push(node);
    else for (const { from, to } of graph.edges) if (from === node.key) open.push(to);
  }
  return nodes;
}
