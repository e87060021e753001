/** How the result of compiling is shown: as text, as JSON, as a part of a verdict. */

import { counted } from "../../errors/counted.ts";
import { canonical } from "../../json/canonical.ts";
import { pointer } from "../../json/pointer.ts";
import type { Notice, Part, Rule } from "../../report/result.ts";
import { PROBLEMS, type Problem, withPaths } from "../../snapshot/build/problem.ts";
import { codeOf } from "../../snapshot/fqdn.ts";
import { SEAL_FILE } from "../../snapshot/seal.ts";
import type { Paint } from "../colour.ts";
import { type CompiledSources, shownProblem } from "../compile-authored.ts";
import type { Context } from "../context.ts";
import { withPlaces } from "../place-hints.ts";
import { plain, shownOf } from "../print.ts";
import { reported } from "../report-files.ts";
import type { Printed } from "../report-view.ts";

export interface CompileResult extends CompiledSources {
  /** Whether nothing was to be changed. */
  readonly isCheck: boolean;
  /** The file of the seal that was removed; null where none was. */
  readonly removedSeal: string | null;
}

export function compileReport(context: Context, command = "pgs compile"): Printed<CompileResult> {
  return {
    command,
    toParts: (result) => [compilePart(result, context)],
    toJson: (result) => compileJson(result, context),
    toText: (result, paint) => compileText(result, paint, context),
  };
}

function compileJson(result: CompileResult, context: Context): object {
  const { compilation, differences, errors, isCheck, removedSeal, authored } = result;
  const pathsOf = (...wanted: readonly string[]) =>
    differences.filter(({ what }) => wanted.includes(what)).map(({ path }) => path);
  return {
    ok: errors.length === 0 && !(isCheck && differences.length > 0),
    artifacts: compilation.artifacts,
    counts: { error: errors.length, warning: compilation.problems.length - errors.length },
    problems: compilation.problems.map((problem) => problemJson(problem, authored, context)),
    stale: differences.length > 0,
    [isCheck ? "to_write" : "written"]: pathsOf("missing", "differs"),
    [isCheck ? "to_remove" : "removed"]: pathsOf("stale"),
    generated: compilation.generated,
    seal_removed: removedSeal !== null,
  };
}

function problemJson(problem: Problem, authored: string, context: Context): object {
  const { file, line, column, code, severity, message, hint, path } = shownProblem(problem, authored, context);
  const at = path === undefined ? null : pointer(path);
  return { file, line, column, code, severity, at, message, hint };
}

function compileText(result: CompileResult, paint: Paint, context: Context): string {
  const problems = problemsText(result, paint, context);
  return `${problems}${problems === "" ? "" : "\n"}${withPlaces(outcomeText(result, paint), context)}`;
}

/** Each problem with its place and its hint, the errors first. */
export function problemsText(result: CompiledSources, paint: Paint, context: Context): string {
  const { compilation, errors, authored } = result;
  const warnings = compilation.problems.filter(({ severity }) => severity === "warning");
  const { shown, rest } = shownOf([...errors, ...warnings]);
  const told = shown.map((problem) => {
    const { file, line, column, severity, code, message, hint } = shownProblem(problem, authored, context);
    const place = `${plain(file)}:${line}:${column}`;
    const head = `${place}  ${paint(severity === "error" ? "bad" : "strong", severity)}  ${code}`;
    return `${head}\n  ${plain(message)}\n  hint: ${plain(hint)}\n`;
  });
  return `${told.join("")}${rest}`;
}

