/** The ways through a graph, against all of them. */

import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MOST_WAYS } from "../../src/query/outcomes.ts";
import { waysTo } from "../../src/query/ways.ts";
import { catalogue } from "../../src/scenarios/catalogue.ts";
import { coverageOf } from "../../src/scenarios/coverage.ts";
import type { MergedEdge } from "../../src/trace/declared-graph.ts";
import { ownRegistry } from "../support/own-registry.ts";
import { takingTurns } from "../support/portion.ts";
import { asked, SNAPSHOTS } from "./asked.ts";

const it = takingTurns(import.meta.url);

/** Every way without a node twice, by trying all. */
function everyWay(goal: string, at: string, edges: readonly MergedEdge[], passed: readonly string[]): string[] {
  if (at === goal) return [[...passed, at].join()];
  const next = edges.filter(({ from, to }) => from === at && !passed.includes(to) && to !== at);
  return next.flatMap(({ to }) => everyWay(goal, to, edges, [...passed, at]));
}

const node = fc.integer({ min: 0, max: 5 }).map(String);
const graphs = fc
  .uniqueArray(fc.tuple(node, node), { selector: (ends) => ends.join(), maxLength: 14 })
  .map((all) => all.map(([from, to]): MergedEdge => ({ from, to, outcomes: ["X"] })));

const nodesOf = (way: readonly MergedEdge[], start: string) => [start, ...way.map(({ to }) => to)].join();

test("all ways are found, each once, and counted where nothing leads in a circle", () => {
  fc.assert(
    fc.property(graphs, (edges) => {
      const { ways, isComplete, count } = waysTo("5", "0", edges, 1000);
      const expected = everyWay("5", "0", edges, []);
      assert.ok(isComplete);
      assert.deepEqual(ways.map((way) => nodesOf(way, "0")).sort(), expected.sort());
      if (count !== null) assert.equal(count, expected.length);
      const isForwards = edges.every(({ from, to }) => from < to);
      if (isForwards) assert.notEqual(count, null);
    }),
  );
});

test("no more ways are found than were asked for, and that is said", () => {
  fc.assert(
    fc.property(graphs, fc.integer({ min: 1, max: 3 }), (edges, most) => {
      const expected = everyWay("5", "0", edges, []);
      const { ways, isComplete } = waysTo("5", "0", edges, most);
      assert.equal(ways.length, Math.min(most, expected.length));
      assert.equal(isComplete, expected.length <= most);
      for (const way of ways) assert.ok(expected.includes(nodesOf(way, "0")));
    }),
  );
});

test("ways that are too many to be tried are counted, and the search ends", () => {
  const layers = Array.from({ length: 40 }, (_, i) => i);
  const edges = layers.flatMap((i) =>
    ["a", "b"].flatMap((from) =>
      ["a", "b"].map((to): MergedEdge => ({ from: `${i}${from}`, to: `${i + 1}${to}`, outcomes: ["X"] })),
    ),
  );
  const { ways, isComplete, count } = waysTo("40a", "0a", edges, 5);
  assert.deepEqual([ways.length, isComplete, count], [5, false, 2 ** 39]);
  // The goal hangs on the start alone: every other way is a dead end, and there are too many to try.
  const hidden = edges.map((edge) => (edge.to === "40a" ? { ...edge, to: "0a" } : edge));
  const back = waysTo("end", "0a", [...hidden, { from: "0a", to: "end", outcomes: ["X"] }], 5);
  assert.deepEqual(
    back.ways.map((way) => way.length),
    [1],
  );
});

for (const { name, skip, model: open } of SNAPSHOTS) {
  it(`${name}: ways are made of the edges that coverage counts, and the answer has each that a run can reach`, {
    skip,
  }, async () => {
    const model = await open();
    const coverage = await coverageOf(catalogue(model.snapshot, ownRegistry), new Map());
    const compiled = coverage.filter(({ graph }) => graph !== null);
    assert.ok(compiled.length > 0);
    for (const { workflow, edges, graph } of compiled) {
      const { endings, other_edges: others } = await asked({ query: "outcomes", workflow }, model);
      const declared = new Set(edges.map(({ from, outcome, to }) => `${from} ${outcome} ${to}`));
      const named = new Set(others.map(({ from, outcome, to }) => `${from} ${outcome} ${to}`));
      for (const { node: exit, ways, complete, count } of endings) {
        assert.ok(ways.length <= MOST_WAYS);
        if (complete && count !== null) assert.equal(count, ways.length);
        for (const way of ways) {
          assert.equal(way[0]?.node ?? exit, graph?.start);
          assert.equal(way.at(-1)?.next ?? graph?.start, exit);
          assert.equal(new Set(way.map((hop) => hop.node)).size, way.length);
          for (const hop of way)
            for (const outcome of hop.outcomes) named.add(`${hop.node} ${outcome} ${hop.next}`);
        }
      }
      const reached = new Set([graph?.start]);
      for (const from of reached) for (const edge of edges) if (edge.from === from) reached.add(edge.to);
      const reachable = edges.filter(({ from }) => reached.has(from));
      assert.deepEqual(
        [...named].filter((one) => !declared.has(one)),
        [],
        workflow,
      );
      assert.deepEqual(
        reachable.filter(({ from, outcome, to }) => !named.has(`${from} ${outcome} ${to}`)),
        [],
        workflow,
      );
    }
  });
}
