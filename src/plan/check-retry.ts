/** Which steps a declared retry or verification applies to, and where it can never have been meant. */

import { targetOf } from "../capabilities/effect.ts";
import { isObject, type Json, own } from "../json/value.ts";
import { type Change, oneOf } from "../snapshot/hint.ts";
import type { DeclaredMember, Report } from "../snapshot/parse.ts";
import type { EffectStep, PlanNode } from "./plan.ts";
import { onIn, type Retry } from "./retry.ts";
import type { Storage } from "./storage.ts";

/** Those of the declared outcomes after which the operation can be tried again; null where there is none. */
export function retryOf(
  retry: Retry | null,
  { operation, declared }: Pick<EffectStep, "operation" | "declared">,
): Retry | null {
  const on = new Set(retriableOutcomes(operation).filter((one) => declared.has(one) && retry?.on.has(one)));
  return retry === null || on.size === 0 ? null : { ...retry, on };
}

/** The outcomes after which the operation may be tried again. */
function retriableOutcomes(operation: EffectStep["operation"]): readonly string[] {
  const target = targetOf(operation);
  return target.answers === "recorded" ? target.retriable(operation) : [];
}

/** Whether the operation changes something of which it can be seen afterwards that it took place. */
export function isVisible({ operation }: Pick<EffectStep, "operation">): boolean {
  const target = targetOf(operation);
  return target.answers === "recorded" && !target.isReading(operation) && target.isVisible(operation);
}

/** Reports what is declared of the effects that the nodes use, and can never have been meant. */
export function checkPolicies(nodes: Iterable<PlanNode>, { effects, report }: Storage): void {
  const byEffect = new Map<string, EffectStep[]>();
  for (const node of nodes) {
    for (const step of node.type === "CC" ? node.contract.steps : []) {
      if (step.kind === "effect") byEffect.set(step.code, [...(byEffect.get(step.code) ?? []), step]);
    }
  }
  for (const [code, steps] of byEffect) {
    const bound = effects.get(code);
    if (bound?.declaredRetry) checkRetry(code, steps, bound.declaredRetry, report);
    if (bound?.declaredVerify && bound.verify) checkVerify(code, steps, bound.declaredVerify, report);
  }
}

/** Other workflows may use other operations of the effect under the same binding: all of them are asked. */
function checkRetry(
  code: string,
  [step]: readonly EffectStep[],
  declared: DeclaredMember,
  report: Report,
): void {
  const { value, path } = declared;
  if (step === undefined || !isObject(value)) return;
  const operations = Object.values(step.effect.operations);
  const retriable = new Set(operations.flatMap(retriableOutcomes));
  if (retriable.size === 0) {
    const what = `no operation of ${code} can be tried again without doing something twice`;
    report("RETRY_NEVER", path, what, { do: "remove" });
    return;
  }
  const answered = new Set(operations.flatMap(({ outcomes }) => outcomes));
  const name = onIn(value);
  const listed = own(value, name);
  if (!Array.isArray(listed)) return;
  for (const [index, outcome] of listed.entries()) {
    if (typeof outcome !== "string" || retriable.has(outcome)) continue;
    const change = instead(retriable, listed);
    if (answered.has(outcome)) {
      const what = `${code} is never tried again after ${outcome}`;
      report("RETRY_NEVER", [...path, name, index], what, change);
    } else {
      const what = `no operation of ${code} declares the outcome ${outcome}`;
      report("RETRY_OUTCOME", [...path, name, index], what, change);
    }
  }
}

/** What to write in the place of a listed outcome that is none of the possible ones. */
export function instead(possible: Iterable<string>, listed: readonly Json[]): Change {
  const unlisted = [...possible].filter((one) => !listed.includes(one));
  return unlisted.length === 0 ? { do: "remove" } : { do: "change", to: oneOf(unlisted) };
}

function checkVerify(
  code: string,
  steps: readonly EffectStep[],
  { path }: DeclaredMember,
  report: Report,
): void {
  const isWriting = ({ operation }: Pick<EffectStep, "operation">) => !targetOf(operation).isReading(operation);
  const unseen = steps.find((step) => isWriting(step) && !isVisible(step));
  const all = steps.flatMap(({ effect }) => Object.values(effect.operations));
  if (unseen !== undefined) {
    const what = `nothing shows whether ${unseen.op} of ${code} took place, so its success cannot be verified`;
    report("VERIFY_NOT_VISIBLE", path, what, { do: "remove" });
  } else if (!all.some((operation) => isVisible({ operation }))) {
    const what = `${code} leaves nothing, so nothing can be verified`;
    report("VERIFY_NOT_VISIBLE", path, what, { do: "remove" });
  }
}
