/**
 * The class of the ending in another runtime's trace (SPEC 6.4). The protocol determines it, not the writer of the
 * trace.
 */

import { classOfEnding, type TraceClass } from "../examine/classify.ts";
import type { Graph } from "../trace/declared-graph.ts";
import { isSuccess } from "../trace/run-path.ts";
import { exitsOf, lastOutcome, outcomesInto } from "./ends.ts";
import { type ExternalError, type ExternalRecord, NO_OUTCOME } from "./record.ts";
import { CAPABILITIES, type EndingStatus, ERRORS, REASONS, STOPPED, type Unavailable } from "./vocabulary.ts";

export interface ExternalClassification {
  /** Null if the run succeeded, or if it is unknown for the reason in `unavailable`. */
  readonly class: TraceClass | null;
  /** Whether an error ended the run instead of a declared exit; null if unknown. */
  readonly isStructural: boolean | null;
  /** Where it was decided; null before the first node, and where the format records no nodes. */
  readonly node: string | null;
  readonly unavailable: Unavailable | null;
}

/** Without a graph, an EXIT's declared reason is known only where the trace shows it. */
export function classifyExternal(record: ExternalRecord, graph: Graph | null): ExternalClassification {
  const [error] = record.errors;
  if (error !== undefined) return ofError(error, record);
  if (record.ending === null) return unavailable("NO_ENDING", null);
  if (isUnrouted(record)) return broken("GRAPH_STRUCTURE_ERROR", record);
  const manner = mannerOf(record);
  switch (manner) {
    case undefined:
      return unavailable("OTHER_REASON", null);
    case "unsaid":
      return unavailable("UNSAID", true, lastNode(record));
    case "denied":
      return DENIED;
    case "exit":
      return atExit(record, graph);
    default:
      return broken(manner, record);
  }
}

function unavailable(
  why: Unavailable,
  isStructural: boolean | null,
  node: string | null = null,
): ExternalClassification {
  return { class: null, isStructural, node, unavailable: why };
}

function broken(found: TraceClass, record: ExternalRecord): ExternalClassification {
  return { class: found, isStructural: true, node: lastNode(record), unavailable: null };
}

const DENIED: ExternalClassification = {
  class: classOfEnding({ status: "FAILED", outcome: null }),
  isStructural: false,
  node: null,
  unavailable: null,
};

function ofError(error: ExternalError, record: ExternalRecord): ExternalClassification {
  const found = ERRORS.get(error.code) ?? CAPABILITIES.get(error.category);
  if (found === "denied") return DENIED;
  const node = error.node ?? lastNode(record);
  if (found !== undefined) return { class: found, isStructural: true, node, unavailable: null };
  // Where an error has no code, the reason is its message.
  const isSaid = error.code !== null && mannerOf(record) === "GRAPH_STRUCTURE_ERROR";
  if (isSaid || isUnrouted(record)) return { ...broken("GRAPH_STRUCTURE_ERROR", record), node };
  return unavailable("ONLY_WORDS", true, node);
}

/** Whether the last transition had no target. */
function isUnrouted({ recordedPath }: ExternalRecord): boolean {
  return recordedPath.of === "routes" && recordedPath.visits.at(-1)?.next === null;
}

function mannerOf({ ending, recordedPath, errors }: ExternalRecord): EndingStatus | undefined {
  if (ending === null) return undefined;
  if (STOPPED.has(ending.status)) return "unsaid";
  const manner = ending.reason?.startsWith("EXIT_") === true ? "exit" : REASONS.get(ending.reason);
  if (manner !== undefined && manner !== "unsaid") return manner;
  const isAtExit = recordedPath.of === "nodes" && recordedPath.visits.at(-1)?.type === "EXIT";
  return isAtExit && errors.length === 0 ? "exit" : manner;
}

/** The class if all possible endings have the same one. */
function atExit(record: ExternalRecord, graph: Graph | null): ExternalClassification {
  const exits = graph === null ? null : exitsOf(graph, record.recordedPath);
  if (exits?.length === 0 && record.recordedPath.of === "contracts")
    return broken("GRAPH_STRUCTURE_ERROR", record);
  const outcomes = outcomesOf(record, graph);
  if (outcomes === null) return unavailable("OUTCOME_HIDDEN", false);
  const declared = exits !== null && exits.length > 0 ? exits.map(({ label }) => label === "FAILED") : null;
  const classes = new Set(
    (declared ?? failuresOf(record)).flatMap((isFailed) => {
      const status = isFailed ? "FAILED" : "SUCCESS";
      return outcomes.map((outcome) => classOfEnding({ status, outcome }));
    }),
  );
  const [found = null, ...others] = classes;
  if (others.length > 0) return unavailable(outcomes.length > 1 ? "OUTCOME_HIDDEN" : "EXIT_HIDDEN", false);
  return { class: found, isStructural: false, node: found === null ? null : turnOf(record), unavailable: null };
}

/** The outcomes that may have led there; null if trace and graph do not show it. */
function outcomesOf(record: ExternalRecord, graph: Graph | null): readonly string[] | null {
  const recorded = lastOutcome(record) ?? outcomeIn(record.ending?.reason ?? null);
  if (recorded !== null) return [recorded];
  return graph === null ? null : outcomesInto(graph, record.recordedPath);
}

/** The outcome that an exit reason contains, unless the reason hides it. */
function outcomeIn(reason: string | null): string | null {
  if (reason === "COMPLETED" || reason === null) return null;
  return reason.startsWith("EXIT_") ? reason.slice("EXIT_".length) : reason;
}

/** Whether the EXIT is FAILED, if only the trace shows it: in v0.2, ALREADY_EXISTS at any EXIT fails. */
function failuresOf({ recordedPath, ending }: ExternalRecord): readonly boolean[] {
  if (recordedPath.of !== "nodes" || ending === null) return [false, true];
  if (ending.status === "SUCCESS") return [false];
  return ending.reason === "EXIT_ALREADY_EXISTS" ? [false, true] : [true];
}

function lastNode({ recordedPath }: ExternalRecord): string | null {
  return recordedPath.of === "contracts" ? null : (recordedPath.visits.at(-1)?.node ?? null);
}

/** The last node that did not succeed. */
function turnOf({ recordedPath }: ExternalRecord): string | null {
  if (recordedPath.of === "contracts") return null;
  const visits = recordedPath.visits.map(({ node, outcome }) => ({ node, outcome }));
  const isTurn = (outcome: string | null) =>
    outcome !== null && !NO_OUTCOME.has(outcome) && !isSuccess(outcome);
  return visits.findLast(({ outcome }) => isTurn(outcome))?.node ?? null;
}
