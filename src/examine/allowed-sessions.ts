/**
 * Sessions as the format has them: a run waits only in steps that had begun and declare a wait, an event that was
 * delivered is one of those waited for, and nothing ends as cancelled that nobody cancelled.
 */

import { targetOf } from "../capabilities/effect.ts";
import { jsonEqual } from "../json/value.ts";
import type { Step } from "../plan/plan.ts";
import type { EventOf, TraceEvent, WaitEntry } from "../trace/event.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** The declared step of a node of a run, by its name; undefined where there is none. */
export type FindDeclared = (run: string, node: string, step: string) => Step | undefined;

/** Is shown the events of a trace in their order. */
export class SessionRules {
  readonly #findStep: FindDeclared;
  /** By effect key: the steps that may wait, have begun and have not ended. */
  readonly #begun = new Map<string, EventOf<"side_effect_start">>();
  /** By run: the effect that goes on. */
  readonly #current = new Map<string, string>();
  /** The waits of the suspension that stands before the event; null where none does. */
  #suspended: readonly WaitEntry[] | null = null;
  #isCancelled = false;

  constructor(findStep: FindDeclared) {
    this.#findStep = findStep;
  }

  check(event: TraceEvent): readonly TraceFinding[] {
    const found = [...this.#afterSuspension(event), ...this.#ofEvent(event)];
    this.#suspended = event.event_type === "run_suspended" ? event.payload.waits : null;
    return found;
  }

  /** What stands behind a suspension is how the run went on, or that it was cancelled. */
  #afterSuspension({ event_type, sequence }: TraceEvent): readonly TraceFinding[] {
    if (this.#suspended === null || event_type === "run_resumed" || event_type === "run_cancelled") return [];
    return [finding("NOT_RESUMED", sequence, { event_type })];
  }

  #ofEvent(event: TraceEvent): readonly TraceFinding[] {
    switch (event.event_type) {
      case "side_effect_start":
        this.#begin(event);
        return [];
      case "side_effect_end":
        this.#begun.delete(this.#current.get(event.run) ?? "");
        return [];
      case "run_suspended":
        return this.#checkWaits(event);
      case "run_resumed":
        return this.#checkResumed(event);
      case "run_cancelled":
        this.#isCancelled = true;
        return [];
      case "workflow_complete":
        return this.#checkEnd(event);
      default:
        return [];
    }
  }

  #begin(event: EventOf<"side_effect_start">): void {
    const { effect_key } = event.payload;
    this.#current.set(event.run, effect_key);
    if (this.#mayWait(event)) this.#begun.set(effect_key, event);
  }

  #mayWait({ run, node_id = "", payload }: EventOf<"side_effect_start">): boolean {
    const step = this.#findStep(run, node_id, payload.step);
    return step?.kind === "effect" && targetOf(step.operation).answers === "awaited";
  }

  #checkWaits({ payload: { waits }, sequence }: EventOf<"run_suspended">): readonly TraceFinding[] {
    const none = waits.length === 0 ? [finding("NO_WAITS", sequence)] : [];
    const undeclared = waits
      .filter((wait) => !this.#isBegun(wait))
      .map(({ run, node, step }) => finding("NOT_A_WAIT", sequence, { run, node, step }));
    return [...none, ...undeclared];
  }

  #isBegun({ run, node, step, kind, effect_key }: WaitEntry): boolean {
    const begun = this.#begun.get(effect_key);
    if (begun === undefined) return false;
    const { payload } = begun;
    return begun.run === run && begun.node_id === node && payload.step === step && payload.op === kind;
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
