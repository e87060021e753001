/**
 * A trace in the vocabulary of SCHEMA_TRACE_EVENT_V0, chained as the reference runtime v0.2 does. What that format
 * cannot express is omitted; docs/decisions/0014-reference-export.md has the rules.
 */

import { type runTable, wordingOf } from "../engine/errors.ts";
import { digestOf } from "../json/canonical.ts";
import { pythonDumps } from "../json/python-dumps.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { bareCode } from "../trace/declared-graph.ts";
import { holdsSuppressed, MAIN_RUN, type Payloads, type TraceEvent } from "../trace/event.ts";
import { referenceGenesis, referenceHash } from "./reference-chain.ts";

export interface Exported {
  /** One event a line. */
  readonly text: string;
  readonly events: number;
  /**
   * How many events of the trace have no counterpart, by their type; `nested` counts those of nested runs. And how many
   * ends of effects have one that does not say that they were `retried` or `settled`.
   */
  readonly dropped: Readonly<Record<string, number>>;
}

/** One event of the format, before it is numbered and chained. */
interface ExportedEvent {
  readonly event_type: string;
  readonly timestamp: string;
  readonly payload: JsonObject;
}

/** The events of an intact trace, in their order. */
export function exportReferenceV0(events: readonly TraceEvent[]): Exported {
  const exported: ExportedEvent[] = [];
  const dropped: Record<string, number> = {};
  events.forEach((event, i) => {
    const counterparts = event.run === MAIN_RUN ? translate(event, events[i - 1] ?? event) : [];
    for (const one of counterparts) exported.push(one);
    const kind = event.run === MAIN_RUN ? event.event_type : "nested";
    for (const what of counterparts.length > 0 ? unsaid(event) : [kind])
      dropped[what] = (dropped[what] ?? 0) + 1;
  });
  const lines = chained((events[0] as TraceEvent).execution_id, exported);
  return { text: lines.map((line) => `${line}\n`).join(""), events: lines.length, dropped };
}

/** What the counterpart does not say. */
function unsaid({ event_type, payload }: TraceEvent): readonly string[] {
  if (event_type !== "side_effect_end") return [];
  const { retried = false, settled } = payload;
  return [...(retried ? ["retried"] : []), ...(settled === undefined ? [] : ["settled"])];
}

function chained(executionId: string, exported: readonly ExportedEvent[]): readonly string[] {
  let prev = referenceGenesis(executionId);
  return exported.map(({ event_type, timestamp, payload }, i) => {
    const envelope = { trace_schema_version: "V0", event_type, timestamp, execution_id: executionId };
    const line = pythonDumps(JSON.stringify({ ...envelope, sequence: i + 1, payload, prev_hash: prev }));
    prev = referenceHash(line);
    return line;
  });
}

/** The events of the format for one event of the main run: none, one or two. */
function translate(event: TraceEvent, before: TraceEvent): readonly ExportedEvent[] {
  const { timestamp, node_id: node = "" } = event;
  const toEvent = (event_type: string, payload: JsonObject, at = timestamp): ExportedEvent => ({
    event_type,
    timestamp: at,
    payload,
  });
  switch (event.event_type) {
    case "execution_start":
      return [toEvent("execution_start", startOf(event.payload))];
    case "node_start":
      return nodeStart(node, event.payload).map(([type, payload]) => toEvent(type, payload));
    case "node_end": {
      const duration_ms = inMs(event.payload.duration_us);
      return [toEvent("node_end", { node_id: node, status: "completed", duration_ms })];
    }
    case "transform_end": {
      const { ct_code, inputs, outputs } = event.payload;
      const duration_ms = inMs(event.elapsed_us - before.elapsed_us);
      return [
        toEvent("transform_start", { ct_code, ...hashed("inputs_hash", inputs) }, before.timestamp),
        toEvent("transform_end", { ct_code, duration_ms, ...hashed("outputs_hash", outputs) }),
      ];
    }
    case "side_effect_start": {
      const { step, cs_code, op, store } = event.payload;
      return [toEvent("side_effect_start", { node_id: node, step, cs_code, op, store })];
    }
    case "side_effect_end": {
      const { step, outcome } = event.payload;
      return [toEvent("side_effect_end", { node_id: node, step, outcome })];
    }
    case "error":
      return [toEvent("error", errorOf(event.payload, event.node_id))];
    case "workflow_complete":
      return [toEvent("workflow_complete", endOf(event.payload))];
    default:
      return [];
  }
}

/** The reference runtime's reader requires the second version, its writer the chained profile. */
function startOf({ workflow_code, payload }: Payloads["execution_start"]): JsonObject {
  return {
    workflow_code: bareCode(workflow_code),
    policy_profile: "ADVANCED",
    trace_schema_version: "TRACE_SCHEMA_V0",
    ...hashed("input_hash", payload),
  };
}

const NODE_TYPES = { IN: "intent", CC: "capability_contract", EXIT: "exit" } as const;

