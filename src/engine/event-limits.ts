/** Whether an event can be read back from a trace: asked before it is said, live and in a replay. */

import type { NodeCategory, Stage } from "../errors/base.ts";
import { isDeeper, isLarger, type Json, type JsonObject } from "../json/json.ts";
import { DEPTH, SIZE } from "../json/limits.ts";
import type { EventBody, EventType } from "../trace/event.ts";
import { EngineFault } from "./errors.ts";

/** Who refuses where an event of this type cannot follow; elsewhere the workflow does. */
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
