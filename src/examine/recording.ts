/**
 * A trace as the conclusions of its run: hands every recorded one back to the walk, and holds what the walk says
 * against what was recorded.
 */

import type { Conclude, EffectConclusion, TransformConclusion } from "../engine/conclude.ts";
import { answer } from "../engine/perform.ts";
import { type NodeCategory, type RunCode, RunFault, type Stage } from "../faults.ts";
import { firstDifference, isObject, type Json, type JsonObject, own, parsePointer, pointer } from "../json.ts";
import { evaluate, follow, holds, type Scope } from "../plan/expression.ts";
import type { Unmet } from "../plan/intent.ts";
import type { Evaluation, TransformStep } from "../plan/plan.ts";
import type { Observation } from "../ports.ts";
import {
  type EventType,
  type Happening,
  holdsSuppressed,
  isSuppressed,
  MAIN_RUN,
  OBSERVATIONAL,
  type TraceEvent,
} from "../trace/event.ts";
import { finding, type TraceFinding } from "./finding.ts";

/** Ends the walk: with a divergence, or because an interrupted record has no more to say. */
export class Stop extends Error {
  readonly finding: TraceFinding | null;

  constructor(found: TraceFinding | null) {
    super("replay stopped");
    this.finding = found;
  }
}

/** The record of one run, read from its first event to its last. */
export class Recording {
  readonly #events: readonly TraceEvent[];
  readonly #isComplete: boolean;
  #hasSecrets: boolean;
  #next = 0;
  #suppressed = 0;

  constructor(events: readonly TraceEvent[], hasSecrets: boolean) {
    this.#events = events;
    this.#hasSecrets = hasSecrets;
    const last = events.at(-1);
    this.#isComplete = last?.event_type === "workflow_complete" && last.run === MAIN_RUN;
  }

