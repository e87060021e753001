/** The declared graph with the taken path as a Mermaid flowchart, which code hosts draw. */

import { type Graph, type GraphNode, type MergedEdge, mergeEdges } from "../trace/declared-graph.ts";
import {
  type EndingStatus,
  edgeTaken,
  endingStatusOf,
  ordersOf,
  type RunPath,
  type Visit,
} from "../trace/run-path.ts";
import { INKS } from "./picture/palette.ts";
import { drawable, shortened } from "./picture/text-metrics.ts";

const LABEL_LIMIT = 60;

/** Flowchart source without a fence. Ids are `n0`, `n1` …: no declared name is ever read as syntax. */
export function renderMermaid(graph: Graph, runPath: RunPath): string {
  const ids = new Map(graph.nodes.map((node, i) => [node.key, `n${i}`]));
  const edges = mergeEdges(graph);
  const taken = edges.map((edge) => runPath.visits.filter((visit) => isPassage(visit, edge)));
  const lines = [
    "flowchart TB",
    ...graph.nodes.map((node) => `  ${ids.get(node.key)}${shapeOf(node, runPath)}`),
    ...edges.map((edge, i) => renderEdge(edge, taken[i] ?? [], ids)),
    ...(Object.keys(INKS) as EndingStatus[]).flatMap((manner) => stylesOf(manner, graph, runPath, ids, taken)),
  ];
  return `${lines.join("\n")}\n`;
}

function isPassage(visit: Visit, edge: MergedEdge): boolean {
  return visit.node === edge.from && visit.next === edge.to;
}

function shapeOf({ key, type }: GraphNode, runPath: RunPath): string {
  const orders = ordersOf(runPath.visits.filter((visit) => visit.node === key));
  const label = quoted(`${key}${orders === "" ? "" : ` (${orders})`}${stateOf(key, runPath)}`);
  switch (type) {
    case "IN":
      return `([${label}])`;
    case "CC":
      return `[${label}]`;
    case "EXIT":
      return `{{${label}}}`;
  }
}

/** What tells a node in which a run waits, or was cancelled, without its colour. */
function stateOf(key: string, runPath: RunPath): string {
  const last = runPath.visits.findLast((visit) => visit.node === key);
  const manner = last === undefined ? null : endingStatusOf(last, runPath);
  if (manner === "waiting") return ": waits";
  return manner === "cancelled" ? ": cancelled" : "";
}

function renderEdge(edge: MergedEdge, passages: readonly Visit[], ids: ReadonlyMap<string, string>): string {
  const taken = new Set(passages.map((visit) => edgeTaken(visit, edge.outcomes)));
  const label = edge.outcomes.map((outcome) => (taken.has(outcome) ? `▶ ${outcome}` : outcome)).join(" / ");
  const arrow = passages.length === 0 ? "-->" : "==>";
  return `  ${ids.get(edge.from)} ${arrow}|${quoted(label)}| ${ids.get(edge.to)}`;
}

function stylesOf(
  manner: EndingStatus,
  graph: Graph,
  runPath: RunPath,
  ids: ReadonlyMap<string, string>,
  taken: readonly (readonly Visit[])[],
): readonly string[] {
  const went = (visits: readonly Visit[]) => {
    const last = visits.at(-1);
    return last !== undefined && endingStatusOf(last, runPath) === manner;
  };
  const nodes = graph.nodes.filter(({ key }) => went(runPath.visits.filter((visit) => visit.node === key)));
  const links = taken.flatMap((passages, i) => (went(passages) ? [i] : []));
  const { fill, line, text } = INKS[manner];
  const styles = [];
  if (nodes.length > 0) {
    const dashes = manner === "waiting" || manner === "cancelled" ? ",stroke-dasharray:4 3" : "";
    styles.push(`  classDef ${manner} fill:${fill},stroke:${line},color:${text},stroke-width:2px${dashes}`);
    styles.push(`  class ${nodes.map(({ key }) => ids.get(key)).join(",")} ${manner}`);
  }
  if (links.length > 0) styles.push(`  linkStyle ${links.join(",")} stroke:${line},stroke-width:3px`);
  return styles;
}

/** Most labels; an expression with the letters of all scripts takes a millisecond to make. */
const HARMLESS = /^[\w .,…:/()▶-]*$/;

/** Everything but letters, digits and harmless marks becomes a Mermaid character code. */
function quoted(text: string): string {
  const label = drawable(shortened(text, LABEL_LIMIT));
  if (HARMLESS.test(label)) return `"${label}"`;
  return `"${label.replace(/[^\p{L}\p{N}_ .,…:/()▶-]/gu, (mark) => `#${mark.codePointAt(0)};`)}"`;
}
