/** Which graphs are drawn, and which are too large. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { tooLarge } from "../../../src/render/picture/size.ts";
import { renderSvg } from "../../../src/render/svg.ts";
import type { Graph, GraphEdge } from "../../../src/trace/declared-graph.ts";
import { takingTurns } from "../../support/portion.ts";

const it = takingTurns(import.meta.url);

function graph(count: number, edgesOf: (i: number) => readonly string[]): Graph {
  const keys = Array.from({ length: count }, (_, i) => `n${i}`);
  const edges = keys.flatMap((from, i) =>
    edgesOf(i).map((to, j): GraphEdge => ({ from, to, outcome: `${j}` })),
  );
  return {
    workflow: "w",
    start: "n0",
    nodes: keys.map((key) => ({ key, type: "CC", label: "" })),
    edges,
  };
}

test("a graph is too large by the rows that its edges pass, not by its nodes alone", () => {
  const next = (i: number) => [`n${i + 1}`];
  assert.equal(tooLarge(graph(1_000, next)), null);
  const toLast = (i: number) => [`n${i + 1}`, "n199"];
  assert.deepEqual(tooLarge(graph(200, toLast)), { nodes: 200, edges: 398 });
  assert.equal(tooLarge(graph(60, (i) => [`n${i + 1}`, "n59"])), null);
});

test("a graph of many nodes and edges is too large, although each edge passes one row", () => {
  assert.deepEqual(tooLarge(graph(1_001, (i) => [`n${i + 1}`])), { nodes: 1_001, edges: 1_000 });
  const fromFirst = graph(1_001, (i) => (i === 0 ? Array.from({ length: 1_000 }, (_, j) => `n${j + 1}`) : []));
  assert.deepEqual(tooLarge(fromFirst), { nodes: 1_001, edges: 1_000 });
});

it("the longest graph that is drawn is laid out", () => {
  const longest = graph(1_000, (i) => [`n${i + 1}`]);
  assert.match(renderSvg([], longest), /^<svg /);
});

it("circles and very long graphs are measured, too", () => {
  assert.equal(tooLarge(graph(50, (i) => [`n${(i + 1) % 50}`, `n${i}`])), null);
  assert.deepEqual(tooLarge(graph(100_000, (i) => [`n${i + 1}`])), { nodes: 100_000, edges: 99_999 });
});
