/** What a step waits for, and which answers end its wait. */

import { targetOf } from "../capabilities/effect.ts";
import type { EventWait, Performed, Wait, WaitEnd } from "../capabilities/target.ts";
import { isWait } from "../capabilities/targets/wait.ts";
import { isObject, type Json, type JsonObject, jsonEqual, own } from "../json/value.ts";
import { compileIntent } from "../plan/compile-intent.ts";
import { accepts, type IntentSpec, type Unmet } from "../plan/intent.ts";
import type { EffectStep } from "../plan/plan.ts";
import type { EffectResult } from "./executor.ts";
import { answerRejected } from "./resume-errors.ts";

/** What the step waits for, or what it answers without waiting; `moment` is when it began. */
export function beginWait({ operation }: EffectStep, inputs: JsonObject, moment: string): Wait | EffectResult {
  const target = targetOf(operation);
  if (target.answers !== "awaited") throw new Error("only an operation that waits can be waited for");
  const begun = target.begin(operation, inputs, moment);
  if (!isWait(begun)) return toResult(begun);
  const flaw = begun.kind === "EVENT" ? specOf(begun.fields ?? {}).flaw : null;
  if (flaw === null) return begun;
  return toResult({ outcome: "VIOLATION", reason: { code: "FIELDS_MALFORMED", field: "fields", why: flaw } });
}

export function endWait({ operation }: EffectStep, wait: Wait, end: WaitEnd): EffectResult {
  const target = targetOf(operation);
  if (target.answers !== "awaited") throw new Error("only an operation that waits can be ended so");
  return toResult(target.end(operation, wait, end));
}

function toResult(performed: Performed): EffectResult {
  return { ...performed, result: performed.result ?? {}, observed: [] };
}

interface Spec {
  readonly spec: IntentSpec;
  /** Why the fields are none of an intent; null where they are. */
  readonly flaw: string | null;
}

function specOf(fields: JsonObject): Spec {
  let flaw: string | null = null;
  const spec = compileIntent(fields, [], (_, __, what) => {
    flaw ??= what;
  });
  return { spec, flaw };
}

/** The rules that an answer does not meet; none for an answer that ends the wait. */
export async function unmetByAnswer(wait: EventWait, answer: Json): Promise<readonly Unmet[]> {
  const { choices, fields } = wait;
  const unmet = choices === undefined ? [] : unmetChoice(choices, answer, fields !== undefined);
  if (fields === undefined) return unmet;
  if (!isObject(answer)) return [{ pointer: "", constraint: "type", expected: "object", actual: answer }];
  const { spec } = specOf(fields);
  if (accepts(spec, answer)) return unmet;
  const { unmetRules } = await import("../plan/intent-schema.ts");
  return [...unmet, ...(await unmetRules(spec, answer))];
}

/** `key` is what a refusal may say of that of the wait. @throws ResumeFault `ANSWER_REJECTED` */
export async function requireFitting(wait: EventWait, answer: Json, key: Json): Promise<void> {
  const unmet = await unmetByAnswer(wait, answer);
  if (unmet.length > 0) throw answerRejected(key, unmet);
}

/** The answer itself is one of the choices; where it has fields, too, its member `choice`. */
function unmetChoice(choices: readonly string[], answer: Json, isMember: boolean): readonly Unmet[] {
  const chosen = isMember && isObject(answer) ? own(answer, "choice") : answer;
  if (choices.some((one) => jsonEqual(one, chosen ?? null))) return [];
  const at = isMember ? "/choice" : "";
  if (chosen === undefined) return [{ pointer: at, constraint: "required" }];
  return [{ pointer: at, constraint: "enum", expected: [...choices], actual: chosen }];
}
