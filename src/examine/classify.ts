/** What kind of ending a run had: one class for every way in which it can end (SPEC 6.4). */

import type { RunCode } from "../engine/errors.ts";
import type { NodeCategory } from "../errors/base.ts";
import { MAIN_RUN, type Payloads } from "../trace/event.ts";
import { isSuccess } from "../trace/run-path.ts";
import { refusalOf, type Summary } from "../trace/summary.ts";

/** `null` in a classification: the run ended well, or was aborted or cancelled from outside. */
export type TraceClass =
  | "BUSINESS_VIOLATION"
  | "ADMISSION_ERROR"
  | "EXPRESSION_ERROR"
  | "SCHEMA_ERROR"
  | "BINDING_ERROR"
  | "CT_STRUCTURE_ERROR"
  | "CS_RUNTIME_ERROR"
  | "GRAPH_STRUCTURE_ERROR";

export interface Classification {
  readonly class: TraceClass | null;
  /** The protocol, a capability or the store broke off the run, instead of one of its declared exits. */
  readonly isStructural: boolean;
  /** Where it was decided; null before the first node. */
  readonly node: string | null;
  readonly step: string | null;
}

type Refusal = Pick<Payloads["error"], "node_category" | "stage">;

const CAPABILITY_ERROR: Readonly<Record<NodeCategory, TraceClass>> = {
  CT: "CT_STRUCTURE_ERROR",
  CS: "CS_RUNTIME_ERROR",
  CC: "SCHEMA_ERROR",
  IN: "SCHEMA_ERROR",
  WF: "GRAPH_STRUCTURE_ERROR",
};

/** A store that admission could not read kept it from deciding. */
const storage = ({ stage }: Refusal): TraceClass =>
  stage === "admission" ? "ADMISSION_ERROR" : "CS_RUNTIME_ERROR";

const byCategory = ({ node_category }: Refusal): TraceClass => CAPABILITY_ERROR[node_category];

/** By the code of the refusal that ended the run. A code without a class does not compile. */
const REFUSALS: Readonly<Record<RunCode, TraceClass | null | ((refusal: Refusal) => TraceClass)>> = {
  OUTCOME_NOT_ROUTED: "GRAPH_STRUCTURE_ERROR",
  OUTCOME_NOT_DECLARED: byCategory,
  NO_TRANSITION: "GRAPH_STRUCTURE_ERROR",
  DATA_TOO_DEEP: "BINDING_ERROR",
  DATA_TOO_LARGE: "BINDING_ERROR",
  HOP_LIMIT: "GRAPH_STRUCTURE_ERROR",
  RUN_LIMIT: "GRAPH_STRUCTURE_ERROR",
  EVENT_LIMIT: "GRAPH_STRUCTURE_ERROR",
  TRACE_SIZE_LIMIT: "GRAPH_STRUCTURE_ERROR",
  EVENT_SIZE_LIMIT: "BINDING_ERROR",
  PATH_UNRESOLVED: "BINDING_ERROR",
  EXPRESSION_TYPE: "EXPRESSION_ERROR",
  LIST_TOO_LONG: "EXPRESSION_ERROR",
  CAPABILITY_FAULT: byCategory,
  REMOTE_EFFECT_NOT_ALLOWED: "CS_RUNTIME_ERROR",
  DRY_RUN_REMOTE_EFFECT: null,
  STORE_CORRUPT: storage,
  STORE_PATH_ESCAPES: storage,
  DATA_ROOT_UNUSABLE: storage,
  RUN_ABORTED: null,
  DEPTH_LIMIT: "GRAPH_STRUCTURE_ERROR",
  WORKFLOW_REFUSED: "GRAPH_STRUCTURE_ERROR",
  SECRETS_NOT_DECLARED: "SCHEMA_ERROR",
  SECRETS_KEY_REQUIRED: "CS_RUNTIME_ERROR",
};

/** The class of a refusal; one whose code this build does not know goes by what it broke. */
export function classOfRefusal(code: string, refusal: Refusal): TraceClass | null {
  const found = Object.hasOwn(REFUSALS, code) ? REFUSALS[code as RunCode] : byCategory;
  return typeof found === "function" ? found(refusal) : found;
}

/** The class of an ending without a refusal; the outcome is that of the last node, null for a denial. */
export function classOfEnding({ status, outcome }: Pick<Payloads["workflow_complete"], "status" | "outcome">) {
  if (status === "CANCELLED") return null;
  if (outcome === "BACKEND_ERROR") return "CS_RUNTIME_ERROR";
  const isGood = status === "SUCCESS" && outcome !== null && isSuccess(outcome);
  return isGood ? null : "BUSINESS_VIOLATION";
}

/** How the main run ended; null while it has not. */
export function classify(summary: Summary): Classification | null {
  const refusal = refusalOf(summary);
  if (refusal !== undefined) {
    const { node, step = null, error_code } = refusal;
    const found = classOfRefusal(error_code, refusal);
    return { class: found, isStructural: found !== null, node, step };
  }
  if (summary.ending === null) return null;
  const found = classOfEnding(summary.ending);
  const place = found === null ? { node: null, step: null } : placeOf(summary);
  return { class: found, isStructural: false, ...place };
}

/** The last step of the main run that said why it did not succeed, else the last node that did not end well. */
function placeOf({ path, reasons }: Summary): Pick<Classification, "node" | "step"> {
  const isTurn = ({ run, outcome }: { readonly run: string; readonly outcome: string }) =>
    run === MAIN_RUN && !isSuccess(outcome);
  const reason = reasons.findLast(isTurn);
  if (reason !== undefined) return { node: reason.node, step: reason.step };
  return { node: path.findLast(isTurn)?.node ?? null, step: null };
}
