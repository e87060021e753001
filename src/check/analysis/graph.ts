/** The routes of a workflow, as its table declares them: also of one that does not compile. */

import { memoize } from "../../plan/analysis/memoize.ts";
import type { NodeTable } from "../../snapshot/parse.ts";

type Table = { readonly nodes: readonly NodeTable[] };

export const nodesOf = memoize(
  ({ nodes }: Table): ReadonlyMap<string, NodeTable> => new Map(nodes.map((node) => [node.key, node])),
);

/** An EXIT leads nowhere, whatever it says. */
function targetsOf(key: string, table: Table): readonly string[] {
  const node = nodesOf(table).get(key);
  return node === undefined || node.type === "EXIT" ? [] : [...new Set(node.next.values())];
}

/** Every node from which a way leads to one of these, each with the first of them that was found; themselves included. */
export function leadingTo(goals: readonly string[], table: Table): ReadonlyMap<string, string> {
  const sources = sourcesIn(table);
  const found = new Map(goals.map((goal) => [goal, goal]));
  for (const [key, goal] of found) {
    for (const from of sources.get(key) ?? []) if (!found.has(from)) found.set(from, goal);
  }
  return found;
}

const sourcesIn = memoize((table: Table): ReadonlyMap<string, readonly string[]> => {
  const sources = new Map<string, string[]>();
  for (const { key } of table.nodes) {
    for (const to of targetsOf(key, table)) {
      const known = sources.get(to);
      if (known === undefined) sources.set(to, [key]);
      else known.push(key);
    }
  }
  return sources;
});

/**
 * A number for each node; two nodes have the same when each leads to the other. Kosaraju's two passes, as loops: the
 * graph may be as deep as it has nodes.
 */
export const circlesOf = memoize((table: Table): ReadonlyMap<string, number> => {
  const circles = new Map<string, number>();
  const sources = sourcesIn(table);
  for (const key of finished(table).reverse()) {
    if (circles.has(key)) continue;
    const number = circles.size;
    const waiting = [key];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (circles.has(one)) continue;
      circles.set(one, number);
      for (const from of sources.get(one) ?? []) if (!circles.has(from)) waiting.push(from);
    }
  }
  return circles;
});

/** The nodes in the order in which a search in depth leaves them. */
function finished(table: Table): string[] {
  const order: string[] = [];
  const entered = new Set<string>();
  for (const { key } of table.nodes) {
    const waiting: { readonly key: string; readonly isDone: boolean }[] = [{ key, isDone: false }];
    for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
      if (one.isDone) order.push(one.key);
      else if (!entered.has(one.key)) {
        entered.add(one.key);
        waiting.push({ key: one.key, isDone: true });
        for (const to of targetsOf(one.key, table)) waiting.push({ key: to, isDone: false });
      }
    }
  }
  return order;
}
