/** What a trace leaves unfinished, taken event by event: effects without an end, and how far the run came. */

import type { EffectStart } from "../../capabilities/evidence.ts";
import type { Digest } from "../../json/canonical.ts";
import type { JsonObject } from "../../json/value.ts";
import type { Change, RecordedRequest } from "../../ports.ts";
import { MAIN_RUN, type Payloads, type TraceEvent } from "../../trace/event.ts";

export interface EffectPlace {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly capability: string;
  readonly op: string;
  readonly store: string | null;
  /** Line of the trace in which it begins. */
  readonly line: number;
}

/** An effect that began; nothing says that it ended. */
export interface BegunEffect extends EffectPlace, EffectStart {
  readonly inputs: JsonObject;
  readonly effectKey: Digest;
  /** From 1; null where the effect is not declared to be tried again. */
  readonly attempt: number | null;
  /** Whether a run nested in it had begun: then that one was cut off. */
  readonly isCaller: boolean;
}

export interface EndedEffect extends EffectPlace {
  readonly outcome: string;
  readonly change: Change | null;
  readonly reason?: JsonObject;
  readonly requests?: readonly RecordedRequest[];
}

/** A node or a step that ended. */
export interface ReachedNode {
  readonly run: string;
  readonly node: string;
  readonly step?: string;
  readonly outcome: string;
  readonly line: number;
}

/** Where a run stands: a node, one of its steps where one has begun, and the outcome of whichever has ended. */
export interface Standing {
  readonly node: string;
  readonly step: string | null;
  readonly outcome: string | null;
}

export class OpenEffects {
  /** The main run's first event. */
  start: Payloads["execution_start"] | null = null;
  hasEnded = false;
  /** The trace ends in a suspension: the run waits, and no process of it is missing. */
  isWaiting = false;
  /** The run was to end where it stood. */
  isCancelled = false;
  /** Null before the first node. */
  standing: Standing | null = null;
  lastStep: ReachedNode | null = null;
  lastNode: ReachedNode | null = null;
  /** Whether any effect ended. */
  hasEffects = false;
  /** In their order, where they are kept. */
  readonly ended: EndedEffect[] = [];
  /** By run: the workflow. */
  readonly workflows = new Map<string, string>();
  readonly #open = new Map<string, BegunEffect>();
  /** By workflow and store: the last change. */
  readonly #changes = new Map<string, Change>();
  readonly #keepsEnded: boolean;

  /** A long run ends so many effects that they are kept only for who asks for them: of a run that is over, nobody does. */
  constructor({ keepsEnded = false } = {}) {
    this.#keepsEnded = keepsEnded;
  }

  /** Of a run that is over. */
  static none(): OpenEffects {
    const none = new OpenEffects();
    none.hasEnded = true;
    return none;
  }

  /** Nothing of it is in question: the run ended with no effect open, or it waits. */
  get isOver(): boolean {
    return this.isWaiting || (this.hasEnded && this.#open.size === 0);
  }

  /** Without steps that wait: they do nothing. */
  get open(): readonly BegunEffect[] {
    return [...this.#open.values()];
  }

  /** Takes the events of a trace in their order. */
  take(event: TraceEvent): void {
    const { run, node_id: node = "", sequence: line } = event;
    if (run === MAIN_RUN) this.standing = standingAfter(event) ?? this.standing;
    this.isWaiting = event.event_type === "run_suspended";
    switch (event.event_type) {
      case "execution_start":
        this.workflows.set(run, event.payload.workflow_code);
        if (run === MAIN_RUN) this.start = event.payload;
        this.#noteCaller(event.payload.parent);
        return;
      case "side_effect_start":
        // Only of a step that may wait is it recorded when it began.
        if (event.payload.observed === undefined)
          this.#begin(event.payload, { run, node, line, since: event.timestamp });
        return;
      case "side_effect_end":
        this.#end(event.payload, run, node);
        return;
      case "step_end":
        this.lastStep = { run, node, step: event.payload.step, outcome: event.payload.outcome, line };
        return;
      case "node_end":
        this.lastNode = { run, node, outcome: event.payload.status, line };
        return;
      case "workflow_complete":
        this.hasEnded ||= run === MAIN_RUN;
        if (event.payload.status === "CANCELLED") this.#closeCallers(run);
        return;
      case "run_cancelled":
        this.isCancelled = true;
        return;
      default:
        return;
    }
  }

  #noteCaller(parent: Payloads["execution_start"]["parent"]): void {
    const id = parent === undefined ? "" : idOf(parent.run, parent.node, parent.step);
    const caller = this.#open.get(id);
    if (caller !== undefined) this.#open.set(id, { ...caller, isCaller: true });
  }

  /** Of a run that was cancelled with the runs nested in it, the step that called them does nothing more. */
  #closeCallers(run: string): void {
    for (const [id, effect] of this.#open) if (effect.run === run && effect.isCaller) this.#open.delete(id);
  }

  #begin(
    {
      step,
      cs_code: capability,
      op,
      store,
      inputs,
      effect_key: effectKey,
      attempt,
    }: Payloads["side_effect_start"],
    at: Pick<BegunEffect, "run" | "node" | "line" | "since">,
  ): void {
    // The place comes last: V8 makes a new hidden class for each member that is added to a spread object.
    this.#open.set(idOf(at.run, at.node, step), {
      step,
      capability,
      op,
      store,
      inputs,
      effectKey,
      attempt: attempt ?? null,
      last: this.#changes.get(this.#storeOf(at.run, store)) ?? null,
      isCaller: false,
      ...at,
    });
  }

  #end(
    { step, outcome, change, reason, requests, retried }: Payloads["side_effect_end"],
    run: string,
    node: string,
  ): void {
    const id = idOf(run, node, step);
    const begun = this.#open.get(id);
    this.#open.delete(id);
    this.hasEffects = true;
    if (begun === undefined) return;
    if (change !== undefined) this.#changes.set(this.#storeOf(run, begun.store), change);
    // Of several attempts, the last one says what became of the effect.
    if (!this.#keepsEnded || retried === true) return;
    const { capability, op, store, line } = begun;
    const place = { run, node, step, capability, op, store, line };
    const end = { outcome, change: change ?? null, ...(reason && { reason }), ...(requests && { requests }) };
    this.ended.push({ ...place, ...end });
  }

  /** Another workflow may have another store of that name. */
  #storeOf(run: string, store: string | null): string {
    return idOf(this.workflows.get(run) ?? "", store ?? "", "");
  }
}

/** Null after an event that is no step of the way. */
function standingAfter(event: TraceEvent): Standing | null {
  const { node_id: node = "" } = event;
  switch (event.event_type) {
    case "node_start":
      return { node, step: null, outcome: null };
    case "side_effect_start":
      return { node, step: event.payload.step, outcome: null };
    case "side_effect_end":
      return { node, step: event.payload.step, outcome: event.payload.retried ? null : event.payload.outcome };
    case "transform_end":
    case "step_end":
      return { node, step: event.payload.step, outcome: event.payload.outcome };
    case "evaluation_end":
      return { node, step: null, outcome: event.payload.outcome };
    case "node_end":
      return { node, step: null, outcome: event.payload.status };
    default:
      return null;
  }
}

/** Of three names, whatever characters they have. */
const idOf = (a: string, b: string, c: string) => `${a.length}:${b.length}:${a}${b}${c}`;
