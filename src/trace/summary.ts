/** The summary that `run` prints. It uses only the events, so it shows nothing that is not in the trace (SPEC 1). */

import { isObject, type Json, type JsonObject, type MutableJson, own, setOwn } from "../json/value.ts";
import type { RecordedRequest } from "../ports.ts";
import {
  type EvaluationEnd,
  type EventBody,
  isSuppressed,
  MAIN_RUN,
  type Payloads,
  type Violation,
  type WaitEntry,
} from "./event.ts";

export interface PathEntry {
  readonly run: string;
  readonly node: string;
  readonly outcome: string;
  readonly next: string | null;
}

export interface EffectEntry {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly capability: string;
  readonly op: string;
  readonly store: string | null;
  /** Null when the effect began and its end is not known. */
  readonly outcome: string | null;
  /** From 1; absent where the effect is not declared to be tried again. */
  readonly attempt?: number;
}

export interface ViolationEntry extends Violation {
  readonly run: string;
  readonly node: string | null;
}

export interface ErrorEntry extends Omit<Payloads["error"], "facts"> {
  readonly run: string;
  readonly node: string | null;
  readonly facts: JsonObject;
}

/** Why a step did not succeed, as its capability states it. */
export interface ReasonEntry {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly outcome: string;
  /** Of an effect that is declared to be tried again: which attempt, from 1. */
  readonly attempt?: number;
  readonly reason: JsonObject;
}

/** What decided the outcome of a contract. */
export interface EvaluationEntry extends EvaluationEnd {
  readonly run: string;
  readonly node: string;
}

/** An effect whose end became known after an interruption. */
export interface SettledEntry {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly op: string | null;
  readonly store: string | null;
  readonly outcome: string;
  /** The store shows it, or a person said so. */
  readonly settled: "shown" | "assumed";
  /** Who said so; null where nobody is named. */
  readonly actor: string | null;
}

/** What an http effect sent. */
export interface RequestEntry extends RecordedRequest {
  readonly run: string;
  readonly node: string;
  readonly step: string;
}

export interface Summary {
  /** Whether it is a dry run: nothing was written, and nothing was sent. */
  isDryRun: boolean;
  /** The main run's own, as far as it is traced. */
  payload: JsonObject;
  readonly path: PathEntry[];
  readonly results: MutableJson;
  readonly effects: EffectEntry[];
  readonly requests: RequestEntry[];
  /** Announced event codes, in order. */
  readonly events: string[];
  readonly violations: ViolationEntry[];
  readonly errors: ErrorEntry[];
  readonly reasons: ReasonEntry[];
  readonly settled: SettledEntry[];
  readonly evaluations: EvaluationEntry[];
  /** What the run waits for, where the trace ends in that. */
  waits: readonly WaitEntry[];
  /** By effect key of a wait: what the answer must hold, as an intent declares it. */
  readonly answerFields: Map<string, JsonObject>;
  /** The main run's own ending; null while it has none. */
  ending: Payloads["workflow_complete"] | null;
  /** Every name once: a long trace that is read repeats the same names many times. Null of a run, which has its plan's. */
  readonly names: Map<string, string> | null;
}

/** Of the events of a trace that is read. */
export function createSummary(): Summary {
  return summaryWith(new Map());
}

/** Of the events of a run, while it goes on. */
export function createRunSummary(): Summary {
  return summaryWith(null);
}

function summaryWith(names: Summary["names"]): Summary {
  return {
    isDryRun: false,
    payload: {},
    path: [],
    results: {},
    effects: [],
    requests: [],
    events: [],
    violations: [],
    errors: [],
    reasons: [],
    settled: [],
    evaluations: [],
    waits: [],
    answerFields: new Map(),
    ending: null,
    names,
  };
}

export function summaryOf(events: Iterable<EventBody>): Summary {
  const summary = createSummary();
  for (const event of events) addEvent(summary, event);
  return summary;
}