  get tally(): { compared: number; suppressed: number } {
    return { compared: this.#next, suppressed: this.#suppressed };
  }

  peek(): TraceEvent | undefined {
    return this.#events[this.#next];
  }

  /** @throws Stop */
  compare(happening: Happening): void {
    const recorded = this.#require();
    const found = determinative(happening);
    const expected = determinative(recorded);
    const path = firstDifference(expected, this.#withSuppressed(expected, found));
    if (path !== undefined) {
      const facts = {
        pointer: pointer(path),
        recorded: follow(expected, path) ?? null,
        replayed: follow(found, path) ?? null,
      };
      throw new Stop(finding("DIVERGED", recorded.sequence, facts));
    }
    this.#next++;
  }

  /**
   * The recomputed value with what the record suppresses put in its place, so that it is not compared; neither is
   * what could only be recomputed from something suppressed.
   */
  #withSuppressed(recorded: Json, found: Json): Json {
    if (!this.#hasSecrets) return found;
    if (isSuppressed(recorded) || isSuppressed(found)) {
      this.#suppressed++;
      return recorded;
    }
    if (Array.isArray(recorded) && Array.isArray(found)) {
      return found.map((item: Json, i) =>
        recorded[i] === undefined ? item : this.#withSuppressed(recorded[i] as Json, item),
      );
    }
    if (!isObject(recorded) || !isObject(found)) return found;
    return Object.fromEntries(
      Object.entries(found).map(([key, item]) => {
        const known = own(recorded, key);
        return [key, known === undefined ? item : this.#withSuppressed(known, item)];
      }),
    );
  }

  /** The next event of the record. @throws Stop when an interrupted record ends here. */
  #require(): TraceEvent {
    const event = this.peek();
    if (event !== undefined) return event;
    throw new Stop(this.#isComplete ? finding("REPLAY_LONGER", this.#events.length) : null);
  }

  /** The next event, provided that it is of this type; a recorded refusal is thrown again. */
  #expect<T extends EventType>(type: T): Extract<TraceEvent, { event_type: T }> {
    const event = this.#require();
    if (event.event_type === type) return event as Extract<TraceEvent, { event_type: T }>;
    if (event.event_type === "error") throw recordedFault(event.payload);
    const facts = { pointer: "/event_type", recorded: event.event_type, replayed: type };
    throw new Stop(finding("DIVERGED", event.sequence, facts));
  }

  readonly conclude: Conclude = {
    begin: (_, plan) => {
      this.#hasSecrets ||= plan.secrets !== null;
      const { observed } = this.#expect("execution_start").payload;
      return observed.find((one) => "clock" in one)?.clock ?? "";
    },
    admission: () => {
      const { requires, forbids } = this.#expect("admission").payload;
      return { requires: requires.map((rule) => rule.matched), forbids: forbids.map((rule) => rule.matched) };
    },
    transform: (step, inputs) => this.#transform(step, inputs),
    effect: (): EffectConclusion => {
      const { outcome, result, reason, change, observed } = this.#expect("side_effect_end").payload;
      return {
        outcome,
        result,
        observed: observed ?? [],
        ...(reason === undefined ? {} : { reason }),
        ...(change === undefined ? {} : { change }),
      };
    },
    unmet: (found) => (this.#hasSecrets ? this.#reconcile(found) : found),
    evaluation: (evaluation, scope) => this.#evaluation(evaluation, scope),
    status: (value) => (this.#isHidden(value) ? this.#expect("step_end").payload.outcome : value),
  };

  #isHidden(value: Json | undefined): boolean {
    return this.#hasSecrets && value !== undefined && holdsSuppressed(value);
  }

  #transform(step: TransformStep, inputs: JsonObject): TransformConclusion {
    const recorded = this.peek();
    const observed = recorded?.event_type === "transform_end" ? (recorded.payload.observed ?? []) : [];
    const isHidden =
      this.#isHidden(inputs) ||
      observed.some((one) => Object.values(one).some((value) => typeof value !== "string"));
    if (!isHidden) return { ...redraw(step, inputs, observed, recorded), observed };
    const { outputs, reason } = this.#expect("transform_end").payload;
    this.#suppressed++;
    return { result: outputs ?? null, observed, ...(reason === undefined ? {} : { reason }) };
  }

  /** Rules about a suppressed value are taken as recorded, in their places; all others as found again. */
  #reconcile(found: readonly Unmet[]): readonly Unmet[] {
    const judged = this.#judged();
    const visible = found.filter(({ pointer, actual }) => !isSuppressed(actual) && !hides(judged, pointer));
    const reconciled: Unmet[] = [];
    for (let i = this.#next; this.#events[i]?.event_type === "violation"; i++) {
      const recorded = unmetOf(this.#events[i] as Extract<TraceEvent, { event_type: "violation" }>);
      const isHidden = isSuppressed(recorded.actual) || hides(judged, recorded.pointer);
      const next = isHidden ? recorded : visible.shift();
      if (next !== undefined) reconciled.push(next);
    }
    return [...reconciled, ...visible];
  }

  /** What the rules of the node that has just begun are about: its inputs, or an intent's payload. */
  #judged(): Json {
    const begun = this.#events[this.#next - 1];
    const inputs = begun?.event_type === "node_start" ? begun.payload.inputs : undefined;
    const start = this.#events[0] as Extract<TraceEvent, { event_type: "execution_start" }>;
    return inputs ?? start.payload.payload;
  }

  #evaluation({ condition, onTrue, onFalse }: Evaluation, scope: Scope): string {
    const isHidden = [condition.left, condition.right].some((side) => this.#isHidden(evaluate(side, scope)));
    if (!isHidden) return holds(condition, scope) ? onTrue : onFalse;
    this.#suppressed++;
    const recorded = this.#require();
    // The step's own end is compared already: what follows is how the contract ended.
    return recorded.event_type === "node_end" ? recorded.payload.status : onFalse;
  }
}

function unmetOf({ payload }: Extract<TraceEvent, { event_type: "violation" }>): Unmet {
  const { field, constraint, expected, actual } = payload;
  return {
    pointer: field as string,
    constraint: constraint as Unmet["constraint"],
    ...(expected === undefined ? {} : { expected }),
    ...(actual === undefined ? {} : { actual }),
  };
}

/** Whether a suppressed value stands at the pointer or above it. */
function hides(judged: Json, at: string): boolean {
  let value: Json | undefined = judged;
  for (const part of parsePointer(at)) {
    value = Array.isArray(value)
      ? (value[Number(part)] as Json | undefined)
      : isObject(value)
        ? own(value, part)
        : undefined;
    if (isSuppressed(value)) return true;
  }
  return false;
}

/** What must be the same in every run of the same thing. */
function determinative({ event_type, run, node_id, payload }: Happening): JsonObject {
  const kept = Object.entries(payload).filter(([key]) => !OBSERVATIONAL.has(key));
  return {
    event_type,
    run,
    ...(node_id === undefined ? {} : { node_id }),
    payload: Object.fromEntries(kept) as JsonObject,
  };
}

function recordedFault({
  error_code,
  node_category,
  stage,
  facts,
}: Extract<TraceEvent, { event_type: "error" }>["payload"]): RunFault {
  const code = error_code as RunCode;
  return new RunFault(stage as Stage, node_category as NodeCategory, code, facts as never);
}

/**
 * The transform's answer to the recorded readings, handed back in order.
 * @throws Stop when it draws another number of them, or others, than are on record
 */
function redraw(
  step: TransformStep,
  inputs: JsonObject,
  observed: readonly Observation[],
  recorded: TraceEvent | undefined,
): Omit<TransformConclusion, "observed"> {
  const left = [...observed];
  let lacking: "clock" | "entropy" | undefined;
  const next = <K extends "clock" | "entropy">(kind: K): string => {
    const reading = left.shift() as Partial<Record<K, string>> | undefined;
    const value = reading?.[kind];
    if (typeof value === "string") return value;
    lacking = kind;
    throw new Error(`no ${kind} on record`);
  };
  const differ = (was: Json, is: Json) => {
    const facts = { pointer: "/payload/observed", recorded: was, replayed: is };
    return new Stop(finding("DIVERGED", recorded?.sequence, facts));
  };
  try {
    const answered = answer(step, inputs, { clock: () => next("clock"), entropy: () => next("entropy") });
    if (left.length === 0) return answered;
  } catch (error) {
    // What a transform that threw had drawn is not on record; else, a missing reading is the record's own flaw.
    throw lacking === undefined || recorded?.event_type === "error" ? error : differ(null, lacking);
  }
  throw differ(left as unknown as Json, null);
}
