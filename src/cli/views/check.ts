/** How the result of a check is shown: as text, as JSON, as a part of a verdict. */

import type { CheckFinding } from "../../check/check.ts";
import type { Coverage } from "../../check/coverage.ts";
import { type CheckResult, isFailing } from "../../check/evaluate.ts";
import { SEVERITIES } from "../../check/rule.ts";
import { counted } from "../../errors/counted.ts";
import type { Case, Notice, Part } from "../../report/result.ts";
import type { Paint, Tone } from "../colour.ts";
import type { Context } from "../context.ts";
import { at, plain, shownOf, table } from "../print.ts";
import { reported } from "../report-files.ts";
import type { Printed } from "../report-view.ts";
import { inSnapshot } from "../results.ts";

export const checkReport: Printed<CheckResult> = {
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
    ...(known.length === 0 ? [] : [`${known.length} in the baseline`]),
    ...(gone.length === 0
      ? []
      : [`${gone.length} of the baseline no longer found: write a new one with --update-baseline`]),
    ...result.off.map(({ rule, reason }) => `${rule} is off: ${plain(reason)}`),
  ];
  const sum = checkSum(result);
  const lines = [paint(findings.length === 0 ? "good" : result.failed ? "bad" : "strong", sum), ...more];
  const left = rest === "" ? "" : `${rest}\n`;
  return `${told.join("")}${left}${lines.join("\n")}\n`;
}

function worstFirst(findings: readonly CheckFinding[]): readonly CheckFinding[] {
  return SEVERITIES.flatMap((severity) => findings.filter((one) => one.severity === severity));
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
  const { authored, severity, rule, pointer: field, markdown, message, hint } = found;
  const { file, line } = authored ?? found;
  const inFile = markdown === null ? field : `${field} (Markdown line ${markdown})`;
  const where = authored === undefined ? inFile : field.replace(/^\/frontmatter/, "");
  const head = `  ${plain(file)}:${line}  ${paint(TONES[severity], severity)}  ${rule}`;
  return `${head}\n    ${plain(message)}\n${where === "" ? "" : `    at ${plain(where)}\n`}    hint: ${plain(hint)}\n`;
}

// ---- reports ----

export function checkPart(result: CheckResult, context: Context): Part {
  const { known, findings, failed, rules } = result;
  return {
    name: "check",
    state: failed ? "failed" : "passed",
    counted: `${checkSum(result)}${known.length === 0 ? "" : `, ${known.length} in the baseline`}`,
    rules: rules.map(({ id, about, severity: level, hint }) => ({ id, about, level, hint })),
    notices: findings.map((one) => toNotice(one, context)),
    suites: [{ name: "check", cases: casesOf(result) }],
  };
}

function toNotice(finding: CheckFinding, context: Context): Notice {
  const { rule, severity: level, message, hint, artifact, fingerprint } = finding;
  const { authored, file, line, pointer } = finding;
  const place =
    authored === undefined
      ? { file: inSnapshot(file, context), line, pointer }
      : { file: reported(authored.file, context), line: authored.line };
  return { rule, level, message, hint, ...place, ...(artifact === null ? {} : { artifact }), fingerprint };
}

/** A case for each rule; one that is off is left out. */
function casesOf({ rules, off, findings, failOn }: CheckResult): readonly Case[] {
  const held = rules.map(({ id }): Case => {
    const found = findings.filter((one) => one.rule === id && isFailing(one, failOn));
    if (found.length === 0) return { name: id, subject: SUBJECT };
    const detail = found
      .map(({ authored, message, ...found }) => {
        const { file, line } = authored ?? found;
        return `${plain(`${at(file, line)}  ${message}`)}\n`;
      })
      .join("");
    return { name: id, subject: SUBJECT, failed: { message: counted(found.length, "finding"), detail } };
  });
  return [...held, ...off.map(({ rule, reason }) => ({ name: rule, subject: SUBJECT, skipped: reason }))];
}

const SUBJECT = "pgs check";

export function checkSum({ artifacts, rules, findings }: CheckResult): string {
  const counts = SEVERITIES.map((one) => counted(countOf(findings, one), one)).join(", ");
  return `${counted(artifacts, "artifact")}, ${counted(rules.length, "rule")}: ${counts}`;
}

function countOf(findings: readonly CheckFinding[], severity: string): number {
  return findings.filter((one) => one.severity === severity).length;
}

export const invariantReport: Printed<Coverage> = {
  command: "pgs check --coverage",
  toParts: () => [],
  toJson: (coverage) => coverage,
  toText({ invariants, counts }, paint) {
    const rows = invariants.map(({ invariant, status, rules, why }) => [
      status,
      invariant,
      status === "checked" ? rules.join(", ") : (why ?? ""),
    ]);
    const sum = `${counted(invariants.length, "invariant")}: ${counts.checked} checked, ${counts.elsewhere} checked elsewhere, ${counts.not} not checked`;
    return `${table(rows, "")}${paint("strong", sum)}\n`;
  },
};
