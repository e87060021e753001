/** Where two traces of any formats differ in meaning, as far as both record it. */

import { align } from "../examine/diff/align.ts";
import type { TraceDifference } from "../examine/diff/diff-traces.ts";
import { jsonDifferences, type Path } from "../json/diff.ts";
import { pointer } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import { bareCode } from "../trace/declared-graph.ts";
import type { Account, PathEntry } from "./account.ts";
import { NO_OUTCOME } from "./record.ts";

export interface ExternalDiff {
  readonly differences: readonly TraceDifference[];
  /** What is not compared, because at least one trace does not record it. */
  readonly incomparable: readonly Incomparable[];
}

export const incomparableTable = {
  VALUES: "inputs, outputs, steps and effects: each format records them differently",
  WORKFLOW: "the workflow: at least one trace does not name it",
  DOMAIN: "the domain of the workflow: at least one trace does not name it",
  NODES: "nodes, intents and exits: at least one trace records only contracts",
  OUTCOMES: "the outcomes of nodes whose status shows only that they ended",
  REASONS: "exit reasons and error texts: each format has its own",
  CLASS: "the class: at least one trace does not determine it",
} as const;

export type Incomparable = keyof typeof incomparableTable;

interface Comparison {
  readonly found: TraceDifference[];
  readonly left: Set<Incomparable>;
}

/** Compares what two accounts have in common. Places are those of the first. */
export function diffAccounts(a: Account, b: Account): ExternalDiff {
  const comparison: Comparison = { found: [], left: new Set(["VALUES"]) };
  diffWorkflows(a, b, comparison);
  diffPassages(a, b, comparison);
  diffEndings(a, b, comparison);
  return { differences: comparison.found, incomparable: [...comparison.left] };
}

type Comparable = Parameters<typeof jsonDifferences>[0];

function diff(
  group: TraceDifference["group"],
  at: Path,
  a: Comparable,
  b: Comparable,
  { found }: Comparison,
): void {
  const differences = jsonDifferences(a, b, ["0", ...at], () => undefined);
  for (const one of differences) found.push({ group, ...one });
}

function diffWorkflows({ workflow: a }: Account, { workflow: b }: Account, comparison: Comparison): void {
  if (a === null || b === null) {
    comparison.left.add("WORKFLOW");
    return;
  }
  const isBare = !(a.includes("::") && b.includes("::"));
  if (isBare && (a.includes("::") || b.includes("::"))) comparison.left.add("DOMAIN");
  diff("run", ["workflow"], isBare ? bareCode(a) : a, isBare ? bareCode(b) : b, comparison);
}

/** A path entry by the name that both traces use. */
interface Named {
  readonly name: string;
  readonly outcome: string | null;
}

function diffPassages(a: Account, b: Account, comparison: Comparison): void {
  const byNode = a.hasNodes && b.hasNodes;
  if (a.hasNodes !== b.hasNodes) comparison.left.add("NODES");
  const [left, right] = [namesOf(a.passages, byNode), namesOf(b.passages, byNode)];
  const counts = new Map<string, number>();
  let passed = 0;
  for (const stretch of align(left, right, ({ name }) => name)) {
    if ("a" in stretch) {
      const { name } = stretch.a;
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      diffOutcomes(count === 1 ? name : `${name}#${count}`, stretch.a.outcome, stretch.b.outcome, comparison);
      passed++;
    } else {
      comparison.found.push({ group: "path", at: pointer(["0", "path", passed]), ...onlyIn(stretch) });
      passed += stretch.onlyA.length;
    }
  }
}

function namesOf(passages: readonly PathEntry[], byNode: boolean): readonly Named[] {
  return passages.flatMap(({ node, contract, outcome }) => {
    const name = byNode ? node : contract;
    return name === null ? [] : [{ name, outcome }];
  });
}

function onlyIn({ onlyA, onlyB }: { readonly onlyA: readonly Named[]; readonly onlyB: readonly Named[] }) {
  return {
    ...(onlyA.length === 0 ? {} : { a: wayOf(onlyA) }),
    ...(onlyB.length === 0 ? {} : { b: wayOf(onlyB) }),
  };
}

function wayOf(passages: readonly Named[]): readonly JsonObject[] {
  return passages.map(({ name, outcome }, i) => ({ node: name, outcome, next: passages[i + 1]?.name ?? null }));
}

function diffOutcomes(name: string, a: string | null, b: string | null, comparison: Comparison): void {
  if (NO_OUTCOME.has(a) || NO_OUTCOME.has(b)) comparison.left.add("OUTCOMES");
  // A missing end differs from every recorded end.
  if (NO_OUTCOME.has(a) !== NO_OUTCOME.has(b) && a !== null && b !== null) return;
  diff("path", [name, "outcome"], a, b, comparison);
}

function diffEndings(a: Account, b: Account, comparison: Comparison): void {
  diff("ending", ["ended"], a.ending !== null, b.ending !== null, comparison);
  if (a.format === b.format) {
    diff("ending", ["ending"], endOf(a), endOf(b), comparison);
    diff("errors", ["errors"], a.errors, b.errors, comparison);
  } else comparison.left.add("REASONS");
  if (a.isStructural !== null && b.isStructural !== null)
    diff("ending", ["structural"], a.isStructural, b.isStructural, comparison);
  if (a.class === undefined || b.class === undefined) comparison.left.add("CLASS");
  else diff("ending", ["class"], a.class, b.class, comparison);
}

/** Without exit reasons, which are more precise than a status, the status is the last outcome. */
function endOf({ ending, format }: Account): string | null {
  if (ending === null) return null;
  return format === "reference-v0.2" ? ending.reason : ending.status;
}
