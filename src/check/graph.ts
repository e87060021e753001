/** The routes of a workflow, as its table declares them: also of one that does not compile. */

import type { NodeTable } from "../snapshot/parse.ts";

export function targetsOf(key: string, nodes: ReadonlyMap<string, NodeTable>): readonly string[] {
  const node = nodes.get(key);
  return node === undefined || node.type === "EXIT" ? [] : [...new Set(node.next.values())];
}

/** Every node that the given one leads to, itself included. */
export function reachedFrom(start: string, nodes: ReadonlyMap<string, NodeTable>): ReadonlySet<string> {
  const passed = new Set([start]);
  for (const key of passed) for (const to of targetsOf(key, nodes)) passed.add(to);
  return passed;
}

export function nodesOf(table: { readonly nodes: readonly NodeTable[] }): ReadonlyMap<string, NodeTable> {
  return new Map(table.nodes.map((node) => [node.key, node]));
}
