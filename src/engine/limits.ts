/** The limits that a run checks: whether an event can be read back from a trace, and whether the trace is full. */

import type { NodeCategory, Stage } from "../errors/base.ts";
import { isDeeper, isLarger, type Json, type JsonObject } from "../json/json.ts";
import { DEPTH, SIZE, type TraceLimits } from "../json/limits.ts";
import type { EventBody, EventType } from "../trace/event.ts";
import { EngineFault, type RunCode } from "./errors.ts";
import type { RunState } from "./run-state.ts";

/** Stage and category of the refusal where an event of this type cannot follow; the workflow's for all others. */
export const REFUSERS: { readonly [T in EventType]?: readonly [Stage, NodeCategory] } = {
  admission: ["admission", "WF"],
  transform_end: ["transform", "CT"],
  side_effect_end: ["effect", "CS"],
  step_end: ["contract", "CC"],
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
  const [stage, category] = REFUSERS[event] ?? ["walk", "WF"];
  if (isDeeper(payload, depth))
    throw new EngineFault(stage, category, "DATA_TOO_DEEP", { event, limit: depth });
  if (isLarger(payload as Json, SIZE.event))
    throw new EngineFault(stage, category, "DATA_TOO_LARGE", { event, limit: SIZE.event });
}

const TRACE_CODES = { runs: "RUN_LIMIT", events: "EVENT_LIMIT" } as const satisfies Record<
  keyof TraceLimits,
  RunCode
>;

/** @throws RunFault where the trace may hold no more of these. */
export function checkLimit(
  of: keyof TraceLimits,
  { executor, tally }: Pick<RunState, "executor" | "tally">,
): void {
  const limit = executor.limit(of, tally[of]);
  if (limit !== null) throw new EngineFault("walk", "WF", TRACE_CODES[of], { limit });
}

/** Which limit of the trace a refusal reports; undefined for every other refusal. */
export function limitOf(code: string): keyof TraceLimits | undefined {
  if (code === TRACE_CODES.runs) return "runs";
  return code === TRACE_CODES.events ? "events" : undefined;
}
