/** How the result of a check is told. */

import type { CheckFinding } from "../check/check.ts";
import type { Coverage } from "../check/coverage.ts";
import type { CheckResult } from "../check/judge.ts";
import { SEVERITIES } from "../check/rule.ts";
import { counted } from "../counted.ts";
import { checkPart } from "./check-part.ts";
import type { Paint, Tone } from "./paint.ts";
import { plain, shownOf, table } from "./report.ts";
import type { Told } from "./tell.ts";

export const checkReport: Told<CheckResult> = {
  command: "pgs check",
  toParts: (result, context) => [checkPart(result, context)],
  toJson: ({ findings, known, gone, off, artifacts, rules, failed }) => ({
    ok: !failed,
    artifacts,
    rules: rules.map(({ id, severity, about, invariants }) => ({ id, severity, about, invariants })),
    off,
    counts: Object.fromEntries(SEVERITIES.map((one) => [one, countOf(findings, one)])),
    findings,
    known: known.map(({ fingerprint }) => fingerprint),
    gone,
  }),
  toText: (result, paint) => checkText(result, paint),
};

/** The worst findings, `most` of them, below the files they are in; then what was counted. */
export function checkText(result: CheckResult, paint: Paint, most?: number): string {
  const { findings, known, gone } = result;
  const { shown, rest } = shownOf(worstFirst(findings), most);
  const kept = new Set(shown);
  const byFile = new Map<string, CheckFinding[]>();
  for (const one of findings) {
    if (!kept.has(one)) continue;
    const here = byFile.get(one.file);
    if (here === undefined) byFile.set(one.file, [one]);
    else here.push(one);
  }
  const told = [...byFile].map(([file, here]) => fileText(file, here, paint));
  const more = [
    ...(known.length === 0 ? [] : [`${known.length} known to the baseline`]),
    ...(gone.length === 0 ? [] : [`${gone.length} of the baseline gone: write it anew with --update-baseline`]),
    ...result.off.map(({ rule, reason }) => `${rule} is off: ${plain(reason)}`),
  ];
  const sum = sumOf(result);
  const lines = [paint(findings.length === 0 ? "good" : result.failed ? "bad" : "strong", sum), ...more];
  const left = rest === "" ? "" : `${rest}\n`;
  return `${told.join("")}${left}${lines.join("\n")}\n`;
}

function worstFirst(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((one) => one.severity === severity));
}

export function sumOf({ artifacts, rules, findings }: CheckResult): string {
  const counts = SEVERITIES.map((one) => counted(countOf(findings, one), one)).join(", ");
  return `${counted(artifacts, "artifact")}, ${counted(rules.length, "rule")}: ${counts}`;
}

function countOf(findings: readonly CheckFinding[], severity: string): number {
  return findings.filter((one) => one.severity === severity).length;
}

const TONES: Readonly<Record<CheckFinding["severity"], Tone>> = {
  error: "bad",
  warning: "strong",
  note: "quiet",
};

function fileText(file: string, findings: readonly CheckFinding[], paint: Paint): string {
  const artifact = findings[0]?.artifact ?? null;
  return `${paint("strong", plain(artifact ?? file))}\n${findings.map((one) => findingText(one, paint)).join("")}\n`;
}

function findingText(found: CheckFinding, paint: Paint): string {
  const { file, line, severity, rule, pointer: at, markdown, message, hint } = found;
  const where = markdown === null ? at : `${at} (Markdown line ${markdown})`;
  const head = `  ${plain(file)}:${line}  ${paint(TONES[severity], severity)}  ${rule}`;
  return `${head}\n    ${plain(message)}\n${where === "" ? "" : `    at ${plain(where)}\n`}    hint: ${plain(hint)}\n`;
}

export const coverageReport: Told<Coverage> = {
  command: "pgs check --coverage",
  toParts: () => [],
  toJson: (coverage) => coverage,
  toText({ invariants, counts }, paint) {
    const rows = invariants.map(({ invariant, status, rules, why }) => [
      status,
      invariant,
      status === "checked" ? rules.join(", ") : (why ?? ""),
    ]);
    const sum = `${counted(invariants.length, "invariant")}: ${counts.checked} checked, ${counts.elsewhere} held elsewhere, ${counts.not} not checked`;
    return `${table(rows, "")}${paint("strong", sum)}\n`;
  },
};
