/** The declared graph, as picture and Markdown need it. */

export interface Graph {
  /** FQDN of the workflow. */
  readonly workflow: string;
  readonly start: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export interface GraphNode {
  readonly key: string;
  readonly type: NodeType;
  /** FQDN or code of the intent or contract; the declared reason of an EXIT. */
  readonly label: string;
}

export type NodeType = "IN" | "CC" | "EXIT";

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** The outcome that takes this edge, or `default`. */
  readonly outcome: string;
}

/** All edges between the same two nodes, as one. */
export interface MergedEdge {
  readonly from: string;
  readonly to: string;
  /** In declared order. */
  readonly outcomes: readonly string[];
}

/** Parallel edges become one that lists their outcomes; edges that name no declared node are left out. */
export function mergeEdges(graph: Graph): readonly MergedEdge[] {
  const known = new Set(graph.nodes.map((node) => node.key));
  const merged = new Map<string, { from: string; to: string; outcomes: string[] }>();
  for (const { from, to, outcome } of graph.edges) {
    if (!known.has(from) || !known.has(to)) continue;
    const ends = JSON.stringify([from, to]);
    const edge = merged.get(ends);
    if (edge === undefined) merged.set(ends, { from, to, outcomes: [outcome] });
    else edge.outcomes.push(outcome);
  }
  return [...merged.values()];
}

/** The code without its domain: `blockchain::CC_X` is `CC_X`. */
export function bareCode(fqdn: string): string {
  const at = fqdn.lastIndexOf("::");
  return at === -1 ? fqdn : fqdn.slice(at + 2);
}
