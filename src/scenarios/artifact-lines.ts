/**
 * Coverage by lines of the workflows' artifacts: an edge is the line of its outcome in its node's `next`, a node the
 * line on which it begins. So any snapshot can be shown, also one that came without its Markdown.
 */

import { pointer } from "../json/pointer.ts";
import { lineOf } from "../json/text.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import type { Coverage } from "./coverage.ts";

export interface CoveredFile {
  /** Full name of the workflow. */
  readonly workflow: string;
  /** Path below the snapshot. */
  readonly file: string;
  /** Sorted. */
  readonly lines: readonly CoveredLine[];
}

export interface CoveredLine {
  readonly line: number;
  readonly hits: number;
  /** Of a node: how often each of its edges was taken. */
  readonly branches: readonly number[];
}

/** A file for each workflow that compiles. */
export function coveredFiles(coverage: readonly Coverage[], snapshot: Snapshot): readonly CoveredFile[] {
  return coverage.flatMap((one) => {
    const artifact = snapshot.artifact(one.workflow);
    if (artifact === undefined || one.graph === null) return [];
    return [{ workflow: one.workflow, file: artifact.file, lines: linesOf(one, artifact.text) }];
  });
}

function linesOf({ graph, edges }: Coverage, text: string): readonly CoveredLine[] {
  const lineAt = (path: readonly string[]) =>
    lineOf(text, pointer(["frontmatter", "core", "nodes", ...path])) ?? 1;
  const nodes = (graph?.nodes ?? []).map(({ key }) => {
    const leaving = edges.filter(({ from }) => from === key);
    const through = leaving.length > 0 ? leaving : edges.filter(({ to }) => to === key);
    const hits = through.reduce((sum, { count }) => sum + count, 0);
    return { line: lineAt([key]), hits, branches: leaving.map(({ count }) => count) };
  });
  const ways = edges.map(({ from, outcome, count }) => {
    return { line: lineAt([from, "next", outcome]), hits: count, branches: [] };
  });
  return merged([...nodes, ...ways]);
}

/** One entry a line: a file may be written in few of them. */
function merged(lines: readonly CoveredLine[]): readonly CoveredLine[] {
  const byLine = new Map<number, CoveredLine>();
  for (const { line, hits, branches } of lines) {
    const known = byLine.get(line) ?? { line, hits: 0, branches: [] };
    byLine.set(line, { line, hits: known.hits + hits, branches: [...known.branches, ...branches] });
  }
  return [...byLine.values()].sort((a, b) => a.line - b.line);
}
