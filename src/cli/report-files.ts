/** The reports that a command writes for other programs, besides what it prints. */

import { utf8 } from "../json/text.ts";
import { IoError } from "../ports.ts";
import { githubText } from "../report/github.ts";
import { junitText } from "../report/junit.ts";
import { summaryText } from "../report/markdown.ts";
import type { Verdict } from "../report/result.ts";
import { sarifText } from "../report/sarif.ts";
import { SEAL_FILE } from "../snapshot/seal.ts";
import { type Context, shortPath } from "./context.ts";
import { UsageFault } from "./errors.ts";
import type { ValuesOf } from "./option.ts";
import type { REPORTS } from "./shared-options.ts";
import { writeFileArgument } from "./write-file.ts";

/** The reports that were asked for. */
export type Reports = ValuesOf<typeof REPORTS>;

const DOCUMENTS = ["junit", "sarif", "summary"] as const;

/** Whether a report is printed instead of text. */
export function isPrinted(reports: Reports): boolean {
  return DOCUMENTS.some((name) => reports[name] === "-");
}

/** @throws UsageFault when one cannot be written */
export function writeReports(verdict: Verdict, reports: Reports, context: Context): void {
  const { platform } = context;
  const { junit, sarif, summary, github } = reports;
  if (junit !== undefined) leave(junit, junitText(verdict, platform.clock.now()), context);
  if (sarif !== undefined) leave(sarif, sarifText(verdict, platform.tool, sealFile(context)), context);
  const step = github ? platform.env["GITHUB_STEP_SUMMARY"] || undefined : undefined;
  for (const file of new Set([summary, step])) {
    if (file !== undefined) append(file, verdict, context);
  }
  if (github) context.printExactly(githubText(verdict));
}

/** What is to blame where no other file is. */
function sealFile(context: Context): string {
  return reported(`${context.settings.snapshot}/${SEAL_FILE}`, context);
}

/** A summary is one section of a page that others write, too. */
function append(file: string, verdict: Verdict, context: Context): void {
  const before = (file === "-" ? null : read(file, context)) ?? "";
  leave(file, `${before}${summaryText(verdict, PAGE - Buffer.byteLength(before))}`, context);
}

/** The page of a step's summary holds so many bytes; what is larger is not shown at all. */
const PAGE = 2 ** 20;

function read(file: string, { platform, path }: Context): string | null {
  try {
    const bytes = platform.files.read(path(file));
    return bytes === null ? null : utf8(bytes);
  } catch (error) {
    throw error instanceof IoError ? unwritable(file, error) : error;
  }
}

function leave(file: string, text: string, context: Context): void {
  writeFileArgument(file, text, context, (cause) => unwritable(file, cause));
}

function unwritable(file: string, cause: IoError): UsageFault {
  return new UsageFault("REPORT_UNWRITABLE", { file, errno: cause.errno }, { cause });
}

/** A file as a report names it: from the checkout that the reader looks at, or from the current folder. */
export function reported(file: string, { platform, path }: Context): string {
  const root = platform.env["GITHUB_WORKSPACE"] || platform.cwd;
  return shortPath(path(file), root.length > 1 ? root.replace(/\/+$/, "") : root);
}
