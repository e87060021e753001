/** How the terms of other formats determine the class of an ending. */

import type { TraceClass } from "../examine/classify.ts";

/** Why the class is not known. */
export const unavailableTable = {
  NO_ENDING: "the class of the run: no event records how it ended",
  ONLY_WORDS: "the class of the failure: only the text of its message describes the cause",
  UNSAID: "the class of the failure: its ending records that the run failed, not why",
  OTHER_REASON: "the class of the run: the format does not define its exit reason",
  OUTCOME_HIDDEN: "the class of the run: the outcome that led to its EXIT is not recorded",
  EXIT_HIDDEN: "the class of the run: whether its EXIT is declared FAILED is not recorded",
} as const;

export type Unavailable = keyof typeof unavailableTable;

/** `exit`: EXIT and outcome decide. `unsaid`: the reason does not decide it. */
export type EndingStatus = TraceClass | "exit" | "denied" | "unsaid";

/** By exit reason. Every other `EXIT_…` is an exit, too. */
export const REASONS: ReadonlyMap<string | null, EndingStatus> = new Map<string | null, EndingStatus>([
  // Formats without exit reasons.
  [null, "exit"],
  ["COMPLETED", "exit"],
  ["GOVERNANCE_VIOLATION", "exit"],
  ["ADMISSION_DENIED", "denied"],
  ["NO_ENTRY_NODE", "GRAPH_STRUCTURE_ERROR"],
  ["NO_TRANSITION", "GRAPH_STRUCTURE_ERROR"],
  ["NODE_NOT_FOUND", "GRAPH_STRUCTURE_ERROR"],
  ["WORKFLOW_NOT_FOUND", "GRAPH_STRUCTURE_ERROR"],
  ["RB_NOT_FOUND", "GRAPH_STRUCTURE_ERROR"],
  ["SNAPSHOT_NOT_FOUND", "unsaid"],
  ["EXECUTION_ERROR", "unsaid"],
  ["TIMEOUT", "unsaid"],
  ["ABORT", "unsaid"],
]);

/** For other codes, and for undecided ones, the running capability decides. */
export const ERRORS: ReadonlyMap<string | null, TraceClass | "denied"> = new Map<string, TraceClass | "denied">(
  [
    ["EXPRESSION_RESOLUTION_FAILED", "EXPRESSION_ERROR"],
    ["BINDING_RESOLUTION_FAILED", "BINDING_ERROR"],
    ["SCHEMA_VALIDATION_FAILED", "SCHEMA_ERROR"],
    ["CT_VALIDATION_FAILED", "CT_STRUCTURE_ERROR"],
    ["CT_EXECUTION_FAILED", "CT_STRUCTURE_ERROR"],
    ["CT_ARTIFACT_NOT_FOUND", "CT_STRUCTURE_ERROR"],
    ["CS_EXECUTION_FAILED", "CS_RUNTIME_ERROR"],
    ["NODE_NOT_FOUND", "GRAPH_STRUCTURE_ERROR"],
    ["INTENT_NOT_FOUND", "GRAPH_STRUCTURE_ERROR"],
    ["PROTOCOL_LOAD_FAILED", "GRAPH_STRUCTURE_ERROR"],
    ["ADMISSION_DENIED", "denied"],
    ["ADMISSION_BINDING_MISSING_FIELD", "denied"],
  ],
);

export const CAPABILITIES: ReadonlyMap<string | null, TraceClass> = new Map<string, TraceClass>([
  ["CT", "CT_STRUCTURE_ERROR"],
  ["CS", "CS_RUNTIME_ERROR"],
]);

/** Statuses of a run that was ended from outside. */
export const STOPPED: ReadonlySet<string> = new Set(["TIMEOUT", "ABORT"]);
