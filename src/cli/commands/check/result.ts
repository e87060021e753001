/** The result of a check as a part of a verdict. */

import type { CheckFinding } from "../../../check/check.ts";
import { type CheckResult, isFailing } from "../../../check/evaluate.ts";
import { SEVERITIES } from "../../../check/rule.ts";
import { counted } from "../../../errors/counted.ts";
import type { Case, Notice, Part } from "../../../report/result.ts";
import type { Context } from "../../context.ts";
import { at, plain } from "../../print.ts";
import { inSnapshot } from "../../results.ts";

export function checkPart(result: CheckResult, context: Context): Part {
  const { known, findings, failed, rules } = result;
  return {
    name: "check",
    state: failed ? "failed" : "passed",
    counted: `${sumOf(result)}${known.length === 0 ? "" : `, ${known.length} in the baseline`}`,
    rules: rules.map(({ id, about, severity: level, hint }) => ({ id, about, level, hint })),
    notices: findings.map((one) => toNotice(one, context)),
    suites: [{ name: "check", cases: casesOf(result) }],
  };
}

function toNotice(finding: CheckFinding, context: Context): Notice {
  const { rule, severity: level, message, hint, file, line, pointer, artifact, fingerprint } = finding;
  const place = { file: inSnapshot(file, context), line, pointer };
  return { rule, level, message, hint, ...place, ...(artifact === null ? {} : { artifact }), fingerprint };
}

/** A case for each rule; one that is off is left out. */
function casesOf({ rules, off, findings, failOn }: CheckResult): readonly Case[] {
  const held = rules.map(({ id }): Case => {
    const found = findings.filter((one) => one.rule === id && isFailing(one, failOn));
    if (found.length === 0) return { name: id, subject: SUBJECT };
    const detail = found
      .map(({ file, line, message }) => `${plain(`${at(file, line)}  ${message}`)}\n`)
      .join("");
    return { name: id, subject: SUBJECT, failed: { message: counted(found.length, "finding"), detail } };
  });
  return [...held, ...off.map(({ rule, reason }) => ({ name: rule, subject: SUBJECT, skipped: reason }))];
}

const SUBJECT = "pgs check";

export function sumOf({ artifacts, rules, findings }: CheckResult): string {
  const counts = SEVERITIES.map((one) => counted(countOf(findings, one), one)).join(", ");
  return `${counted(artifacts, "artifact")}, ${counted(rules.length, "rule")}: ${counts}`;
}

export function countOf(findings: readonly CheckFinding[], severity: string): number {
  return findings.filter((one) => one.severity === severity).length;
}
