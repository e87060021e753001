/** The types of the events of a trace, derived from `schema.ts`. */

import { isObject, type Json, type MutableJson, setOwn } from "../json/value.ts";
import type { DataMembers, ObjectOf } from "./field-check.ts";
import { dataOf, type ENVELOPE, type EVENTS, type EventType } from "./schema.ts";

export {
  type EventType,
  MAIN_RUN,
  SCHEMA,
  SESSION_EVENTS,
} from "./schema.ts";

/** By event type. */
export type Payloads = { readonly [T in EventType]: ObjectOf<(typeof EVENTS)[T]["members"]> };

export type AdmissionRule = Payloads["admission"]["requires"][number];

/** What a run of a suspended trace waits for. */
export type WaitEntry = Payloads["run_suspended"]["waits"][number];

export type Violation = Payloads["violation"];

export type EvaluationEnd = Payloads["evaluation_end"];

export type ViolationCode = Violation["violation_code"];

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
  return inside(payload as unknown as Json, dataOf(type), []) as unknown as P;
}

const isList = (data: DataMembers): data is readonly [DataMembers] => Array.isArray(data);

/** An event as the engine emits it. The journal adds sequence, time and chain. */
export type EventBody<T extends EventType = EventType> = {
  readonly [K in T]: {
    readonly event_type: K;
    readonly run: string;
    readonly node_id?: string;
    readonly payload: Payloads[K];
  };
}[T];

/** One line of the trace. */
export type TraceEvent = EventBody & Omit<ObjectOf<typeof ENVELOPE>, keyof EventBody>;

export type EventOf<T extends EventType> = Extract<TraceEvent, { readonly event_type: T }>;

/** The events of one type, in order. */
export function eventsOf<T extends EventType>(events: readonly TraceEvent[], type: T): readonly EventOf<T>[] {
  return events.filter((event): event is EventOf<T> => event.event_type === type);
}

/** Whether evaluations are events of the trace: not of one that was recorded before they were. */
export function recordsEvaluations([start]: readonly TraceEvent[]): boolean {
  return start?.event_type === "execution_start" && hasEvaluations(start.payload);
}

/** The same, of the first event of a trace. */
export function hasEvaluations({ snapshot }: Payloads["execution_start"]): boolean {
  return snapshot.closure_root !== undefined;
}

/** Whether the value replaces a secret in an event. */
export function isSuppressed(value: Json | undefined): value is { readonly $suppressed: string } {
  return isObject(value) && typeof value["$suppressed"] === "string" && Object.keys(value).length === 1;
}

/** The key of an event as it is told: a text as it is, a suppressed key by its digest. */
export function keyText(key: Json | WaitEntry["key"]): string {
  if (typeof key === "string") return key;
  const value = key as Json | undefined;
  return isSuppressed(value) ? value.$suppressed : JSON.stringify(value);
}

const SUPPRESSED_NAME = /^\$suppressed:(sha256:[0-9a-f]{64}):sha256:[0-9a-f]{64}$/;

/**
 * The replacement for a member name that is or contains a secret: built from the secret's digest and the digest of the
 * name.
 */
export function suppressedName(secret: string, name: string): string {
  return `$suppressed:${secret}:${name}`;
}

/** The secret's digest if the name is a suppressed one. */
export function secretInName(name: string): string | undefined {
  return SUPPRESSED_NAME.exec(name)?.[1];
}

/** Whether the value contains, at any depth, a suppressed value or name that `accepts` accepts (by default, any). */
export function holdsSuppressed(value: Json, accepts: (secret: string) => boolean = () => true): boolean {
  if (isSuppressed(value) && accepts(value.$suppressed)) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([name, item]) => {
    const secret = secretInName(name);
    return (secret !== undefined && accepts(secret)) || holdsSuppressed(item as Json, accepts);
  });
}
