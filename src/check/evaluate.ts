/** What the findings come to under a configuration and a baseline. */

import type { SnapshotModel } from "./analysis/snapshot-model.ts";
import type { Known } from "./baseline.ts";
import { type CheckFinding, check } from "./check.ts";
import type { Config } from "./config.ts";
import { type Rule, SEVERITIES, type Severity } from "./rule.ts";

export interface CheckResult {
  /** What counts. */
  readonly findings: readonly CheckFinding[];
  /** What the baseline knows. */
  readonly known: readonly CheckFinding[];
  /** What the baseline knows and nobody finds any more. */
  readonly gone: readonly Known[];
  readonly off: readonly { readonly rule: string; readonly reason: string }[];
  readonly artifacts: number;
  readonly rules: readonly Rule[];
  /** The mildest severity that fails. */
  readonly failOn: Severity;
  /** Whether something was found that is as bad as `failOn`, or worse. */
  readonly failed: boolean;
}

export interface Terms {
  readonly config: Config;
  readonly baseline: readonly Known[];
  readonly failOn: Severity;
}

export function evaluate(
  subject: SnapshotModel,
  all: readonly Rule[],
  { config, baseline, failOn }: Terms,
): CheckResult {
  const rules = all
    .filter(({ id }) => !config.off.has(id))
    .map((rule) => ({ ...rule, severity: config.severities.get(rule.id) ?? rule.severity }));
  const everything = check(subject, rules);
  const recorded = new Set(baseline.map(({ fingerprint }) => fingerprint));
  const found = new Set(everything.map(({ fingerprint }) => fingerprint));
  const findings = everything.filter(({ fingerprint }) => !recorded.has(fingerprint));
  return {
    findings,
    known: everything.filter(({ fingerprint }) => recorded.has(fingerprint)),
    gone: baseline.filter(({ fingerprint }) => !found.has(fingerprint)),
    off: [...config.off].map(([rule, reason]) => ({ rule, reason })),
    artifacts: subject.entries.size,
    rules,
    failOn,
    failed: findings.some((finding) => isFailing(finding, failOn)),
  };
}

export function isFailing({ severity }: Pick<CheckFinding, "severity">, failOn: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}
