/** The effects that began and are not known to have ended. */

import type { TraceEvent } from "../trace/event.ts";

export interface OpenEffect {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly op: string;
  readonly store: string | null;
  readonly effectKey: string;
  readonly line: number;
  /** Whether a run nested in it had begun: then that one was cut off. */
  readonly isCaller: boolean;
}

/** Must be shown the events in order. */
export class OpenEffects {
  readonly #open = new Map<string, OpenEffect>();

  take(event: TraceEvent): void {
    const { run, node_id: node = "" } = event;
    if (event.event_type === "execution_start" && event.payload.parent !== undefined) {
      const { parent } = event.payload;
      this.#change(idOf(parent.run, parent.node, parent.step), (caller) => ({ ...caller, isCaller: true }));
    }
    if (event.event_type === "side_effect_end") this.#open.delete(idOf(run, node, event.payload.step));
    if (event.event_type !== "side_effect_start") return;
    const { step, op, store, effect_key: effectKey } = event.payload;
    const begun = { run, node, step, op, store, effectKey, line: event.sequence, isCaller: false };
    this.#open.set(idOf(run, node, step), begun);
  }

  #change(id: string, change: (effect: OpenEffect) => OpenEffect): void {
    const effect = this.#open.get(id);
    if (effect !== undefined) this.#open.set(id, change(effect));
  }

  get all(): readonly OpenEffect[] {
    return [...this.#open.values()];
  }
}

function idOf(run: string, node: string, step: string): string {
  return JSON.stringify([run, node, step]);
}
