/** What kind of ending a foreign trace records, in the sense of SPEC 6.4: by what the protocol declares, not by its writer. */

import { classOfEnding, type TraceClass } from "../examine/classify.ts";
import type { Graph } from "../plan/declared-graph.ts";
import { isWell } from "../trace/run-path.ts";
import { exitsOf, lastOutcome, outcomesInto } from "./ends.ts";
import { type ForeignError, type ForeignRecord, NO_OUTCOME } from "./record.ts";
import { CAPABILITIES, ERRORS, type Manner, REASONS, STOPPED, type Untold } from "./vocabulary.ts";

export interface ForeignClassification {
  /** Null where the run ended well, and where `untold` says why nobody can tell. */
  readonly class: TraceClass | null;
  /** Something broke off the run, instead of one of its declared exits; null where that is not known either. */
  readonly isStructural: boolean | null;
  /** Where it was decided; null before the first node, and where the format records no nodes. */
  readonly node: string | null;
  readonly untold: Untold | null;
}

/** Without a graph, an EXIT's declared reason is known only where the trace shows it. */
export function classifyForeign(record: ForeignRecord, graph: Graph | null): ForeignClassification {
  const [error] = record.errors;
  if (error !== undefined) return ofError(error, record);
  if (record.ending === null) return untold("NO_ENDING", null);
  if (isUnrouted(record)) return broken("GRAPH_STRUCTURE_ERROR", record);
  const manner = mannerOf(record);
  switch (manner) {
    case undefined:
      return untold("OTHER_REASON", null);
    case "unsaid":
      return untold("UNSAID", true, lastNode(record));
    case "denied":
      return DENIED;
    case "exit":
      return atExit(record, graph);
    default:
      return broken(manner, record);
  }
}

function untold(why: Untold, isStructural: boolean | null, node: string | null = null): ForeignClassification {
  return { class: null, isStructural, node, untold: why };
}

function broken(found: TraceClass, record: ForeignRecord): ForeignClassification {
  return { class: found, isStructural: true, node: lastNode(record), untold: null };
}

const DENIED: ForeignClassification = {
  class: classOfEnding({ status: "FAILED", outcome: null }),
  isStructural: false,
  node: null,
  untold: null,
};

function ofError(error: ForeignError, record: ForeignRecord): ForeignClassification {
  const found = ERRORS.get(error.code) ?? CAPABILITIES.get(error.category);
  if (found === "denied") return DENIED;
  const node = error.node ?? lastNode(record);
  if (found !== undefined) return { class: found, isStructural: true, node, untold: null };
  // Where an error has no code, the reason is its message.
  const isSaid = error.code !== null && mannerOf(record) === "GRAPH_STRUCTURE_ERROR";
  if (isSaid || isUnrouted(record)) return { ...broken("GRAPH_STRUCTURE_ERROR", record), node };
  return untold("ONLY_WORDS", true, node);
}

/** Whether the last transition led nowhere. */
function isUnrouted({ course }: ForeignRecord): boolean {
  return course.of === "routes" && course.visits.at(-1)?.next === null;
}

function mannerOf({ ending, course, errors }: ForeignRecord): Manner | undefined {
  if (ending === null) return undefined;
  if (STOPPED.has(ending.status)) return "unsaid";
  const manner = ending.reason?.startsWith("EXIT_") === true ? "exit" : REASONS.get(ending.reason);
  if (manner !== undefined && manner !== "unsaid") return manner;
  const isAtExit = course.of === "nodes" && course.visits.at(-1)?.type === "EXIT";
  return isAtExit && errors.length === 0 ? "exit" : manner;
}

/** The classes of all that may have happened; when they are one, that is it. */
function atExit(record: ForeignRecord, graph: Graph | null): ForeignClassification {
  const exits = graph === null ? null : exitsOf(graph, record.course);
  if (exits?.length === 0 && record.course.of === "contracts") return broken("GRAPH_STRUCTURE_ERROR", record);
  const outcomes = outcomesOf(record, graph);
  if (outcomes === null) return untold("OUTCOME_HIDDEN", false);
  const declared = exits !== null && exits.length > 0 ? exits.map(({ label }) => label === "FAILED") : null;
  const classes = new Set(
    (declared ?? failuresOf(record)).flatMap((isFailed) => {
      const status = isFailed ? "FAILED" : "SUCCESS";
      return outcomes.map((outcome) => classOfEnding({ status, outcome }));
    }),
  );
  const [found = null, ...others] = classes;
  if (others.length > 0) return untold(outcomes.length > 1 ? "OUTCOME_HIDDEN" : "EXIT_HIDDEN", false);
  return { class: found, isStructural: false, node: found === null ? null : turnOf(record), untold: null };
}

/** On which outcomes it may have come there; null where trace and graph do not say. */
function outcomesOf(record: ForeignRecord, graph: Graph | null): readonly string[] | null {
  const recorded = lastOutcome(record) ?? outcomeIn(record.ending?.reason ?? null);
  if (recorded !== null) return [recorded];
  return graph === null ? null : outcomesInto(graph, record.course);
}

/** An exit reason is made of the outcome, unless it hides that. */
function outcomeIn(reason: string | null): string | null {
  if (reason === "COMPLETED" || reason === null) return null;
  return reason.startsWith("EXIT_") ? reason.slice("EXIT_".length) : reason;
}

/** Whether the EXIT is a FAILED one, where only the trace can tell: of v0.2, which fails at an ALREADY_EXISTS of any. */
function failuresOf({ course, ending }: ForeignRecord): readonly boolean[] {
  if (course.of !== "nodes" || ending === null) return [false, true];
  if (ending.status === "SUCCESS") return [false];
  return ending.reason === "EXIT_ALREADY_EXISTS" ? [false, true] : [true];
}

function lastNode({ course }: ForeignRecord): string | null {
  return course.of === "contracts" ? null : (course.visits.at(-1)?.node ?? null);
}

/** The last node that did not end well. */
function turnOf({ course }: ForeignRecord): string | null {
  if (course.of === "contracts") return null;
  const visits = course.visits.map(({ node, outcome }) => ({ node, outcome }));
  const isTurn = (outcome: string | null) => outcome !== null && !NO_OUTCOME.has(outcome) && !isWell(outcome);
  return visits.findLast(({ outcome }) => isTurn(outcome))?.node ?? null;
}
