/** The ways through a graph, and no more of them than are asked for. */

import type { MergedEdge } from "../trace/declared-graph.ts";
import { grouped } from "./grouped.ts";

export interface Ways {
  /** Each visits no node twice; those that turn to a goal sooner come first. */
  readonly ways: readonly (readonly MergedEdge[])[];
  /** Whether these are all of them. */
  readonly isComplete: boolean;
  /** How many there are; null where that is not known, because nodes lead to one another in a circle. */
  readonly count: number | null;
}

/** From `start` to `goal`. The search ends after so many ways, and after so many steps (a multiple of the edges), which bounds it where dead ends are many. */
export function waysTo(goal: string, start: string, edges: readonly MergedEdge[], most: number): Ways {
  const distances = distancesTo(goal, edges);
  const next = nextHops(edges, distances);
  const count = countWays(goal, start, next);
  if (!distances.has(start)) return { ways: [], isComplete: true, count };
  const ways: (readonly MergedEdge[])[] = [];
  const taken: MergedEdge[] = [];
  const passed = new Set([start]);
  const furthestFirst = (node: string) => [...(next.get(node) ?? [])].reverse();
  const open = [start === goal ? [] : furthestFirst(start)];
  if (start === goal) ways.push([]);
  let patience = 1000 + 100 * edges.length;
  for (let hops = open.at(-1); hops !== undefined; hops = open.at(-1)) {
    const hop = hops.pop();
    if (hop === undefined) {
      open.pop();
      const last = taken.pop();
      if (last !== undefined) passed.delete(last.to);
    } else if (hop.to === goal) {
      if (ways.length === most) return { ways, isComplete: false, count };
      ways.push([...taken, hop]);
    } else if (!passed.has(hop.to)) {
      if (patience-- === 0) return { ways, isComplete: false, count };
      taken.push(hop);
      passed.add(hop.to);
      open.push(furthestFirst(hop.to));
    }
  }
  return { ways, isComplete: true, count };
}

/** How many edges lead from each node to the goal, at least; a node from which none leads is left out. */
function distancesTo(goal: string, edges: readonly MergedEdge[]): ReadonlyMap<string, number> {
  const sources = grouped(edges, ({ to }) => to);
  const distances = new Map([[goal, 0]]);
  for (const [node, distance] of distances) {
    for (const { from } of sources.get(node) ?? []) if (!distances.has(from)) distances.set(from, distance + 1);
  }
  return distances;
}

/** The edges from each node that come nearer to a goal or lead around, the nearest first. */
function nextHops(
  edges: readonly MergedEdge[],
  distances: ReadonlyMap<string, number>,
): ReadonlyMap<string, readonly MergedEdge[]> {
  const far = ({ to }: MergedEdge) => distances.get(to) ?? 0;
  const useful = edges.filter(({ from, to }) => distances.has(from) && distances.has(to));
  const hops = grouped(useful, ({ from }) => from);
  return new Map([...hops].map(([node, all]) => [node, [...all].sort((a, b) => far(a) - far(b))]));
}

/** Node by node, each after all that lead to it: what is left over leads in a circle. */
function countWays(
  goal: string,
  start: string,
  next: ReadonlyMap<string, readonly MergedEdge[]>,
): number | null {
  const reached = new Set([start]);
  for (const node of reached) for (const { to } of next.get(node) ?? []) reached.add(to);
  const open = new Map([...reached].map((node) => [node, 0]));
  for (const node of reached) for (const { to } of next.get(node) ?? []) open.set(to, (open.get(to) ?? 0) + 1);
  const ways = new Map([[start, 1]]);
  const ready = [...reached].filter((node) => open.get(node) === 0);
  for (const node of ready) {
    for (const { to } of next.get(node) ?? []) {
      ways.set(to, (ways.get(to) ?? 0) + (ways.get(node) ?? 0));
      open.set(to, (open.get(to) ?? 0) - 1);
      if (open.get(to) === 0) ready.push(to);
    }
  }
  if (!reached.has(goal)) return 0;
  const count = ways.get(goal) ?? 0;
  return ready.length === reached.size && Number.isSafeInteger(count) ? count : null;
}
