/** A verdict as Markdown: a table of the parts, and below it what was found, the worst first. */

import { printable, printableLines } from "../errors/printable.ts";
import {
  type Case,
  hasPassed,
  type Level,
  type Notice,
  type Part,
  type Verdict,
  worstFirst,
} from "./result.ts";

/** More than this is read in the other reports: a page holds a mebibyte, and no reader that much. */
const TOLD = 50;
const DETAILS = 20;
const LONGEST = 2000;

const STATES: Readonly<Record<Part["state"], string>> = {
  passed: "✅ passed",
  failed: "❌ failed",
  skipped: "⚪ left out",
};

const SIGNS: Readonly<Record<Level, string>> = { error: "❌", warning: "⚠️", note: "ℹ️" };

/** The whole section, or as much of it as `room` holds, in bytes. */
export function summaryText(verdict: Verdict, room = Number.POSITIVE_INFINITY): string {
  const word = hasPassed(verdict) ? "passed" : "failed";
  const rows = verdict.parts.map(
    ({ name, state, counted }) => `| ${name} | ${STATES[state]} | ${text(counted)} |`,
  );
  const head = `## ${text(verdict.command)}: ${word}\n`;
  const sections = [
    head,
    `| part | | |\n|---|---|---|\n${rows.join("\n")}\n`,
    ...noticesText(worstFirst(verdict)),
    ...failuresText(verdict.parts),
    "",
  ];
  const fitting = (most: number) => [...sections.slice(0, most), CUT].join("\n");
  const isFitting = (one: string) => Buffer.byteLength(one) <= room;
  const cut = sections.map((_, i) => fitting(sections.length - 1 - i));
  return [sections.join("\n"), ...cut].find(isFitting) ?? "";
}

const CUT = "The rest is left out: the page would be too large.\n";

function noticesText(notices: readonly Notice[]): readonly string[] {
  if (notices.length === 0) return [];
  const told = notices.slice(0, TOLD).map(noticeText);
  return [`### Found\n\n${[...told, ...restText(notices.length, TOLD)].join("\n")}\n`];
}

function noticeText({ level, rule, message, hint, file, line }: Notice): string {
  const place = file === undefined ? "" : ` in ${code(line === undefined ? file : `${file}:${line}`)}`;
  const help = hint === undefined ? "" : `<br>${text(hint)}`;
  return `- ${SIGNS[level]} ${code(rule)}${place}: ${text(message)}${help}`;
}

function failuresText(parts: readonly Part[]): readonly string[] {
  const failed = parts.flatMap(({ suites }) => suites.flatMap(({ cases }) => cases.filter(hasDetail)));
  if (failed.length === 0) return [];
  const told = failed.slice(0, DETAILS).map(failureText);
  return [`### Failed\n\n${[...told, ...restText(failed.length, DETAILS)].join("\n")}\n`];
}

type Failed = Case & Required<Pick<Case, "failed">>;

/** A case whose failure says more than its notice does. */
function hasDetail(one: Case): one is Failed {
  return one.failed !== undefined && one.failed.detail !== one.failed.message;
}

function failureText({ name, failed: { message, detail } }: Failed): string {
  const cut = detail.length > LONGEST ? `${detail.slice(0, LONGEST)}…\n` : detail;
  const body = `<pre>${html(cut).replace(/\n/g, "&#10;")}</pre>`;
  return `<details><summary>${text(name)}: ${text(message)}</summary>${body}</details>`;
}

function restText(all: number, told: number): readonly string[] {
  return all > told ? [`\n… and ${all - told} more`] : [];
}

/** On one line, and as it is: no mark of Markdown or HTML, and nothing that a host makes a link of. */
function text(value: string): string {
  const short = value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
  return printable(short)
    .replace(/[&<>"\\`*_{}[\]()#+!|~]|:(?=\/)|(?<=www)\./gi, reference)
    .replaceAll("@", "&#64;<!-- -->");
}

function code(value: string): string {
  return `<code>${text(value)}</code>`;
}

function html(value: string): string {
  return printableLines(value).replace(/[&<>"]|:(?=\/)|(?<=www)\./gi, reference);
}

function reference(mark: string): string {
  return `&#${mark.charCodeAt(0)};`;
}
