/** The trace format `pgs.trace/1`: every event a run can leave (SPEC 5). */

import type { NodeCategory } from "../faults.ts";
import { isObject, type Json, type JsonObject, type MutableJson, setOwn } from "../json.ts";
import type { Change, Observation } from "../ports.ts";
import type { Digest } from "./canonical.ts";

export const SCHEMA = "pgs.trace/1";

/** The run that was asked for; a nested one appends its place: `"0.1"`. */
export const MAIN_RUN = "0";

/** The outcome of an attempt to be admitted, rule by rule. */
export interface AdmissionRule {
  readonly event: string;
  /** The record fields that had to be equal, with the values they were compared to. */
  readonly where: JsonObject;
  readonly matched: boolean;
}

export interface Payloads {
  /** First event of every run; `parent` names the run and node that called a nested one. */
  readonly execution_start: {
    /** FQDN of the workflow. */
    readonly workflow_code: string;
    readonly content_hash: Digest;
    readonly snapshot: { readonly root: Digest; readonly seal: "sealed" | "verified" };
    readonly runtime: { readonly name: string; readonly version: string };
    readonly payload: JsonObject;
    /** SHA-256 of the canonical payload as it stands in this event. */
    readonly payload_digest: Digest;
    readonly max_hops: number;
    /** The run's clock, read once: what `{{timestamp}}` stands for. */
    readonly observed: readonly Observation[];
    readonly actor?: string;
    readonly parent?: { readonly run: string; readonly node: string; readonly step: string };
  };
  readonly admission: {
    readonly requires: readonly AdmissionRule[];
    readonly forbids: readonly AdmissionRule[];
    readonly result: "ADMITTED" | "DENIED";
  };
  readonly node_start: {
    readonly node_type: "IN" | "CC" | "EXIT";
    /** FQDN of the intent or contract. */
    readonly capability_code?: string;
    readonly inputs?: JsonObject;
    /** An EXIT's declared reason. */
    readonly reason?: string;
  };
  /** One unmet rule. `field` is a JSON Pointer into the payload (intent, admission) or the contract's inputs. */
  readonly violation: {
    readonly violation_code: ViolationCode;
    readonly field?: string;
    readonly constraint?: string;
    /** What the rule asked for, where the constraint alone does not say it. */
    readonly expected?: Json;
    readonly actual?: Json;
    /** The event code of an admission rule. */
    readonly event?: string;
  };
  readonly transform_end: {
    readonly step: string;
    readonly ct_code: string;
    readonly inputs: JsonObject;
    readonly outcome: string;
    /** The raw result; absent after a violation. */
    readonly outputs?: JsonObject;
    /** Why there is no result: the transform's own code, with its facts. */
    readonly reason?: JsonObject;
    readonly observed?: readonly Observation[];
  };
  readonly side_effect_start: {
    readonly step: string;
    readonly cs_code: string;
    readonly op: string;
    readonly store: string | null;
    readonly inputs: JsonObject;
    /** SHA-256 of (execution id, run, node visit, step): recognises an interrupted effect. */
    readonly effect_key: Digest;
  };
  readonly side_effect_end: {
    readonly step: string;
    readonly outcome: string;
    readonly result: JsonObject;
    readonly reason?: JsonObject;
    readonly change?: Change;
    readonly observed?: readonly Observation[];
  };
  readonly step_end: {
    readonly step: string;
    readonly outcome: string;
    /** `continue`, `exit`, the name of the step gone to, or the evaluation taken. */
    readonly continuation: string;
    /** What the step added to the contract's published outputs. */
    readonly published: JsonObject;
  };
  readonly node_end: {
    readonly status: string;
    readonly outputs: JsonObject;
    /** Null when the outcome has no route: then a refusal follows. */
    readonly next: string | null;
    readonly duration_us: number;
  };
  readonly event_announced: { readonly event_code: string; readonly payload: JsonObject };
  readonly error: {
    readonly error_code: string;
    readonly node_category: NodeCategory;
    readonly stage: string;
    readonly step?: string;
    readonly facts: JsonObject;
  };
  /** Last event of every run. `events` counts all lines of the trace, this one included. */
  readonly workflow_complete: {
    readonly status: "SUCCESS" | "FAILED";
    readonly outcome: string | null;
    readonly exit_reason_code: string;
    readonly events: number;
    readonly effects: number;
    readonly duration_us: number;
  };
}

/** Where data is: all of a value, each item of a list, or the members named; `*` is every member not named. */
type DataMembers = "all" | "none" | readonly [DataMembers] | { readonly [member: string]: DataMembers };

/** A reason's code is the capability's word; what stands beside it is data. */
const REASON = { code: "none", "*": "all" } as const;
/** A clock reading is none of the run's data; what was drawn is. */
const OBSERVED = [{ entropy: "all" }] as const;

