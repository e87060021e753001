/** How results and refusals reach the reader: text or one JSON document, hints on their own line. */

import { Fault } from "../errors/base.ts";
import { counted } from "../errors/counted.ts";
import { printable } from "../errors/printable.ts";
import { canonical } from "../json/canonical.ts";
import { LIST } from "../json/limits.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { CompileFault, placeOfReason } from "../plan/errors.ts";
import { comparedText } from "../plan/expression.ts";
import { refusedBySystem } from "../platform/system-fault.ts";
import type { LockHolder } from "../ports.ts";
import { MAIN_RUN } from "../trace/event.ts";
import type { Summary } from "../trace/summary.ts";
import { coloured } from "./colour.ts";
import type { Context } from "./context.ts";
import { EXIT, exitCodeOfFault } from "./exit-codes.ts";
import { faultHints } from "./place-hints.ts";

/** One JSON document on stdout. */
export function printJson({ platform }: Context, value: unknown): void {
  platform.out(`${jsonText(value)}\n`);
}

/** Of more than a text can be, every list is cut, and the document says so. */
function jsonText(value: unknown): string {
  try {
    return JSON.stringify(value, null, 2);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const note = `lists are cut after ${counted(LIST.rows, "item")}, texts after ${counted(LIST.rows, "character")}`;
    return JSON.stringify({ note, ...(value as object) }, cut, 2);
  }
}

function cut(_: string, part: unknown): unknown {
  return Array.isArray(part) || typeof part === "string" ? part.slice(0, LIST.rows) : part;
}

/** Says why a command was refused, and answers its exit code. Anything but a fault is a defect. */
export function printRefusal(thrown: unknown, context: Context): number {
  const error = refusedBySystem(thrown) ?? thrown;
  if (!(error instanceof Fault)) return reportDefect(error, context);
  const { platform, settings } = context;
  const { code, facts, wording } = error;
  if (settings.json) {
    const { what, where } = wording;
    const message = where === undefined ? what : `${what} (${where})`;
    const [hint = null] = faultHints(error, context);
    printJson(context, { error: { code, stage: error.stage, message, details: facts, hint } });
  } else {
    printError(context, nearby(refusalText(error, undefined, faultHints(error, context)), context));
  }
  if (settings.debug) platform.err(causeText(error));
  return exitCodeOfFault(error);
}

/** Node and step, preceded by the run where that is a nested one. */
export function stepText(run: string, node: string | null, step: string | undefined): string {
  const at = [node, step].filter((part) => part !== null && part !== undefined).join(".");
  return run === MAIN_RUN ? at : `${run} ${at}`;
}

/** Paths below the current folder, as the reader would write them. */
export function nearby(text: string, { platform }: Context): string {
  if (platform.cwd === "/") return text;
  const pieces = text.split(`${platform.cwd}/`);
  return pieces.reduce((before, rest) => `${before}${IN_A_PATH.test(before) ? `${platform.cwd}/` : ""}${rest}`);
}

