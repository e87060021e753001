/** Which of the edges that a snapshot declares were taken. */

import { Fault } from "../faults.ts";
import type { JsonObject } from "../json.ts";
import { toGraph } from "../plan/graph.ts";
import { fqdnOfFile } from "../snapshot/fqdn.ts";
import type { TraceEvent } from "../trace/event.ts";
import { edgeTaken } from "../trace/render/course.ts";
import type { GraphEdge } from "../trace/render/graph.ts";
import type { Catalogue } from "./catalogue.ts";

export interface Coverage {
  readonly workflow: string;
  readonly declared: number;
  readonly taken: number;
  readonly untaken: readonly GraphEdge[];
  /** Why its edges are not known: it does not compile. */
  readonly refused?: string;
}

/** By workflow: the outcomes with which each of its nodes ended. */
export type Outcomes = Map<string, Map<string, Set<string>>>;

/** Adds the nodes that ended in a trace, nested runs included. Workflows of an overlay are not the snapshot's. */
export function count(
  outcomes: Outcomes,
  events: readonly TraceEvent[],
  overlay: ReadonlyMap<string, JsonObject>,
): void {
  const laidOver = new Set([...overlay.keys()].map((path): string | undefined => fqdnOfFile(path)));
  const workflows = new Map<string, string>();
  for (const event of events) {
    if (event.event_type === "execution_start") workflows.set(event.run, event.payload.workflow_code);
    const workflow = workflows.get(event.run);
    if (event.event_type !== "node_end" || workflow === undefined || laidOver.has(workflow)) continue;
    const nodes = at(outcomes, workflow, () => new Map<string, Set<string>>());
    at(nodes, event.node_id ?? "", () => new Set<string>()).add(event.payload.status);
  }
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const value = map.get(key) ?? make();
  map.set(key, value);
  return value;
}

/** One entry for each workflow of the snapshot, sorted by name. */
export async function coverageOf(workflows: Catalogue, outcomes: Outcomes): Promise<readonly Coverage[]> {
  const names = workflows.snapshot.names("WF");
  return Promise.all(
    names.map(async (workflow) => {
      try {
        const { edges } = toGraph(await workflows.plan(workflow));
        const untaken = edges.filter((edge) => !isTaken(edge, edges, outcomes.get(workflow)));
        return { workflow, declared: edges.length, taken: edges.length - untaken.length, untaken };
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        return { workflow, declared: 0, taken: 0, untaken: [], refused: error.message };
      }
    }),
  );
}

function isTaken(
  { from, outcome }: GraphEdge,
  edges: readonly GraphEdge[],
  ended: ReadonlyMap<string, ReadonlySet<string>> | undefined,
): boolean {
  const listed = edges.filter((edge) => edge.from === from).map((edge) => edge.outcome);
  return [...(ended?.get(from) ?? [])].some((one) => edgeTaken({ outcome: one }, listed) === outcome);
}
