/** What the findings come to under a configuration and a baseline. */

import type { SnapshotModel } from "./analysis/snapshot-model.ts";
import type { Known } from "./baseline.ts";
import { type CheckFinding, check, fingerprinter } from "./check.ts";
import type { Config } from "./config.ts";
import { formerId } from "./former-ids.ts";
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
  const fingerprintOf = fingerprinter(subject);
  const recorded = new Set(baseline.map(({ fingerprint }) => fingerprint));
  const everything = check(subject, rules).map((finding) => {
    const former = formerId(finding.rule);
    const fingerprints = [
      finding.fingerprint,
      ...(former === undefined ? [] : [fingerprintOf(former, finding)]),
    ];
    return { finding, fingerprints, isKnown: fingerprints.some((one) => recorded.has(one)) };
  });
  const found = new Set(everything.flatMap(({ fingerprints }) => fingerprints));
  const findings = everything.flatMap(({ finding, isKnown }) => (isKnown ? [] : [finding]));
  return {
    findings,
    known: everything.flatMap(({ finding, isKnown }) => (isKnown ? [finding] : [])),
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
