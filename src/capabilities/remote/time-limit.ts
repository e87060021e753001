/** Performs and probes operations of packages within the time limit of their policy. */

import { HttpFailure } from "../../errors/ports.ts";
import { EFFECT_TIME } from "../../json/limits.ts";
import { isObject, type Json, type JsonObject, own } from "../../json/value.ts";
import type { Timer } from "../../ports.ts";
import { CapabilityError } from "../capability-error.ts";
import { absent, done, type Evidence, unclear } from "../evidence.ts";
import { type Input, type InputSchema, parseInput } from "../input-schema.ts";
import { isoDuration } from "../iso-8601.ts";
import { type RemoteEvidence, TIME_LIMIT } from "../remote-effect.ts";
import type { Performed, Probe, Unprobed } from "../target.ts";
import type { PolicyFlaw } from "./policy-flaw.ts";

export interface Limited {
  readonly timer: Timer;
  readonly policy: JsonObject;
}

/** In milliseconds. */
function timeLimit(policy: JsonObject): number {
  const given = own(policy, "time_limit");
  return given === undefined
    ? EFFECT_TIME.standard
    : (allowedDuration(given, EFFECT_TIME.most) ?? EFFECT_TIME.standard);
}

/** Milliseconds of an ISO 8601 duration that is neither nothing nor more than `most`; else undefined. */
export function allowedDuration(given: Json, most: number): number | undefined {
  const duration = typeof given === "string" ? isoDuration(given) : undefined;
  return duration !== undefined && duration > 0 && duration <= most ? duration : undefined;
}

export function timeLimitFlaws(policy: JsonObject): readonly PolicyFlaw[] {
  const given = own(policy, "time_limit");
  if (given === undefined || allowedDuration(given, EFFECT_TIME.most) !== undefined) return [];
  return [{ code: "BAD_DURATION", path: ["time_limit"], meant: `PT${EFFECT_TIME.most / 1000}S` }];
}

/**
 * What the operation answers. `BACKEND_ERROR` where the limit passes, and for a failed request that it did not map to an
 * outcome of its own.
 */
export async function answerWithin<S extends InputSchema>(
  { timer, policy }: Limited,
  { schema, inputs }: { readonly schema: S; readonly inputs: JsonObject },
  run: (input: Input<S>, signal: AbortSignal) => Promise<Performed>,
): Promise<Performed> {
  const parsed = parseInput(schema, inputs);
  if ("flaw" in parsed) return { outcome: "VIOLATION", reason: { code: "INPUT_VIOLATION", ...parsed.flaw } };
  const limit = timeLimit(policy);
  try {
    const answer = await timer.within(limit, async (signal) => run(Object.freeze(parsed.input), signal));
    if (answer !== null) return toPerformed(answer.value);
    return { outcome: "BACKEND_ERROR", reason: { code: TIME_LIMIT, milliseconds: limit } };
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    const { code, sent, facts } = error;
    return { outcome: "BACKEND_ERROR", reason: { code, sent, ...facts } };
  }
}

/** Only what an operation may say. @throws CapabilityError */
function toPerformed(answer: unknown): Performed {
  const { outcome, result, reason } = requireObject(answer, "answer");
  if (typeof outcome !== "string") throw new CapabilityError("it answered no outcome");
  return {
    outcome,
    ...(result === undefined ? {} : { result: requireObject(result, "result") }),
    ...(reason === undefined ? {} : { reason: requireObject(reason, "reason") }),
  };
}

/** @throws CapabilityError */
function requireObject(value: unknown, name: string): JsonObject {
  if (isObject(value)) return value;
  throw new CapabilityError(`its ${name} is no object`);
}

/** What the probe answers. Whatever goes wrong with it, nothing is known. */
export async function probeWithin<S extends InputSchema>(
  { timer, policy }: Limited,
  { schema, inputs }: { readonly schema: S; readonly inputs: JsonObject },
  probe: (input: Input<S>, signal: AbortSignal) => Promise<RemoteEvidence>,
): Promise<Probe | Unprobed> {
  const parsed = parseInput(schema, inputs);
  // It was refused before anything was done.
  if ("flaw" in parsed) return looked(absent());
  try {
    const answer = await timer.within(timeLimit(policy), async (signal) =>
      probe(Object.freeze(parsed.input), signal),
    );
    return answer === null ? failed({ code: TIME_LIMIT }) : looked(toEvidence(answer.value));
  } catch (error) {
    return failed(error instanceof HttpFailure ? { code: error.code, ...error.facts } : { code: "THREW" });
  }
}

function failed(evidence: JsonObject): Unprobed {
  return { because: "PROBE_FAILED", evidence };
}

/** No file could be named, and there is no lock. */
export function looked(found: Evidence): Probe {
  return { found, looked: null, lock: null };
}

/** @throws CapabilityError for what is no answer of a probe */
function toEvidence(answer: RemoteEvidence): Evidence {
  const evidence = requireObject(answer.evidence ?? {}, "evidence");
  switch (answer.state) {
    case "done":
      return done(evidence, { result: requireObject(answer.result, "result") });
    case "absent":
      return absent(evidence);
    case "unclear":
      return unclear("PROBE_UNCLEAR", evidence);
    default:
      answer satisfies never;
      throw new CapabilityError("its probe answered an unknown state");
  }
}
