/** Steps that answer what a scenario says in place of being performed: how an outcome comes about that no data brings. */

import { emitter } from "../engine/events.ts";
import type { StepExecutor } from "../engine/executor.ts";
import { pointer } from "../json/pointer.ts";
import { MAIN_RUN } from "../trace/event.ts";
import type { Difference } from "./expect/compare.ts";
import type { Answer } from "./scenario.ts";

/** The code of the reason that stands in the trace beside a staged answer. */
export const STUBBED = "STAGED";

const REASON = { code: STUBBED } as const;

export class StubbedExecutor {
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #asked = new Set<string>();
  #node = "";
  #run = MAIN_RUN;
  #hasTransform = false;

  constructor(answers: ReadonlyMap<string, Answer>) {
    this.#answers = answers;
  }

  /** The executor, which answers for some steps instead of performing them. */
  readonly stub = (live: StepExecutor): StepExecutor => ({
    ...live,
    emit: emitter((event) => {
      this.#run = event.run;
      if (event.event_type === "node_start") this.#node = event.node_id ?? "";
      return live.emit(event);
    }),
    transform: (step, inputs) => {
      const answer = this.#answerOf(step.name);
      if (answer === undefined) return live.transform(step, inputs);
      this.#hasTransform = true;
      return answer.outcome === step.onSuccess
        ? { result: answer.result, reason: REASON, observed: [] }
        : { result: null, reason: REASON, observed: [] };
    },
    effect: (...asked) => {
      const [step] = asked;
      const answer = this.#answerOf(step.name);
      return answer === undefined ? live.effect(...asked) : { ...answer, reason: REASON, observed: [] };
    },
  });

  #answerOf(step: string): Answer | undefined {
    const name = `${this.#node}.${step}`;
    const answer = this.#run === MAIN_RUN ? this.#answers.get(name) : undefined;
    if (answer !== undefined) this.#asked.add(name);
    return answer;
  }

  /** Whether the trace holds a transform's answer that computing it again does not give. */
  get isComputed(): boolean {
    return !this.#hasTransform;
  }

  /** A difference for each answer that no step asked for: the run did not come there, or there is no such step. */
  get unasked(): readonly Difference[] {
    const names = [...this.#answers.keys()].filter((name) => !this.#asked.has(name));
    return names.map((name) => ({ at: pointer(["given", "answers", name]), expected: "asked for by the run" }));
  }
}
