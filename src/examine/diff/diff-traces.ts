/**
 * Where two traces part in meaning: what they ran on, which way they went, what every node and step was given and
 * what it answered. Clocks, execution ids, hashes and the build are left aside, and so is what was drawn.
 */

import { isMatch, type JsonDifference, jsonDifferences, type Path } from "../../json/diff.ts";
import { pointer } from "../../json/pointer.ts";
import type { JsonObject } from "../../json/value.ts";
import { eventsOf, recordsEvaluations, type TraceEvent } from "../../trace/event.ts";
import { type RunRecord, runsOf, type StepRecord, type VisitRecord } from "../../trace/runs.ts";
import { align } from "./align.ts";
import * as told from "./comparable.ts";
import { evaluator } from "./evaluate.ts";
import { Nondeterminism } from "./nondeterminism.ts";

/** What a difference is about, in the order in which a reader asks. */
export const GROUPS = [
  "path",
  "ending",
  "run",
  "payload",
  "inputs",
  "steps",
  "evaluations",
  "outputs",
  "violations",
  "errors",
  "events",
] as const;

export interface TraceDifference extends JsonDifference {
  readonly group: (typeof GROUPS)[number];
}

export interface TraceDiff {
  readonly differences: readonly TraceDifference[];
  /** Those that only come of what was drawn. */
  readonly drawn: readonly TraceDifference[];
  /** Suppressed values, which are not compared. */
  readonly suppressed: number;
}

/**
 * Compares two intact traces, whole or cut off: what one does not come to is nothing on its side. A place begins with
 * the run and the node, as the first trace numbers them.
 */
export function diffTraces(a: readonly TraceEvent[], b: readonly TraceEvent[]): TraceDiff {
  const comparesEvaluations = [a, b].every(recordsEvaluations);
  const comparison: Comparison = { drawn: new Nondeterminism(), comparesEvaluations, found: [] };
  const [left, right] = [runsOf(a), runsOf(b)];
  diffRuns(left.main, right.main, comparison);
  diffStrays(left.orphanRuns, right.orphanRuns, comparison);
  const { found } = comparison;
  return {
    differences: found.filter(({ because }) => because === undefined),
    drawn: found.filter(({ because }) => because === "drawn"),
    suppressed: found.filter(({ because }) => because === "suppressed").length,
  };
}

/** What is known so far: both traces are read in the order in which they happened. */
interface Comparison {
  readonly drawn: Nondeterminism;
  /** Whether evaluations are events of both. */
  readonly comparesEvaluations: boolean;
  readonly found: TraceDifference[];
}

/** Compares member by member; a member that has no group given is one. */
function diffTold(
  a: told.Comparable,
  b: told.Comparable,
  at: Path,
  { drawn, found }: Comparison,
  group?: TraceDifference["group"],
): void {
  const judge = evaluator(drawn);
  for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const differences = jsonDifferences(a[name], b[name], [...at, name], judge);
    const own = group ?? (name as TraceDifference["group"]);
    for (const one of differences) found.push({ group: own, ...one });
  }
}

function diffRuns(a: RunRecord, b: RunRecord, comparison: Comparison): void {
  const at = [a.run];
  comparison.drawn.learnReadings(told.readingsOf(a.events), told.readingsOf(b.events));
  for (const [left, right] of told.duesOf(a.waits, b.waits)) comparison.drawn.learnReadings([left], [right]);
  diffTold(told.comparableStart(a), told.comparableStart(b), at, comparison, "run");
  diffTold({ payload: told.payloadOf(a) }, { payload: told.payloadOf(b) }, at, comparison);
  diffPaths(a, b, comparison);
  diffTold(told.comparableEnd(a), told.comparableEnd(b), at, comparison);
}

/** Runs that no step is known to have called go together by their number. */
function diffStrays(a: readonly RunRecord[], b: readonly RunRecord[], comparison: Comparison): void {
  const [left, right] = [a, b].map((orphanRuns) => new Map(orphanRuns.map((stray) => [stray.run, stray])));
  for (const run of new Set([...a, ...b].map((stray) => stray.run))) {
    diffCalls(left?.get(run), right?.get(run), [run], "run", comparison);
  }
}

/** Two nested runs, or one that is without its like. */
function diffCalls(
  a: RunRecord | undefined,
  b: RunRecord | undefined,
  at: Path,
  group: TraceDifference["group"],
  comparison: Comparison,
): void {
  if (a !== undefined && b !== undefined) diffRuns(a, b, comparison);
  else diffOnly(callOf(a), callOf(b), at, group, comparison);
}

