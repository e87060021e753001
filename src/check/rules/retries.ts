/** What runtime bindings say of trying side effects again, and of verifying them. */

import { own } from "../../json/value.ts";
import { instead } from "../../plan/check-retry.ts";
import type { EffectStep } from "../../plan/plan.ts";
import { declaredOutcomes } from "../../plan/retry.ts";
import { fieldPointer, sentence } from "../../snapshot/hint.ts";
import { reasonsOf } from "../analysis/compile-findings.ts";
import type { SnapshotModel } from "../analysis/snapshot-model.ts";
import { type Found, foundIn, rule } from "../rule.ts";

export const retryMalformed = rule({
  id: "retry-malformed",
  about: "Require that retry has only its own members, each in its range, and that verify is true or false",
  severity: "error",
  hint: 'write retry as {"max_attempts": 3, "backoff": "PT1S", "factor": 2, "max_backoff": "PT30S"}',
  check: (subject) => reasonsOf(subject, "retry-malformed"),
});

export const retryNeverTaken = rule({
  id: "retry-never-taken",
  about: "Disallow a retry after which nothing is ever tried again, because that could do something twice",
  severity: "error",
  hint: "remove the retry, or the outcome",
  check: (subject) => reasonsOf(subject, "retry-never-taken"),
});

export const retryOutcomeUndeclared = rule({
  id: "retry-outcome-undeclared",
  about: "Require that a retry names outcomes that the operations declare; nothing ends with any other outcome",
  severity: "error",
  hint: "name an outcome that the operation declares",
  *check(subject) {
    yield* reasonsOf(subject, "retry-outcome-undeclared");
    yield* unusedOutcomes(subject);
  },
});

export const verifyNotVisible = rule({
  id: "verify-not-visible",
  about:
    "Disallow verify for a side effect that leaves nothing to look at; its success could never be believed",
  severity: "error",
  hint: "remove verify, or use a capability that has a probe",
  check: (subject) => reasonsOf(subject, "verify-not-visible"),
});

/** Outcomes that the effect has, but none of the operations that any workflow uses under this binding. */
function* unusedOutcomes(subject: SnapshotModel): Generator<Found> {
  for (const binding of subject.ofWord("RB")) {
    for (const [code, steps] of stepsUnder(binding.fqdn, subject)) {
      const declared = declaredOutcomes(binding.frontmatter, code);
      if (declared === null) continue;
      const possible = new Set(steps.flatMap((step) => [...step.declared]));
      for (const [index, outcome] of declared.outcomes.entries()) {
        if (possible.has(outcome)) continue;
        const operations = [...new Set(steps.map(({ op }) => op))].join(", ");
        const message = `no operation of ${code} that is used here (${operations}) ends with ${outcome}`;
        const path = [...declared.path, index];
        const failures = [...possible].filter((one) => one !== "SUCCESS");
        const hint = sentence(fieldPointer(path), instead(failures, declared.outcomes));
        yield foundIn(binding, path, { effect: code, outcome }, message, hint);
      }
    }
  }
}

/** By side effect: the steps of all workflows with this runtime binding. */
function stepsUnder(binding: string, { contracts }: SnapshotModel): ReadonlyMap<string, readonly EffectStep[]> {
  const steps = new Map<string, EffectStep[]>();
  for (const { workflow, node } of contracts.flatMap(({ uses }) => uses)) {
    if (own(workflow.artifact.frontmatter, "runtime_binding") !== binding) continue;
    for (const step of node.contract.steps) {
      if (step.kind === "effect") steps.set(step.code, [...(steps.get(step.code) ?? []), step]);
    }
  }
  return steps;
}