/** Ends so that what follows is the middle of a path. */
const IN_A_PATH = /[^\s("'`=]$/;

/** `standing` is where a run stood when it was refused; a fault that names its own place is shown with that. */
export function refusalText(fault: Fault, standing?: string, hints?: readonly string[]): string {
  const { what, where, hint } = fault.wording;
  const place = where ?? standing;
  const line = `${plain(`pgs: ${fault.code} ${what}${place === undefined ? "" : ` (${place})`}`)}\n`;
  if (fault instanceof CompileFault && fault.reasons.length > 1) return `${line}${listReasons(fault)}`;
  return `${line}${hintLines(hints ?? (hint === undefined ? [] : [hint]))}`;
}

/** As many notices as anybody reads. */
const NOTICES = 20;

export function noticesText(notices: readonly Fault[], context: Context): string {
  const { shown, rest } = shownOf(notices, NOTICES);
  return `${shown.map((notice) => noticeText(notice, context)).join("")}${rest}`;
}

export function faultJson({ code, stage, message, facts, hint }: Fault): JsonObject {
  return { code, stage, message, details: facts as Json, hint };
}

/** What is worth a look, and refuses nothing. */
export function noticeText(fault: Fault, context: Context): string {
  const { what, where } = fault.wording;
  const place = where === undefined ? "" : ` (${where})`;
  const hints = hintLines(faultHints(fault, context));
  return nearby(`notice: ${plain(`${fault.code} ${what}${place}`)}\n${hints}`, context);
}

export function hintLines(hints: readonly string[]): string {
  return hints.map((hint) => `hint: ${plain(hint)}\n`).join("");
}

/** Each reason with its own hint, the same one once. */
function listReasons({ reasons }: CompileFault): string {
  const said = new Set<string>();
  const rows = reasons.map((reason) => {
    const { code, what, hint } = reason;
    const isNew = hint !== undefined && !said.has(hint);
    if (isNew) said.add(hint);
    const row = plain(`  ${code}  ${what}  (${placeOfReason(reason)})`);
    return `${row}\n${isNew ? `  ${hintLines([hint])}` : ""}`;
  });
  return rows.join("");
}

export function at(file: string, line: number | undefined): string {
  return line === undefined ? file : `${file}:${line}`;
}

function causeText(fault: Fault): string {
  const { cause } = fault;
  const text =
    cause instanceof Error ? (cause.stack ?? cause.message) : cause === undefined ? undefined : String(cause);
  return text === undefined ? "" : `cause: ${text}\n`;
}

function reportDefect(error: unknown, context: Context): number {
  const { platform, settings } = context;
  const message = error instanceof Error ? error.message : String(error);
  if (settings.json) {
    const hint = "report it with the command and the trace";
    printJson(context, { error: { code: "DEFECT", stage: null, message, details: {}, hint } });
  }
  printError(
    context,
    `pgs: DEFECT ${plain(message)}\nhint: this is a bug in ${platform.tool.name}; please report it with the command and, if there is one, the trace\n`,
  );
  if (settings.debug && error instanceof Error) platform.err(`${error.stack}\n`);
  return EXIT.DEFECT;
}

/** A report for people, no line of it wider than the terminal as far as its words allow. */
export function printText({ platform: { columns, out } }: Context, text: string): void {
  out(fittedTo(columns, text));
}

/** The same on standard error: refusals, hints, notices and progress. */
export function printError({ platform }: Context, text: string): void {
  platform.err(fittedTo(platform.errColumns?.(), text));
}

/** A terminal that does not know its width says 0. */
export const USUAL_COLUMNS = 80;

/** The text with no line wider than the columns as far as its words allow; as it is where there is no terminal. */
export function fittedTo(columns: number | undefined, text: string): string {
  if (columns === undefined) return text;
  const width = columns > 0 ? columns : USUAL_COLUMNS;
  return text.replace(/.+/g, (line) => fitted(line, width));
}

/** What goes on is indented like the last cell of the line that begins in its left half, else a little. */
function fitted(line: string, width: number): string {
  if (widthOf(line) <= width) return line;
  const starts = [...line.matchAll(/ {2,}(?=\S)/g)].map(({ index, 0: gap }) => index + gap.length);
  const start = starts.findLast((one) => widthOf(line.slice(0, one)) <= width / 2) ?? 0;
  const [indent, ...words] = [line.slice(0, start), ...line.slice(start).split(" ")];
  const hanging = " ".repeat(start === 0 ? 2 : widthOf(indent));
  let end = widthOf(indent);
  return words.reduce((told, word, i) => {
    const isFirst = i === 0;
    const goesOn = isFirst || end + 1 + widthOf(word) <= width;
    end = goesOn ? end + (isFirst ? 0 : 1) + widthOf(word) : hanging.length + widthOf(word);
    return `${told}${isFirst ? "" : goesOn ? " " : `\n${hanging}`}${word}`;
  }, indent);
}

/** Without what colours it. */
function widthOf(text: string): number {
  return coloured(text).replaceAll(COLOUR, "").length;
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Columns padded to their widest cell, whatever a cell holds; the last one is left ragged. */
export function table(cells: readonly (readonly string[])[], indent = "  "): string {
  const rows = cells.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, i) => {
      widths[i] = Math.max(widths[i] ?? 0, cell.length);
    });
  return rows
    .map(
      (row) =>
        indent +
        row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] as number))).join("  "),
    )
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}