function outcomeText(result: CompileResult, paint: Paint): string {
  const { compilation, differences, errors, isCheck, removedSeal } = result;
  const sum = `${sumOf(result)}\n`;
  if (errors.length > 0) return `${paint("bad", sum)}the snapshot stays as it is\n`;
  const made = compilation.generated
    .filter((name) => differences.some(({ path }) => path.endsWith(`${codeOf(name)}.json`)))
    .map((name) => `${name} is made from the capability's declaration\n`)
    .join("");
  if (differences.length === 0) return `${paint("good", sum)}the snapshot is up to date\n`;
  const stale = differences.filter(({ what }) => what === "stale").length;
  const [write, remove] = isCheck ? ["to write", "to remove"] : ["written", "removed"];
  const changes = [
    `${counted(differences.length - stale, "file")} ${write}`,
    ...(stale === 0 ? [] : [`${stale} ${remove}`]),
  ].join(", ");
  if (isCheck) return `${paint("bad", sum)}${made}the snapshot is stale: ${changes}\nhint: type pgs compile\n`;
  return `${paint("good", sum)}${made}${changes}\n${sealText(removedSeal)}`;
}

function sealText(removed: string | null): string {
  if (removed === null) return "";
  return removed === SEAL_FILE
    ? "seal.json is removed, with its signatures: type pgs seal\n"
    : `${removed} is removed: it signed the snapshot as it was\n`;
}

export function sumOf({ compilation, errors }: CompiledSources): string {
  const warnings = compilation.problems.length - errors.length;
  return `${counted(compilation.artifacts, "artifact")}: ${counted(errors.length, "error")}, ${counted(warnings, "warning")}`;
}

export function compilePart(result: CompileResult, context: Context): Part {
  const { compilation, errors, differences, isCheck } = result;
  const isStale = isCheck && differences.length > 0;
  const notices = compilation.problems.map((problem) => toNotice(problem, result.authored, context));
  const stale: Notice = {
    rule: STALE.id,
    level: "error",
    message: `the snapshot is stale: ${counted(differences.length, "file differs", "files differ")}`,
    hint: withPlaces("type pgs compile", context),
    fingerprint: STALE.id,
  };
  return {
    name: "compile",
    state: errors.length > 0 || isStale ? "failed" : "passed",
    counted: sumOf(result),
    rules: [...rulesOf(compilation.problems), ...(isStale ? [STALE] : [])],
    notices: [...notices, ...(isStale ? [stale] : [])],
    suites: [{ name: "compile", cases: casesOf(result) }],
  };
}

const STALE: Rule = {
  id: "SNAPSHOT_STALE",
  about: "The snapshot is what the authored Markdown makes.",
  level: "error",
};

function rulesOf(problems: readonly Problem[]): readonly Rule[] {
  const byCode = new Map(problems.map((one) => [one.code, one]));
  return [...byCode.values()].map(({ code, severity: level }) => {
    const about = Object.hasOwn(PROBLEMS, code)
      ? PROBLEMS[code as keyof typeof PROBLEMS]
      : code.startsWith("CAPABILITY_") && code !== "CAPABILITY_MISSING"
        ? "The capability packages can be loaded."
        : "The workflow compiles.";
    return { id: code, about, level };
  });
}

function toNotice(problem: Problem, authored: string, context: Context): Notice {
  const { code, severity: level, line, column, path } = problem;
  const shown = withPaths(problem, (file) => reported(`${authored}/${file}`, context));
  const { file, message, hint } = shown;
  return {
    rule: code,
    level,
    message,
    hint,
    file,
    line,
    column,
    ...(path === undefined ? {} : { pointer: pointer(path) }),
    fingerprint: canonical({ file: problem.file, code, message: problem.message }),
  };
}

function casesOf({ compilation, errors }: CompileResult) {
  const files = [...new Set(compilation.problems.map(({ file }) => file))];
  const subject = "pgs compile";
  if (files.length === 0) return [{ name: "every authored file", subject }];
  return files.map((name) => {
    const wrong = errors.filter(({ file }) => file === name);
    if (wrong.length === 0) return { name, subject };
    const detail = wrong.map(({ line, column, message }) => `${line}:${column} ${message}\n`).join("");
    return { name, subject, failed: { message: counted(wrong.length, "error"), detail } };
  });
}
