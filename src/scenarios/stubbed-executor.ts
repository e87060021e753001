/** Steps that answer what a scenario says in place of being performed: how an outcome comes about that no data brings. */

import type { EffectResult, StepExecutor } from "../engine/executor.ts";
import { pointer } from "../json/pointer.ts";
import { MAIN_RUN } from "../trace/event.ts";
import type { Difference } from "./expect/compare.ts";
import type { Answer } from "./scenario.ts";

/** The code of the reason that stands in the trace beside a staged answer. */
export const STUBBED = "STAGED";

const REASON = { code: STUBBED } as const;

export class StubbedExecutor {
  readonly #answers: ReadonlyMap<string, readonly Answer[]>;
  readonly #asked = new Set<string>();
  /** By effect key and attempt. */
  readonly #given = new Map<string, EffectResult>();
  #node = "";
  #run = MAIN_RUN;
  #isComputed = true;

  constructor(answers: ReadonlyMap<string, readonly Answer[]>) {
    this.#answers = answers;
  }

  /** The executor, which answers for some steps instead of performing them. */
  readonly stub = (live: StepExecutor): StepExecutor => ({
    ...live,
    emit: (event) => {
      this.#run = event.run;
      if (event.event_type === "node_start" && event.run === MAIN_RUN) this.#node = event.node_id ?? "";
      return live.emit(event);
    },
    transform: (step, inputs) => {
      const answer = this.#answerOf(step.name);
      if (answer === undefined) return live.transform(step, inputs);
      this.#isComputed = false;
      return answer.outcome === step.onSuccess
        ? { result: answer.result, reason: REASON, observed: [] }
        : { result: null, reason: REASON, observed: [] };
    },
    effect: (...asked) => {
      const [step, , key, attempt] = asked;
      const answer = this.#answerOf(step.name, attempt);
      if (answer === undefined) return live.effect(...asked);
      // When the run goes on, the attempts that are on record answer as they did.
      const name = `${key} ${attempt}`;
      const known = this.#given.get(name);
      if (known !== undefined) return known;
      const observed = step.retry === null ? [] : [{ clock: live.moment() }];
      const given = { ...answer, reason: REASON, observed };
      this.#given.set(name, given);
      return given;
    },
    beginWait: (step, inputs, moment) => {
      const answer = this.#answerOf(step.name);
      if (answer === undefined) return live.beginWait(step, inputs, moment);
      this.#isComputed = false;
      return { ...answer, reason: REASON, observed: [] };
    },
  });

  #answerOf(step: string, attempt = 1): Answer | undefined {
    const name = `${this.#node}.${step}`;
    const answers = this.#run === MAIN_RUN ? this.#answers.get(name) : undefined;
    if (answers !== undefined) this.#asked.add(name);
    return answers?.[attempt - 1] ?? answers?.at(-1);
  }

  /** Whether all that a replay computes again, transforms and waits, was computed. */
  get isComputed(): boolean {
    return this.#isComputed;
  }

  /** A difference for each answer that no step asked for: the run did not come there, or there is no such step. */
  get unasked(): readonly Difference[] {
    const names = [...this.#answers.keys()].filter((name) => !this.#asked.has(name));
    return names.map((name) => ({ at: pointer(["given", "answers", name]), expected: "asked for by the run" }));
  }
}
