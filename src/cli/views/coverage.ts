/** How coverage is told: a table of the workflows, and what was never exercised. */

import {
  type Coverage,
  isWorkflowBelow,
  percent,
  type Share,
  shareOf,
  type Times,
} from "../../scenarios/coverage.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { GraphEdge } from "../../trace/declared-graph.ts";
import { plain, table } from "../print.ts";

// ---- JSON ----

export function coverageJson(coverage: readonly Coverage[]) {
  return {
    edges: shareOf(coverage.flatMap(({ edges }) => edges)),
    outcomes: shareOf(coverage.flatMap(({ outcomes }) => outcomes)),
    admission: shareOf(coverage.flatMap(({ admission }) => admission)),
    workflows: coverage.map(({ workflow, edges, outcomes, admission, refused }) => ({
      workflow,
      percent: Math.round(percent(shareOf(edges)) * 10) / 10,
      edges,
      outcomes,
      admission,
      ...(refused === undefined ? {} : { refused }),
    })),
  };
}

// ---- text ----

/** How coverage is judged and shown. */
export interface CoverageTerms {
  /** The snapshot that was covered. */
  readonly snapshot: Snapshot;
  /** Lowest share of its edges that each workflow must cover, in per cent. */
  readonly min: number | undefined;
  /** Whether everything that was not covered is listed. */
  readonly listsUntaken: boolean;
}

export function coverageText(coverage: readonly Coverage[], { min, listsUntaken }: CoverageTerms): string {
  const all = {
    edges: coverage.flatMap(({ edges }) => edges),
    outcomes: coverage.flatMap(({ outcomes }) => outcomes),
    admission: coverage.flatMap(({ admission }) => admission),
  };
  const rows = coverage.map((one) => (one.refused === undefined ? rowOf(one.workflow, one) : refusedRow(one)));
  const head = ["", "edges", "", "outcomes", "admission"];
  return [
    table([head, ...rows, rowOf("all", all)]),
    stagedText(all.edges),
    ...(listsUntaken ? coverage.map(untakenText) : []),
    ...(min === undefined
      ? []
      : coverage.filter((one) => isWorkflowBelow(one, min)).map((one) => belowText(one, min))),
  ].join("");
}

type Exercisable = Pick<Coverage, "edges" | "outcomes" | "admission">;

function rowOf(name: string, { edges, outcomes, admission }: Exercisable): readonly string[] {
  const share = shareOf(edges);
  const admitted = shareOf(admission);
  return [
    name,
    fraction(share),
    `${percent(share).toFixed(1)} %`,
    fraction(shareOf(outcomes)),
    admitted.declared === 0 ? "-" : fraction(admitted),
  ];
}

function refusedRow({ workflow }: Coverage): readonly string[] {
  return [workflow, "unknown: it does not compile"];
}

function fraction({ taken, declared }: Share): string {
  return `${taken}/${declared}`;
}

function stagedText(edges: readonly Times[]): string {
  const staged = edges.filter(({ count, staged }) => count > 0 && count === staged).length;
  return staged === 0 ? "" : `  ${staged} of the edges only in runs with a stubbed result\n`;
}

function untakenText({ workflow, edges, outcomes, admission }: Coverage): string {
  const never = <T extends Times>(entries: readonly T[]) => entries.filter(({ count }) => count === 0);
  const lines = [
    ...never(edges).map(edgeText),
    ...never(outcomes)
      .filter(({ node, outcome }) => !edges.some((edge) => edge.from === node && edge.outcome === outcome))
      .map(({ node, outcome }) => `${node} ends ${outcome}`),
    ...never(admission).map(({ result }) => `admission ${result}`),
  ];
  if (lines.length === 0) return "";
  return `\nnever in ${workflow}\n${lines.map((line) => `  ${plain(line)}\n`).join("")}`;
}

/** An edge of a graph on one line. */
export function edgeText({ from, outcome, to }: GraphEdge): string {
  return `${from} --${outcome}--> ${to}`;
}

function belowText({ workflow, edges, refused }: Coverage, min: number): string {
  const why =
    refused === undefined ? `${percent(shareOf(edges)).toFixed(1)} % of its edges` : "it does not compile";
  return `BELOW ${min} %  ${plain(workflow)}: ${why}\n`;
}