/** An EXIT does nothing: it ends where it starts. */
function nodeStart(
  node_id: string,
  { node_type, capability_code }: Payloads["node_start"],
): readonly (readonly [string, JsonObject])[] {
  const code = capability_code === undefined ? {} : { capability_code };
  const start = ["node_start", { node_id, node_type: NODE_TYPES[node_type], ...code }] as const;
  if (node_type === "EXIT") return [start, ["node_end", { node_id, status: "completed", duration_ms: 0 }]];
  if (node_type === "IN" || capability_code === undefined) return [start];
  return [start, ["capability_dispatch", { cc_code: capability_code, node_id }]];
}

/** SHA-256 of the canonical value; absent if part of it is suppressed, because the hash would cover another value. */
function hashed(name: string, value: Json | undefined): JsonObject {
  return value === undefined || holdsSuppressed(value) ? {} : { [name]: digestOf(value) };
}

/** Whole milliseconds, rounded down. */
function inMs(micros: number): number {
  return Math.floor(micros / 1000);
}

/** By our code, the format's; a function where the broken artifact's kind decides. */
const ERROR_CODES: Readonly<Record<keyof typeof runTable, string | ((category: string) => string)>> = {
  OUTCOME_NOT_ROUTED: "EXECUTION_ERROR",
  OUTCOME_NOT_DECLARED: "EXECUTION_ERROR",
  NO_TRANSITION: "EXECUTION_ERROR",
  DATA_TOO_DEEP: "EXECUTION_ERROR",
  DATA_TOO_LARGE: "EXECUTION_ERROR",
  HOP_LIMIT: "EXECUTION_ERROR",
  RUN_LIMIT: "EXECUTION_ERROR",
  EVENT_LIMIT: "EXECUTION_ERROR",
  TRACE_SIZE_LIMIT: "EXECUTION_ERROR",
  EVENT_SIZE_LIMIT: "EXECUTION_ERROR",
  PATH_UNRESOLVED: "EXPRESSION_RESOLUTION_FAILED",
  EXPRESSION_TYPE: "EXPRESSION_RESOLUTION_FAILED",
  LIST_TOO_LONG: "EXPRESSION_RESOLUTION_FAILED",
  CAPABILITY_FAULT: (category) =>
    category === "CT" || category === "CS" ? `${category}_EXECUTION_FAILED` : "EXECUTION_ERROR",
  REMOTE_EFFECT_NOT_ALLOWED: "CS_EXECUTION_FAILED",
  DRY_RUN_REMOTE_EFFECT: "CS_EXECUTION_FAILED",
  STORE_CORRUPT: "CS_EXECUTION_FAILED",
  STORE_PATH_ESCAPES: "CS_EXECUTION_FAILED",
  RUN_ABORTED: "EXECUTION_ERROR",
  DEPTH_LIMIT: "EXECUTION_ERROR",
  WORKFLOW_REFUSED: "PROTOCOL_LOAD_FAILED",
  SECRETS_NOT_DECLARED: "EXECUTION_ERROR",
  SECRETS_KEY_REQUIRED: "EXECUTION_ERROR",
  DATA_ROOT_UNUSABLE: "CS_EXECUTION_FAILED",
};

function errorOf(
  { error_code: code, node_category, stage, step, facts }: Payloads["error"],
  node: string | undefined,
): JsonObject {
  const rule = Object.hasOwn(ERROR_CODES, code)
    ? ERROR_CODES[code as keyof typeof ERROR_CODES]
    : "EXECUTION_ERROR";
  return {
    error_code: typeof rule === "string" ? rule : rule(node_category),
    message: wordingOf(code, facts)?.what ?? code,
    ...(node === undefined ? {} : { node_id: node }),
    node_category,
    details: { error_code: code, stage, ...(step === undefined ? {} : { step }), facts },
  };
}

/** Codes both vocabularies have. */
const SAME_REASONS: ReadonlySet<string> = new Set([
  "COMPLETED",
  "NO_TRANSITION",
  "ADMISSION_DENIED",
  "EXIT_NOT_FOUND",
  "EXIT_VIOLATION",
  "EXIT_BACKEND_ERROR",
  "EXIT_REJECTED",
  "EXIT_ALREADY_EXISTS",
]);

function endOf({ status, outcome, exit_reason_code, duration_us }: Payloads["workflow_complete"]): JsonObject {
  const duration_ms = inMs(duration_us);
  if (status === "CANCELLED")
    return { status: "ABORT", duration_ms, exit_condition: "ABORT", exit_reason_code: "ABORT" };
  return {
    status: status === "SUCCESS" ? "SUCCESS" : "FAILURE",
    duration_ms,
    exit_condition: outcome ?? "FAILURE",
    exit_reason_code: SAME_REASONS.has(exit_reason_code) ? exit_reason_code : otherReason(outcome),
  };
}

/** Whether a declared outcome led to an EXIT and rejected the request; otherwise, the run was refused. */
function otherReason(outcome: string | null): string {
  return outcome === null ? "EXECUTION_ERROR" : "EXIT_REJECTED";
}
