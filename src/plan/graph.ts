/** The declared graph of a plan, as the pictures need it. */

import { bareCode, type Graph, type GraphEdge, type GraphNode } from "../trace/declared-graph.ts";
import type { Plan, PlanNode, Routes } from "./plan.ts";

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
  return routesOf(node.next).map(([outcome, to]) => ({ from: node.key, to, outcome }));
}

/** Where each outcome leads, `default` last. */
export function routesOf({ byOutcome, otherwise }: Routes): readonly (readonly [string, string])[] {
  return otherwise === undefined ? [...byOutcome] : [...byOutcome, ["default", otherwise]];
}

/** From the start along the routes, EXITs last; what no route reaches stands at the end of its kind. */
export function inReadingOrder({ nodes, start }: Plan): readonly PlanNode[] {
  const keys = new Set([start]);
  for (const key of keys) {
    const node = nodes.get(key);
    if (node !== undefined && node.type !== "EXIT") for (const [, to] of routesOf(node.next)) keys.add(to);
  }
  for (const key of nodes.keys()) keys.add(key);
  const ordered = [...keys].map((key) => nodes.get(key)).filter((node) => node !== undefined);
  const isExit = ({ type }: PlanNode) => type === "EXIT";
  return [...ordered.filter((node) => !isExit(node)), ...ordered.filter(isExit)];
}
