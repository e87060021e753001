/** Reading a trace back: lines, strictly, with everything that is wrong with each (SPEC 6.1). */

import { isObject, type Json, type JsonObject, own } from "../json.ts";
import { isDigest } from "./canonical.ts";
import { type EventType, SCHEMA, type TraceEvent } from "./event.ts";

type Check = (value: Json | undefined) => boolean;

const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isRecord: Check = isObject;
const isTextOrNull: Check = (value) => value === null || typeof value === "string";

const isRecordOrNull: Check = (value) => value === null || isObject(value);
const isNodeType: Check = (value) => value === "IN" || value === "CC" || value === "EXIT";

const optional = (check: Check): Check => {
  return (value) => value === undefined || check(value);
};
const listOf = (check: Check): Check => {
  return (value) => Array.isArray(value) && value.every(check);
};
const recordOf = (members: Readonly<Record<string, Check>>): Check => {
  return (value) => isObject(value) && Object.keys(members).every((key) => members[key]?.(own(value, key)));
};

const isRule = recordOf({ event: isText, where: isRecord, matched: (value) => typeof value === "boolean" });

const SEALS: readonly Json[] = ["sealed", "verified"];

const ENVELOPE: Readonly<Record<string, Check>> = {
  schema: (value) => value === SCHEMA,
  sequence: isCount,
  event_type: isText,
  timestamp: isText,
  elapsed_us: isCount,
  execution_id: isText,
  run: (value) => typeof value === "string" && /^0(?:\.\d+)*$/.test(value),
  payload: isRecord,
  prev_hash: isDigest,
  hash: isDigest,
};

/** The members of a payload of each type. */
const PAYLOADS: Readonly<Record<EventType, Readonly<Record<string, Check>>>> = {
  execution_start: {
    workflow_code: isText,
    content_hash: isDigest,
    snapshot: (value) =>
      isObject(value) && isDigest(own(value, "root")) && SEALS.includes(own(value, "seal") ?? null),
    runtime: recordOf({ name: isText, version: isText }),
    payload: isRecord,
    payload_digest: isDigest,
    max_hops: isCount,
    observed: listOf(isRecord),
    actor: optional(isText),
    parent: optional(recordOf({ run: isText, node: isText, step: isText })),
  },
  admission: { requires: listOf(isRule), forbids: listOf(isRule), result: isText },
  node_start: {
    node_type: isNodeType,
    capability_code: optional(isText),
    inputs: optional(isRecord),
    reason: optional(isText),
  },
  violation: {
    violation_code: isText,
    field: optional(isText),
    constraint: optional(isText),
    event: optional(isText),
  },
  transform_end: {
    step: isText,
    ct_code: isText,
    inputs: isRecord,
    outcome: isText,
    outputs: optional(isRecord),
    reason: optional(isRecord),
    observed: optional(listOf(isRecord)),
  },
  side_effect_start: {
    step: isText,
    cs_code: isText,
    op: isText,
    store: isTextOrNull,
    inputs: isRecord,
    effect_key: isDigest,
  },
  side_effect_end: {
    step: isText,
    outcome: isText,
    result: isRecord,
    reason: optional(isRecord),
    change: optional(recordOf({ before: isRecordOrNull, after: isRecordOrNull })),
    observed: optional(listOf(isRecord)),
  },
  step_end: { step: isText, outcome: isText, continuation: isText, published: isRecord },
  node_end: { status: isText, outputs: isRecord, next: isTextOrNull, duration_us: isCount },
  event_announced: { event_code: isText, payload: isRecord },
  error: {
    error_code: isText,
    node_category: isText,
    stage: isText,
    step: optional(isText),
    facts: isRecord,
  },
  workflow_complete: {
    status: isText,
    outcome: isTextOrNull,
    exit_reason_code: isText,
    events: isCount,
    effects: isCount,
    duration_us: isCount,
  },
};

const AT_NODE: ReadonlySet<EventType> = new Set([
  "node_start",
  "transform_end",
  "side_effect_start",
  "side_effect_end",
  "step_end",
  "node_end",
  "event_announced",
]);

/** The JSON Pointer of the first member that is not as the format has it, or undefined. */
export function badMember(event: JsonObject): string | undefined {
  const envelope = Object.keys(ENVELOPE).find((key) => !(ENVELOPE[key] as Check)(own(event, key)));
  if (envelope !== undefined) return `/${envelope}`;
  const type = event["event_type"] as EventType;
  if (!Object.hasOwn(PAYLOADS, type)) return "/event_type";
  if (AT_NODE.has(type) && typeof own(event, "node_id") !== "string") return "/node_id";
  const known = new Set([...Object.keys(ENVELOPE), "node_id"]);
  const extra = Object.keys(event).find((key) => !known.has(key));
  if (extra !== undefined) return `/${extra}`;
  const payload = event["payload"] as JsonObject;
  const checks = PAYLOADS[type];
  const member = Object.keys(checks).find((key) => !(checks[key] as Check)(own(payload, key)));
  return member === undefined ? undefined : `/payload/${member}`;
}

/** Narrows what `badMember` found nothing wrong with. */
export function toEvent(event: JsonObject): TraceEvent {
  return event as unknown as TraceEvent;
}
