/** The limits that a run checks: whether an event can be read back from a trace, and whether the trace is full. */

import type { NodeCategory, Stage } from "../errors/base.ts";
import { canonical } from "../json/canonical.ts";
import { DEPTH, SIZE, type TraceLimits } from "../json/limits.ts";
import { isDeeper, isLarger, isModest, type Json, type JsonObject } from "../json/value.ts";
import type { EventBody, EventType } from "../trace/event.ts";
import { EngineFault, type RunCode } from "./errors.ts";
import type { RunState } from "./run-state.ts";

/** Stage and category of the refusal where an event of this type cannot follow; the workflow's for all others. */
export const REFUSERS: { readonly [T in EventType]?: readonly [Stage, NodeCategory] } = {
  admission: ["admission", "WF"],
  transform_end: ["transform", "CT"],
  side_effect_end: ["effect", "CS"],
  step_end: ["contract", "CC"],
  evaluation_end: ["contract", "CC"],
  node_end: ["contract", "CC"],
};

/** These hold nothing that could be too much: a run's payload was measured before the run began. */
const SMALL: ReadonlySet<EventType> = new Set(["execution_start", "error", "workflow_complete"]);

/** @throws RunFault `DATA_TOO_DEEP`, `DATA_TOO_LARGE` */
export function requireStorable({ event_type: event, payload }: EventBody): void {
  if (!SMALL.has(event)) requireStorableIn(payload as unknown as JsonObject, event);
}

/** The same of a payload, before the run that it is for. */
export function requireStorableIn(payload: JsonObject, event: EventType): void {
  const depth = event === "side_effect_start" ? DEPTH.effect : DEPTH.event;
  if (isModest(payload)) return;
  const [stage, category] = REFUSERS[event] ?? ["walk", "WF"];
  if (isDeeper(payload, depth))
    throw new EngineFault(stage, category, "DATA_TOO_DEEP", { event, limit: depth });
  if (isLarger(payload as Json, SIZE.event))
    throw new EngineFault(stage, category, "DATA_TOO_LARGE", { event, limit: SIZE.event });
}

/** Length of the payload as its line contains it: of an event that has no line. */
export function payloadBytes({ payload }: EventBody): number {
  return Buffer.byteLength(canonical(payload as unknown as JsonObject));
}

/** Whether an event of this type may be refused for its size. */
export function isLimitedInSize({ event_type }: Pick<EventBody, "event_type">): boolean {
  return !SMALL.has(event_type);
}

/** @throws EngineFault `EVENT_SIZE_LIMIT` where the line of the event is longer than the limit */
export function requireLineSize({ event_type: event }: EventBody, bytes: number, limit: number): void {
  if (bytes <= limit || SMALL.has(event)) return;
  const [stage, category] = REFUSERS[event] ?? ["walk", "WF"];
  throw new EngineFault(stage, category, "EVENT_SIZE_LIMIT", { event, limit });
}

/** What the limits of a whole trace count. */
export type TraceTotal = Exclude<keyof TraceLimits, "eventBytes">;

const TRACE_CODES = {
  runs: "RUN_LIMIT",
  events: "EVENT_LIMIT",
  bytes: "TRACE_SIZE_LIMIT",
} as const satisfies Record<TraceTotal, RunCode>;

type Limited = Pick<RunState, "executor" | "tally">;

/** Before a nested run begins. @throws EngineFault where the trace may contain no more of them */
export function requireRoomForRun({ executor, tally }: Limited): void {
  requireBelow("runs", executor.limit("runs", tally.runs));
}

/** Before a node or a step begins. @throws EngineFault where the run is aborted, or the trace may contain no more of them */
export function requireRoomForStep({ executor, tally }: Limited): void {
  if (executor.isAborted()) throw new EngineFault("walk", "WF", ABORTED, {});
  requireBelow("events", executor.limit("events", tally.events));
  requireBelow("bytes", executor.bytesLimit());
}

function requireBelow(of: TraceTotal, limit: number | null): void {
  if (limit !== null) throw new EngineFault("walk", "WF", TRACE_CODES[of], { limit });
}

export const ABORTED = "RUN_ABORTED" satisfies RunCode;

/** Whether a refusal of a nested run ends every run of the trace. */
export function endsTrace(code: string): boolean {
  return code === ABORTED || limitOf(code) !== undefined;
}

/** Which limit of the trace a refusal reports; undefined for every other refusal. */
export function limitOf(code: string): TraceTotal | undefined {
  return (Object.keys(TRACE_CODES) as TraceTotal[]).find((of) => TRACE_CODES[of] === code);
}
