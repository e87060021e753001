/**
 * Sessions as the format has them: a run waits only in steps that had begun and declare a wait, an event that was
 * delivered is one of those waited for, and nothing ends as cancelled that nobody cancelled.
 */

import { targetOf } from "../capabilities/effect.ts";
import { jsonEqual } from "../json/value.ts";
import type { Step } from "../plan/plan.ts";
import { type EventOf, MAIN_RUN, SESSION_EVENTS, type TraceEvent, type WaitEntry } from "../trace/event.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** The declared step of a node of a run, by its name; undefined where there is none. */
export type FindDeclared = (run: string, node: string, step: string) => Step | undefined;

/** Sessions are those of the whole trace. */
function checkPlace({ event_type, run, node_id, sequence }: TraceEvent): readonly TraceFinding[] {
  if (!SESSION_EVENTS.has(event_type) || (run === MAIN_RUN && node_id === undefined)) return NONE;
  return [finding("NOT_OF_A_NODE", sequence, { event_type })];
}

const NONE: readonly TraceFinding[] = [];

/** A step that had begun, and how it may wait. */
interface OpenWait {
  readonly start: EventOf<"side_effect_start">;
  readonly kind: string;
}

/** Is shown the events of a trace in their order. */
export class SessionRules {
  readonly #findStep: FindDeclared;
  /** By effect key: what waits may be open. */
  readonly #open = new Map<string, OpenWait>();
  /** By run: the effect that began last. */
  readonly #last = new Map<string, EventOf<"side_effect_start">>();
  /** The waits of the suspension that stands before the event; null where none does. */
  #suspended: readonly WaitEntry[] | null = null;
  #isCancelled = false;

  constructor(findStep: FindDeclared) {
    this.#findStep = findStep;
  }

  check(event: TraceEvent): readonly TraceFinding[] {
    const before = [...checkPlace(event), ...this.#afterSuspension(event)];
    const found = this.#ofEvent(event);
    this.#suspended = event.event_type === "run_suspended" ? event.payload.waits : null;
    return before.length === 0 ? found : [...before, ...found];
  }

  /** What stands behind a suspension is how the run went on, or that it was cancelled. */
  #afterSuspension({ event_type, sequence }: TraceEvent): readonly TraceFinding[] {
    if (this.#suspended === null || event_type === "run_resumed" || event_type === "run_cancelled") return NONE;
    return [finding("NOT_RESUMED", sequence, { event_type })];
  }

  #ofEvent(event: TraceEvent): readonly TraceFinding[] {
    switch (event.event_type) {
      case "side_effect_start":
        this.#begin(event);
        return NONE;
      case "side_effect_end":
        this.#end(event);
        return NONE;
      case "run_suspended":
        return this.#checkWaits(event);
      case "run_resumed":
        return this.#checkResumed(event);
      case "run_cancelled":
        this.#isCancelled = true;
        return NONE;
      case "workflow_complete":
        return this.#checkEnd(event);
      default:
        return NONE;
    }
  }

  #begin(event: EventOf<"side_effect_start">): void {
    const { effect_key, op } = event.payload;
    this.#last.set(event.run, event);
    this.#close(event);
    const step = this.#stepOf(event);
    const mayWait = step?.kind === "effect" && targetOf(step.operation).answers === "awaited";
    if (mayWait) this.#open.set(effect_key, { start: event, kind: op });
  }

  /** Before it is tried again, the run may wait. */
  #end({ run, payload }: EventOf<"side_effect_end">): void {
    const start = this.#last.get(run);
    if (start === undefined) return;
    const { effect_key } = start.payload;
    this.#close(start);
    const step = this.#stepOf(start);
    const mayPause = payload.retried === true && step?.kind === "effect" && step.retry !== null;
    if (mayPause) this.#open.set(effect_key, { start, kind: "TIME" });
  }

  /** A forged key may be that of a wait in another run. */
  #close({ run, payload }: EventOf<"side_effect_start">): void {
    if (this.#open.get(payload.effect_key)?.start.run === run) this.#open.delete(payload.effect_key);
  }

  #stepOf({ run, node_id = "", payload }: EventOf<"side_effect_start">): Step | undefined {
    return this.#findStep(run, node_id, payload.step);
  }

  #checkWaits({ payload: { waits }, sequence }: EventOf<"run_suspended">): readonly TraceFinding[] {
    const none = waits.length === 0 ? [finding("NO_WAITS", sequence)] : [];
    const undeclared = waits
      .filter((wait) => !this.#isOpen(wait))
      .map(({ run, node, step }) => finding("NOT_A_WAIT", sequence, { run, node, step }));
    return [...none, ...undeclared];
  }

  #isOpen({ run, node, step, kind, effect_key }: WaitEntry): boolean {
    const open = this.#open.get(effect_key);
    if (open === undefined) return false;
    const { start } = open;
    const isSamePlace = start.run === run && start.node_id === node && start.payload.step === step;
    return isSamePlace && open.kind === kind;
  }

  #checkResumed({ payload, sequence }: EventOf<"run_resumed">): readonly TraceFinding[] {
    const { cause, key } = payload;
    if (cause === "INTERRUPTED") return [];
    if (this.#suspended === null) return [finding("NOT_SUSPENDED", sequence, { cause })];
    const isWaitedFor = key === undefined || this.#suspended.some((wait) => jsonEqual(wait.key ?? null, key));
    return isWaitedFor ? [] : [finding("NOT_WAITED_FOR", sequence, { key })];
  }

  #checkEnd({ run, payload, sequence }: EventOf<"workflow_complete">): readonly TraceFinding[] {
    const isSaid = payload.status === "CANCELLED";
    return isSaid === this.#isCancelled
      ? []
      : [finding("NOT_CANCELLED", sequence, { run, status: payload.status })];
  }
}