/**
 * Which members of an event hold data: values that came from the payload, a store or a capability, or were made of
 * such. All other members say what the format or the plan says, so a secret is never looked for in them.
 */
const DATA: { readonly [T in EventType]: { readonly [M in keyof Payloads[T]]?: DataMembers } } = {
  execution_start: { payload: "all" },
  admission: { requires: [{ where: "all" }], forbids: [{ where: "all" }] },
  node_start: { inputs: "all" },
  violation: { actual: "all" },
  transform_end: { inputs: "all", outputs: "all", reason: REASON, observed: OBSERVED },
  side_effect_start: { inputs: "all" },
  side_effect_end: {
    result: "all",
    reason: REASON,
    change: { before: "all", after: "all" },
    observed: OBSERVED,
  },
  step_end: { published: "all" },
  node_end: { outputs: "all" },
  event_announced: { payload: "all" },
  error: { facts: { outcome: "all", reason: "all" } },
  workflow_complete: {},
};

/** The payload with all its data changed; `path` leads to the data, from the payload on. */
export function changeData<P extends Payloads[EventType]>(
  type: EventType,
  payload: P,
  change: (data: Json, path: readonly string[]) => Json,
): P {
  const inside = (value: Json, data: DataMembers, path: readonly string[]): Json => {
    if (data === "all") return change(value, path);
    if (data === "none") return value;
    if (isList(data)) {
      const [each] = data;
      return Array.isArray(value) ? value.map((item: Json, i) => inside(item, each, [...path, `${i}`])) : value;
    }
    if (!isObject(value)) return value;
    const changed: MutableJson = {};
    for (const [member, item] of Object.entries(value)) {
      const of = Object.hasOwn(data, member) ? data[member] : data["*"];
      setOwn(changed, member, inside(item, of ?? "none", [...path, member]));
    }
    return changed;
  };
  return inside(payload as unknown as Json, DATA[type] as DataMembers, []) as unknown as P;
}

const isList = (data: DataMembers): data is readonly [DataMembers] => Array.isArray(data);

export type ViolationCode =
  | "INTENT_VIOLATION"
  | "INPUT_VIOLATION"
  | "ADMISSION_BINDING_MISSING_FIELD"
  | "ADMISSION_REQUIRES_UNMET"
  | "ADMISSION_FORBIDS_MET";

export type Violation = Payloads["violation"];

export type EventType = keyof Payloads;

/** What the engine says. The journal adds sequence, clock and chain. */
export type Happening = {
  readonly [T in EventType]: {
    readonly event_type: T;
    readonly run: string;
    readonly node_id?: string;
    readonly payload: Payloads[T];
  };
}[EventType];

/** One line of the trace. */
export type TraceEvent = Happening & {
  readonly schema: typeof SCHEMA;
  readonly sequence: number;
  /** RFC 3339 UTC. Observational. */
  readonly timestamp: string;
  /** Microseconds since the first event. Observational. */
  readonly elapsed_us: number;
  readonly execution_id: string;
  readonly prev_hash: Digest;
  /** SHA-256 of the canonical line without this member. */
  readonly hash: Digest;
};

export type EventOf<T extends EventType> = Extract<TraceEvent, { readonly event_type: T }>;

/** Those of one type, in order. */
export function eventsOf<T extends EventType>(events: readonly TraceEvent[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.event_type === type);
}

/** Members of line and payload that may differ between two runs of the same thing. */
export const OBSERVATIONAL: ReadonlySet<string> = new Set(["timestamp", "elapsed_us", "duration_us"]);

/** Whether this is what stands in an event in place of a secret. */
export function isSuppressed(value: Json | undefined): value is { readonly $suppressed: string } {
  return isObject(value) && typeof value["$suppressed"] === "string" && Object.keys(value).length === 1;
}

const SUPPRESSED_NAME = /^\$suppressed:(sha256:[0-9a-f]{64}):sha256:[0-9a-f]{64}$/;

/** The name of a member whose own name is or holds a secret: by the secret's digest, and by its own. */
export function suppressedName(secret: string, name: string): string {
  return `$suppressed:${secret}:${name}`;
}

/** The secret's digest, where the name is a suppressed one. */
export function secretInName(name: string): string | undefined {
  return SUPPRESSED_NAME.exec(name)?.[1];
}

/** Whether a suppressed value or name for which `accepts` holds stands at any depth; without it, any one. */
export function holdsSuppressed(value: Json, accepts: (secret: string) => boolean = () => true): boolean {
  if (isSuppressed(value) && accepts(value.$suppressed)) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, item]) => {
    const secret = secretInName(name);
    return (secret !== undefined && accepts(secret)) || holdsSuppressed(item as Json, accepts);
  });
}
