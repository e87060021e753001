/** Are the attempts of an effect those that the plan declares: in order, and no more than that? */

import { pauseAfter } from "../engine/attempts.ts";
import type { EffectStep, Plan } from "../plan/plan.ts";
import type { EventOf, TraceEvent } from "../trace/event.ts";
import { finding, type TraceFinding } from "./finding.ts";

interface Attempted {
  readonly node: string;
  readonly step: string;
  /** How many attempts have begun. */
  readonly attempt: number;
  /** Whether another one must follow. */
  readonly isRetried: boolean;
}

const NONE: Attempted = { node: "", step: "", attempt: 0, isRetried: false };

/** Takes the events of a trace in their order. */
export class AttemptCheck {
  /** By run. */
  readonly #last = new Map<string, Attempted>();

  take(plan: Plan, event: TraceEvent): readonly TraceFinding[] {
    const last = this.#last.get(event.run) ?? NONE;
    switch (event.event_type) {
      case "side_effect_start":
        return this.#begin(stepOf(plan, event), last, event);
      case "side_effect_end":
        return this.#end(stepOf(plan, event), last, event);
      case "transform_end":
      case "step_end":
      case "node_end":
      case "workflow_complete":
        return this.#missing(last, event);
      case "error":
        // A refusal ends what was to be tried again.
        this.#last.delete(event.run);
        return [];
      default:
        return [];
    }
  }

  #begin(
    declared: EffectStep | undefined,
    last: Attempted,
    { run, node_id: node = "", sequence, payload }: EventOf<"side_effect_start">,
  ): readonly TraceFinding[] {
    const { step, attempt } = payload;
    const isNext = last.isRetried && last.node === node && last.step === step;
    const missing = isNext ? [] : this.#missing(last, { run, sequence });
    const count = isNext ? last.attempt + 1 : 1;
    this.#last.set(run, { node, step, attempt: count, isRetried: false });
    if (declared === undefined) return missing;
    const expected = declared.retry === null ? null : count;
    if ((attempt ?? null) === expected && count <= (declared.retry?.maxAttempts ?? 1)) return missing;
    return [...missing, finding("BAD_ATTEMPT", sequence, { node, step, found: attempt ?? null, expected })];
  }

  #end(
    declared: EffectStep | undefined,
    last: Attempted,
    { run, node_id: node = "", sequence, payload }: EventOf<"side_effect_end">,
  ): readonly TraceFinding[] {
    const { step, outcome, retried = false } = payload;
    const mustFollow = declared !== undefined && pauseAfter(declared, last.attempt, payload) !== null;
    if (last.node === node && last.step === step)
      this.#last.set(run, { ...last, isRetried: retried || mustFollow });
    if (declared === undefined || retried === mustFollow) return [];
    return [finding("BAD_RETRY", sequence, { node, step, outcome, retried })];
  }

  #missing(last: Attempted, { run, sequence }: Pick<TraceEvent, "run" | "sequence">): readonly TraceFinding[] {
    if (!last.isRetried) return [];
    this.#last.delete(run);
    const { node, step, attempt } = last;
    return [finding("BAD_ATTEMPT", sequence, { node, step, found: null, expected: attempt + 1 })];
  }
}

function stepOf(plan: Plan, event: EventOf<"side_effect_start" | "side_effect_end">): EffectStep | undefined {
  const node = plan.nodes.get(event.node_id ?? "");
  const steps = node?.type === "CC" ? node.contract.steps : [];
  return steps.find((one): one is EffectStep => one.kind === "effect" && one.name === event.payload.step);
}