type Rows = readonly (readonly string[])[];

/** One row an entry; where some entry is a nested run's, the run stands before each. */
export function rowsByRun<E extends { readonly run: string }>(
  entries: readonly E[],
  toRow: (entry: E) => readonly string[],
): Rows {
  const isNested = entries.some(({ run }) => run !== MAIN_RUN);
  return entries.map((entry) => (isNested ? [entry.run, ...toRow(entry)] : toRow(entry)));
}

/** Rows that are read one by one; of more, those that say the same are told once, with how many there are. */
export const TOLD_SINGLY = 60;

export function gathered(rows: Rows): Rows {
  if (rows.length <= TOLD_SINGLY) return rows;
  const counts = new Map<string, { readonly row: readonly string[]; count: number }>();
  for (const row of rows) {
    const key = JSON.stringify(row);
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { row, count: 1 });
    else known.count++;
  }
  return capped([...counts.values()].map(({ row, count }) => [`${count} x`, ...row]));
}

/** What text shows of a list that `--json` has all of, and the line that says so; no line where all is shown. */
export function shownOf<T>(
  all: readonly T[],
  most: number = LIST.rows,
): { readonly shown: readonly T[]; readonly rest: string } {
  const left = all.length - most;
  return { shown: all.slice(0, most), rest: left > 0 ? `… and ${left} more, listed with --json\n` : "" };
}

/** As many rows as anybody reads, and how many are left out. */
export function capped(rows: Rows): Rows {
  const left = rows.length - LIST.rows;
  return left > 0 ? [...rows.slice(0, LIST.rows), [`and ${left} more, in the trace`]] : rows;
}

/** The rules that were not met: code, place, constraint, what was found. */
export function violationRows(violations: Summary["violations"]): Rows {
  return rowsByRun(violations, ({ violation_code, field, event, constraint, actual }) => [
    violation_code,
    field ?? event ?? "",
    constraint ?? "",
    actual === undefined ? "" : plain(actual),
  ]);
}

/** What http effects sent: place, method, address, and the status or what happened instead. */
export function requestRows(requests: Summary["requests"]): Rows {
  return rowsByRun(requests, ({ node, step, method, url, status, failure }) => [
    `${node}.${step}`,
    plain(method),
    plain(url),
    status === undefined ? plain(failure ?? "no answer") : String(status),
  ]);
}

/** Why steps did not succeed: place, outcome, code, facts. */
export function reasonRows(reasons: Summary["reasons"]): Rows {
  return rowsByRun(reasons, ({ node, step, outcome, attempt, reason: { code, ...facts } }) => [
    `${node}.${step}${attempt === undefined ? "" : ` attempt ${attempt}`}`,
    outcome,
    plain(code),
    Object.keys(facts).length === 0 ? "" : plain(canonical(facts)),
  ]);
}

/** What decided: place, condition, the same with its values, the outcome. Of many, those that differ in values are one. */
export function evaluationRows(evaluations: Summary["evaluations"]): Rows {
  const hasValues = evaluations.length <= TOLD_SINGLY;
  return gathered(
    rowsByRun(evaluations, ({ node, condition, left, right, outcome }) => [
      node,
      condition,
      ...(hasValues ? [plain(comparedText({ condition, left, right }, canonical))] : []),
      "->",
      outcome,
    ]),
  );
}

/** Who holds a lock, as it says itself. */
export function holderText({ pid, host, namespace }: LockHolder): string {
  if (pid === null) return "an unnamed process";
  return `process ${pid} on host ${host}${namespace === "" ? "" : ` in PID namespace ${namespace}`}`;
}

/** Text from outside, or a value as JSON, on one line of visible characters. */
export function plain(value: Json | undefined): string {
  return printable(typeof value === "string" ? value : JSON.stringify(value ?? null));
}