const callOf = (run: RunRecord | undefined) => (run === undefined ? [] : [told.comparableCall(run)]);

/** Nodes that only one of them visited are one difference; the others are compared with their like. */
function diffPaths(a: RunRecord, b: RunRecord, comparison: Comparison): void {
  const places = placesOf(a.visits);
  let passed = 0;
  for (const stretch of align(a.visits, b.visits, ({ node }) => node)) {
    if ("a" in stretch) {
      diffVisits(stretch.a, stretch.b, [a.run, places[passed] ?? String(passed)], comparison);
      passed++;
    } else {
      const [onlyA, onlyB] = [stretch.onlyA.map(told.comparableNode), stretch.onlyB.map(told.comparableNode)];
      diffOnly(onlyA, onlyB, [a.run, "path", passed], "path", comparison);
      passed += onlyA.length;
    }
  }
}

/** What stands on one side, the other, or both, without its like. */
function diffOnly(
  a: readonly JsonObject[],
  b: readonly JsonObject[],
  at: Path,
  group: TraceDifference["group"],
  { found }: Comparison,
): void {
  const sides = { ...(a.length === 0 ? {} : { a }), ...(b.length === 0 ? {} : { b }) };
  found.push({ group, at: pointer(at), ...sides });
}

/** Node keys; those of a second and later visit are numbered. */
function placesOf(visits: readonly VisitRecord[]): readonly string[] {
  const counts = new Map<string, number>();
  return visits.map(({ node }) => {
    const count = (counts.get(node) ?? 0) + 1;
    counts.set(node, count);
    return count === 1 ? node : `${node}#${count}`;
  });
}

function diffVisits(a: VisitRecord, b: VisitRecord, at: Path, comparison: Comparison): void {
  diffTold({ inputs: told.inputsOf(a) }, { inputs: told.inputsOf(b) }, at, comparison);
  diffSteps(a, b, at, comparison);
  if (comparison.comparesEvaluations)
    diffTold(told.comparableEvaluations(a), told.comparableEvaluations(b), at, comparison);
  diffTold(told.comparablePath(a), told.comparablePath(b), at, comparison, "path");
  diffTold(told.comparableVisit(a), told.comparableVisit(b), at, comparison);
}

function diffSteps(a: VisitRecord, b: VisitRecord, at: Path, comparison: Comparison): void {
  let passed = 0;
  for (const stretch of align(told.stepsOf(a), told.stepsOf(b), ({ step }) => step)) {
    if ("a" in stretch) {
      diffStep(stretch.a, stretch.b, [...at, stretch.a.step], comparison);
      passed++;
    } else {
      const [onlyA, onlyB] = [
        stretch.onlyA.map(told.comparableStepName),
        stretch.onlyB.map(told.comparableStepName),
      ];
      diffOnly(onlyA, onlyB, [...at, "steps", passed], "steps", comparison);
      passed += onlyA.length;
    }
  }
}

function diffStep(a: StepRecord, b: StepRecord, at: Path, comparison: Comparison): void {
  comparison.drawn.learnReadings(told.readingsOf(a.events), told.readingsOf(b.events));
  comparison.drawn.learnReadings(told.timesOf(a), told.timesOf(b));
  learnAnswer(a, b, comparison);
  for (let i = 0; i < Math.max(a.calls.length, b.calls.length); i++) {
    diffCalls(a.calls[i], b.calls[i], [...at, "calls", i], "steps", comparison);
  }
  diffTold(told.comparableStep(a), told.comparableStep(b), at, comparison, "steps");
}

/** Of one transform with the same inputs, answers in other words can only come of what was drawn. */
function learnAnswer(a: StepRecord, b: StepRecord, { drawn }: Comparison): void {
  const [left, right] = [eventsOf(a.events, "transform_end")[0], eventsOf(b.events, "transform_end")[0]];
  if (left === undefined || right === undefined || left.payload.ct_code !== right.payload.ct_code) return;
  if (!isMatch(left.payload.inputs, right.payload.inputs, evaluator(drawn))) return;
  drawn.learnAnswers(left.payload.outputs ?? {}, right.payload.outputs ?? {});
}

/** Group by group; within one, in the order in which things happened. */
export function inOrder(differences: readonly TraceDifference[]): readonly TraceDifference[] {
  return GROUPS.flatMap((name) => differences.filter(({ group }) => group === name));
}
