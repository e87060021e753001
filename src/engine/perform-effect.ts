/** Performs an effect outside the run: one attempt, and whatever it answers or fails with. */

import { CapabilityError } from "../capabilities/capability-error.ts";
import { targetOf } from "../capabilities/effect.ts";
import type { Performed } from "../capabilities/target.ts";
import { RunFault } from "../errors/base.ts";
import { StoreFault } from "../errors/ports.ts";
import { isoInstant } from "../json/date-time.ts";
import { notJson } from "../json/not-json.ts";
import { pointer } from "../json/pointer.ts";
import { isSpentInProcess, pauseAfter } from "./attempts.ts";
import { recordingSources } from "./compute-transform.ts";
import { EngineFault } from "./errors.ts";
import type { EffectAttempt, EffectResult } from "./executor.ts";
import type { LiveEnvironment } from "./live-executor.ts";
import { verifyEffect } from "./verify-effect.ts";

type Ended = Omit<EffectResult, "observed">;

/** @throws EngineFault where the capability fails */
export async function performEffect(asked: EffectAttempt, live: LiveEnvironment): Promise<EffectResult> {
  const [step, , , attempt] = asked;
  const { operation } = step;
  const target = targetOf(operation);
  if (target.answers !== "recorded") throw workedOut();
  if (live.remote === null && !target.hasDryRun)
    throw new EngineFault("effect", "CS", "REMOTE_EFFECT_NOT_ALLOWED", { capability: step.code, op: step.op });
  const isForced = live.durability === "device" && !target.isReading(operation);
  const written = isForced ? live.journal.sync() : live.journal.write();
  if (written !== null) await written;
  const { sources, observed } = recordingSources(live);
  let ended: Ended;
  try {
    ended = answered(await performAndVerify(asked, live, sources));
  } catch (error) {
    ended = failed(error, step.code);
  }
  const { outcome, result, reason, change, requests } = ended;
  const end = { outcome, result, observed, reason, change, requests };
  const pause = pauseAfter(step, attempt, end);
  // A longer pause is counted from this moment, in whichever process it ends.
  if (pause !== null && !isSpentInProcess(pause)) sources.clock();
  return end;
}

const workedOut = () => new Error("the engine computes this step from the run itself");

type Sources = ReturnType<typeof recordingSources>["sources"];

/** A success that is to be verified counts only where it can be seen. */
function performAndVerify(
  [step, inputs, effectKey]: EffectAttempt,
  live: LiveEnvironment,
  sources: Sources,
): Promise<Performed> {
  const { operation, path, reach, policy, verify } = step;
  const target = targetOf(operation);
  if (target.answers !== "recorded") throw workedOut();
  const call = { inputs, path, reach, policy, effectKey };
  const { mail, remote, stores, durability, snapshot } = live;
  const ports = { mail, remote, stores, durability, snapshot, sources };
  const since = verify ? isoInstant(live.clock.now()) : "";
  const performing = target.perform(operation, call, ports);
  if (!verify) return performing;
  return performing.then((performed) =>
    performed.outcome === "SUCCESS"
      ? verifyEffect(target, operation, call, { performed, since }, live)
      : performed,
  );
}

function answered(performed: Performed): Ended {
  const { outcome, result = {}, reason, change, requests } = performed;
  const invalid = notJson(result, ["result"]) ?? (reason && notJson(reason, ["reason"]));
  if (invalid !== undefined) throw new Error(`an answer that JSON cannot carry at ${pointer(invalid)}`);
  return { outcome, result, reason, change, requests };
}

/** Storage that cannot be used is an outcome the protocol routes, not a refusal (SPEC 4.6). */
function failed(error: unknown, capability: string): Ended {
  if (error instanceof RunFault) throw error;
  if (error instanceof StoreFault) {
    const reason = { code: `STORE_${error.reason}`, ...error.facts };
    return { outcome: "BACKEND_ERROR", result: {}, reason };
  }
  const reason = error instanceof CapabilityError ? error.message : "it threw";
  throw new EngineFault("effect", "CS", "CAPABILITY_FAULT", { capability, reason }, { cause: error });
}
