/** Runs live: appends events to the trace, computes transforms, performs side effects, queries the stores for admission. */

import type { EffectPorts } from "../capabilities/target.ts";
import { isWait } from "../capabilities/targets/wait.ts";
import { isoInstant } from "../json/date-time.ts";
import type { TraceLimits } from "../json/limits.ts";
import type { JsonObject } from "../json/value.ts";
import type { Plan, TransformStep } from "../plan/plan.ts";
import type { Ports } from "../ports.ts";
import type { Journal } from "../trace/journal.ts";
import { findMatches } from "./admission.ts";
import { beginWait, endWait } from "./answers.ts";
import { isSpentInProcess } from "./attempts.ts";
import { computeTransform, recordingSources } from "./compute-transform.ts";
import { secretsKeyRequired } from "./errors.ts";
import type { StepExecutor, TransformResult } from "./executor.ts";
import { performEffect } from "./perform-effect.ts";
import { bind, evaluateCondition, mapOutputs, validate } from "./values.ts";

export interface LiveEnvironment
  extends Omit<EffectPorts, "sources">,
    Pick<Ports, "clock" | "entropy" | "sleep"> {
  /**
   * Where events go. Everything appended is in the trace after `write`, and on the device when `sync` resolves;
   * `bytes` is the length of the whole trace.
   * @throws TraceFault, and EngineFault for an event that is too large
   */
  readonly journal: Pick<Journal, "append" | "write" | "sync"> & { bytes(): number };
  readonly limits: TraceLimits;
  /** Aborts the run before its next node or step. */
  readonly signal?: AbortSignal | undefined;
  /** Whether what the trace suppresses is kept nowhere: then the run cannot go on in another process. */
  readonly losesSecrets?: () => boolean;
  /** Called for every nested run before its first event. */
  readonly onBeginRun: (run: string, plan: Plan) => void;
}

export function createLiveExecutor(live: LiveEnvironment): StepExecutor {
  return {
    emit(event) {
      live.journal.append(event);
      return event;
    },
    beginRun(run, plan) {
      live.onBeginRun(run, plan);
      return isoInstant(live.clock.now());
    },
    limit: (of, count) => (count < live.limits[of] ? null : live.limits[of]),
    isAborted: () => live.signal?.aborted ?? false,
    bytesLimit: () => (live.journal.bytes() < live.limits.bytes ? null : live.limits.bytes),
    admit: (rules, where) => findMatches(rules, where, live.stores.events),
    validate,
    bind,
    mapOutputs,
    evaluate: evaluateCondition,
    transform: (step, inputs) => transform(step, inputs, live),
    moment: () => isoInstant(live.clock.now()),
    beginWait(step, inputs, moment) {
      const begun = beginWait(step, inputs, moment);
      if (isWait(begun) && live.losesSecrets?.()) throw secretsKeyRequired();
      return begun;
    },
    endWait,
    async resume() {
      await live.journal.sync();
      return null;
    },
    async pause(milliseconds) {
      if (!isSpentInProcess(milliseconds)) {
        if (live.losesSecrets?.()) throw secretsKeyRequired();
        return false;
      }
      await live.journal.write();
      await live.sleep(milliseconds, live.signal);
      return true;
    },
    effect: (...asked) => performEffect(asked, live),
  };
}

function transform(step: TransformStep, inputs: JsonObject, live: LiveEnvironment): TransformResult {
  const { sources, observed } = recordingSources(live);
  const { result, reason } = computeTransform(step, inputs, sources);
  return { result, reason, observed };
}