/** Adds one event. Results are those of the main run. */
export function addEvent(summary: Summary, event: EventBody): void {
  const run = shared(event.run, summary);
  const node = shared(event.node_id ?? "", summary);
  switch (event.event_type) {
    case "execution_start":
      if (run !== MAIN_RUN) return;
      summary.payload = event.payload.payload;
      summary.isDryRun = event.payload.dry_run === true;
      return;
    case "node_end": {
      const { status, next, outputs } = event.payload;
      summary.path.push({
        run,
        node,
        outcome: shared(status, summary),
        next: next === null ? null : shared(next, summary),
      });
      if (run === MAIN_RUN) setOwn(summary.results, node, outputs as Json);
      return;
    }
    case "side_effect_start": {
      const { step, cs_code: capability, op, store, attempt, inputs, effect_key, observed } = event.payload;
      const fields = observed === undefined ? undefined : own(inputs, "fields");
      if (isObject(fields) && !isSuppressed(fields)) summary.answerFields.set(effect_key, fields);
      const entry = {
        run,
        node,
        step: shared(step, summary),
        capability: shared(capability, summary),
        op: shared(op, summary),
        store: store === null ? null : shared(store, summary),
        outcome: null,
      };
      summary.effects.push(attempt === undefined ? entry : { ...entry, attempt });
      return;
    }
    case "side_effect_end": {
      const { step, outcome, requests = [] } = event.payload;
      for (const request of requests) summary.requests.push({ run, node, step, ...request });
      const index = summary.effects.findLastIndex(
        (one) => one.run === run && one.node === node && one.step === step,
      );
      const begun = summary.effects[index];
      const { settled, actor = null } = event.payload;
      if (settled !== undefined) {
        const { op = null, store = null } = begun ?? {};
        summary.settled.push({ run, node, step, op, store, outcome, settled, actor });
      }
      const { reason } = event.payload;
      if (reason !== undefined) {
        const tried = begun?.attempt === undefined ? {} : { attempt: begun.attempt };
        summary.reasons.push({ run, node, step, outcome, ...tried, reason });
      }
      if (begun !== undefined) summary.effects[index] = { ...begun, outcome: shared(outcome, summary) };
      return;
    }
    case "transform_end": {
      const { step, outcome, reason } = event.payload;
      if (reason !== undefined) summary.reasons.push({ run, node, step, outcome, reason });
      return;
    }
    case "evaluation_end": {
      const { evaluation, condition, outcome, left, right } = event.payload;
      summary.evaluations.push({
        run,
        node,
        condition: shared(condition, summary),
        evaluation: shared(evaluation, summary),
        outcome: shared(outcome, summary),
        left,
        right,
      });
      return;
    }
    case "event_announced":
      summary.events.push(event.payload.event_code);
      return;
    case "violation":
      summary.violations.push({ run, node: event.node_id ?? null, ...event.payload });
      return;
    case "error":
      summary.errors.push({ run, node: event.node_id ?? null, ...event.payload });
      return;
    case "run_suspended":
      summary.waits = event.payload.waits;
      return;
    case "run_resumed":
    case "run_cancelled":
      summary.waits = [];
      return;
    case "workflow_complete":
      if (run === MAIN_RUN) summary.ending = event.payload;
      return;
    default:
      return;
  }
}

/** The name as the summary has it already. */
function shared(name: string, { names }: Summary): string {
  if (names === null) return name;
  const known = names.get(name);
  if (known === undefined) names.set(name, name);
  return known ?? name;
}

/** The refusal that ended the main run; the caller handles the refusal of a nested run. */
export function refusalOf({ errors }: Summary): ErrorEntry | undefined {
  return errors.find(({ run }) => run === MAIN_RUN);
}

/** The effects as documents list them: attempts of one effect are entries of their own, in order. */
export function listedEffects({ effects }: Pick<Summary, "effects">): readonly Omit<EffectEntry, "attempt">[] {
  return effects.map(({ attempt: _, ...entry }) => entry);
}

export interface MarkedEffect extends Omit<EffectEntry, "attempt"> {
  readonly dry_run?: true;
}

/** The same, of which each one of a dry run says that it did not take place. */
export function markedEffects(summary: Summary): readonly MarkedEffect[] {
  const effects = listedEffects(summary);
  return summary.isDryRun ? effects.map((effect) => ({ ...effect, dry_run: true })) : effects;
}
