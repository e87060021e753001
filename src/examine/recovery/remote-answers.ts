/**
 * What http and host effects answer in a dry run, where nothing is sent and no code of the host runs: what is on record
 * for the same step with the same input, or what a probe found. Where neither is known, the dry run ends.
 */

import { targetOf } from "../../capabilities/effect.ts";
import type { EffectResult, StepExecutor } from "../../engine/executor.ts";
import { type JsonObject, jsonEqual } from "../../json/value.ts";
import type { EffectStep } from "../../plan/plan.ts";
import type { TraceEvent } from "../../trace/event.ts";
import type { OpenEffect } from "./probe.ts";

interface RemoteAnswer {
  readonly inputs: JsonObject;
  /** Null where the effect has no end, and was not found done. */
  readonly answer: Pick<EffectResult, "outcome" | "result" | "reason" | "requests"> | null;
}

/** By place, for each time that the run came to it. */
export type RemoteAnswers = ReadonlyMap<string, readonly RemoteAnswer[]>;

/** Of effects without a store, which alone can be remote. */
export function remoteAnswersIn(events: Iterable<TraceEvent>, open: readonly OpenEffect[]): RemoteAnswers {
  const answers = new Map<string, RemoteAnswer[]>();
  const found = new Map(open.map((effect) => [effect.effectKey as string, foundAnswer(effect)]));
  for (const { event_type, run, node_id: node = "", payload } of events) {
    if (event_type === "side_effect_start" && payload.store === null) {
      const place = placeOf(run, node, payload.step);
      const { inputs, effect_key: key } = payload;
      const earlier = answers.get(place) ?? [];
      answers.set(place, [...earlier, { inputs, answer: found.get(key) ?? null }]);
    } else if (event_type === "side_effect_end") {
      const begun = answers.get(placeOf(run, node, payload.step));
      const last = begun?.pop();
      if (begun !== undefined && last !== undefined) begun.push({ ...last, answer: payload });
    }
  }
  return answers;
}

function foundAnswer({ found }: OpenEffect): RemoteAnswer["answer"] {
  if (found.state !== "done" || found.answer === undefined) return null;
  return { outcome: "SUCCESS", result: found.answer.result };
}

const placeOf = (...place: readonly string[]) => JSON.stringify(place);

/** What a remote effect would do is not known. */
export class DryRunEnd extends Error {
  readonly at: RemoteStep;

  constructor(at: RemoteStep) {
    super("the answer of this effect is not known");
    this.at = at;
  }
}

export interface RemoteStep {
  readonly run: string;
  readonly node: string;
  readonly step: string;
  readonly inputs: JsonObject;
  readonly isReading: boolean;
}

/** For one dry run. */
export class RemoteEffects {
  readonly #answers: RemoteAnswers;
  readonly #times = new Map<string, number>();
  #at = { run: "", node: "" };
  #time = 0;
  #repeats = false;

  constructor(answers: RemoteAnswers) {
    this.#answers = answers;
  }

  /** Whether the last effect would have been performed a second time. */
  get repeats(): boolean {
    return this.#repeats;
  }

  /** The executor, which counts here how often the run comes to each effect. */
  counting(executor: StepExecutor): StepExecutor {
    return {
      ...executor,
      emit: (event) => {
        this.#at = { run: event.run, node: event.node_id ?? "" };
        return executor.emit(event);
      },
      effect: (...asked) => {
        const [step] = asked;
        const place = placeOf(this.#at.run, this.#at.node, step.name);
        this.#time = this.#times.get(place) ?? 0;
        this.#times.set(place, this.#time + 1);
        this.#repeats = false;
        return executor.effect(...asked);
      },
    };
  }

  /** The executor, which performs all but remote effects. @throws DryRunEnd */
  answering(live: StepExecutor): StepExecutor {
    return {
      ...live,
      effect: (...asked) => {
        const [step, inputs] = asked;
        return targetOf(step.operation).hasDryRun ? live.effect(...asked) : this.#answer(step, inputs);
      },
    };
  }

  #answer({ name: step, operation }: EffectStep, inputs: JsonObject): EffectResult {
    const { run, node } = this.#at;
    const target = targetOf(operation);
    const known = this.#answers.get(placeOf(run, node, step))?.[this.#time];
    if (!known?.answer || !jsonEqual(known.inputs, inputs))
      throw new DryRunEnd({ run, node, step, inputs, isReading: target.isReading(operation) });
    this.#repeats =
      target.answers === "recorded" &&
      target.secondTime(operation) === "repeats" &&
      !target.isReading(operation);
    const { outcome, result, reason, requests } = known.answer;
    return {
      ...{ outcome, result, observed: [] },
      ...(reason === undefined ? {} : { reason }),
      ...(requests === undefined ? {} : { requests }),
    };
  }
}
