/** The EXIT and the outcome with which another runtime's run ended, as far as trace and graph show it. */

import type { Graph, GraphNode } from "../trace/declared-graph.ts";
import { followContracts } from "./allowed.ts";
import { type ExternalPath, type ExternalRecord, NO_OUTCOME } from "./record.ts";

/** The outcome of the last node that can have one; null where the trace does not record it. */
export function lastOutcome({ recordedPath, ending }: ExternalRecord): string | null {
  switch (recordedPath.of) {
    case "nodes": {
      const outcome = recordedPath.visits.findLast(({ type }) => type !== "EXIT")?.outcome ?? null;
      return NO_OUTCOME.has(outcome) ? null : outcome;
    }
    // These formats have no other status than the last outcome.
    case "contracts":
    case "routes":
      return ending?.isExit === true ? ending.status : null;
  }
}

/** Every EXIT at which the path may have ended; null if the path cannot be followed to its end. */
export function exitsOf(graph: Graph, recordedPath: ExternalPath): readonly GraphNode[] | null {
  const nodes = placesOf(graph, recordedPath);
  return nodes?.filter(({ type }) => type === "EXIT") ?? null;
}

function placesOf(graph: Graph, recordedPath: ExternalPath): readonly GraphNode[] | null {
  switch (recordedPath.of) {
    case "nodes":
      return named(graph, recordedPath.visits.at(-1)?.node);
    case "contracts": {
      const { possible, lost } = followContracts(graph, recordedPath.visits);
      return lost === null ? possible : null;
    }
    case "routes":
      return named(graph, recordedPath.visits.at(-1)?.next);
  }
}

function named(graph: Graph, name: string | null | undefined): readonly GraphNode[] | null {
  const node = graph.nodes.find(({ key }) => key === name);
  return node === undefined ? null : [node];
}

/** The outcomes that lead from the last node but the EXIT to it; null where the graph does not list them. */
export function outcomesInto(graph: Graph, recordedPath: ExternalPath): readonly string[] | null {
  if (recordedPath.of !== "nodes") return null;
  const [from, to] = recordedPath.visits.slice(-2);
  const edges = graph.edges.filter((edge) => edge.from === from?.node && edge.to === to?.node);
  const outcomes = edges.map(({ outcome }) => outcome);
  return outcomes.length === 0 || outcomes.includes("default") ? null : outcomes;
}
