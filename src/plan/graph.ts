/** The declared graph of a plan, as the pictures need it. */

import { bareCode, type Graph, type GraphEdge, type GraphNode } from "../trace/declared-graph.ts";
import type { Plan, PlanNode } from "./plan.ts";

export function toGraph(plan: Plan): Graph {
  const nodes = [...plan.nodes.values()];
  return {
    workflow: plan.workflow.fqdn,
    start: plan.start,
    nodes: nodes.map((node): GraphNode => ({ key: node.key, type: node.type, label: labelOf(node) })),
    edges: nodes.flatMap(edgesOf),
  };
}

function labelOf(node: PlanNode): string {
  if (node.type === "EXIT") return node.reason ?? "";
  if (node.type === "CC") return bareCode(node.contract.fqdn);
  return node.intent === null ? "" : bareCode(node.intent.fqdn);
}

function edgesOf(node: PlanNode): readonly GraphEdge[] {
  if (node.type === "EXIT") return [];
  const listed = [...node.next.byOutcome].map(([outcome, to]) => ({ from: node.key, to, outcome }));
  const { otherwise } = node.next;
  return otherwise === undefined ? listed : [...listed, { from: node.key, to: otherwise, outcome: "default" }];
}
