/** `pgs check`: does the snapshot keep the rules of the protocol, before anything of it is run? */

import { registry } from "../../../capabilities/registry.ts";
import { readSnapshotModel } from "../../../check/analysis/snapshot-model.ts";
import { baselineText, type Known, parseBaseline } from "../../../check/baseline.ts";
import { type Config, NO_CONFIG, parseConfig } from "../../../check/config.ts";
import { coverageOf } from "../../../check/coverage.ts";
import { CheckFault } from "../../../check/errors.ts";
import { type CheckResult, evaluate, type Terms } from "../../../check/evaluate.ts";
import type { Severity } from "../../../check/rule.ts";
import { RULES } from "../../../check/rules.ts";
import { counted } from "../../../errors/counted.ts";
import { IoError } from "../../../ports.ts";
import { requireFolder } from "../../../snapshot/load.ts";
import { type CommonOptions, type Context, shortPath } from "../../context.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { requireTrust, type SealOptions } from "../../load.ts";
import { plain, printJson, printText } from "../../print.ts";
import { checkReports, type ReportOptions } from "../../report-files.ts";
import { print } from "../../report-view.ts";
import { checkReport, coverageReport } from "./view.ts";

export interface TermOptions {
  readonly config?: string;
  readonly baseline?: string;
  readonly failOn?: Severity;
}

export interface CheckOptions extends CommonOptions, SealOptions, TermOptions, ReportOptions {
  readonly updateBaseline?: boolean;
  readonly coverage?: boolean;
}

export async function checkCommand(options: CheckOptions, context: Context): Promise<number> {
  const { platform, settings } = context;
  checkReports(options, context);
  requireFolder(settings.snapshot, platform.files, settings);
  const terms = termsOf(options, context);
  await requireTrust(options, context);
  const subject = await readSnapshotModel(settings.snapshot, platform.files, registry);
  if (options.coverage === true) {
    await print(coverageOf(subject, RULES), coverageReport, options, context);
    return EXIT.SUCCESS;
  }
  const result = evaluate(subject, RULES, terms);
  if (options.updateBaseline === true) return updateBaseline(terms.file, result, context);
  await print(result, checkReport, options, context);
  return result.failed ? EXIT.FOUND : EXIT.SUCCESS;
}

/** What holding the snapshot to every rule gives. @throws UsageFault for a configuration or baseline that is none */
export async function checkSnapshot(options: TermOptions, context: Context): Promise<CheckResult> {
  const terms = termsOf(options, context);
  const subject = await readSnapshotModel(context.settings.snapshot, context.platform.files, registry);
  return evaluate(subject, RULES, terms);
}

interface NamedTerms extends Terms {
  /** The baseline's. */
  readonly file: string | undefined;
}

function termsOf(options: TermOptions & Pick<CheckOptions, "updateBaseline">, context: Context): NamedTerms {
  const { config, folder } = readConfig(options.config, context);
  const file = options.baseline ?? (config.baseline === null ? undefined : `${folder}/${config.baseline}`);
  const isRead = file !== undefined && options.updateBaseline !== true;
  const baseline = isRead ? readBaseline(file, context) : [];
  return { config, file, baseline, failOn: options.failOn ?? config.failOn ?? "error" };
}

const CONFIG_FILE = "pgs-check.json";

/** The configuration that is named, else the one in the workspace or beside the snapshot; with its folder. */
function readConfig(
  given: string | undefined,
  context: Context,
): { readonly config: Config; readonly folder: string } {
  const { platform, settings, path } = context;
  const beside = [settings.workspace, parentOf(settings.snapshot)].map((folder) => `${folder}/${CONFIG_FILE}`);
  const file = given ?? beside.find((one) => platform.files.realPath(one) !== null);
  if (file === undefined) return { config: NO_CONFIG, folder: settings.workspace };
  const bytes = readFileArgument(file, "the configuration", context);
  const folder = parentOf(path(file));
  return { config: parseConfig(bytes, shortPath(path(file), platform.cwd), RULES), folder };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function readBaseline(file: string, context: Context): readonly Known[] {
  const bytes = readFileArgument(file, "the baseline", context);
  return parseBaseline(bytes, shortPath(context.path(file), context.platform.cwd));
}

/** @throws UsageFault when none is named, or it cannot be written */
function updateBaseline(file: string | undefined, { findings }: CheckResult, context: Context): number {
  const { platform, settings, path } = context;
  if (file === undefined) {
    const hint = `name it with --baseline FILE, or as "baseline" in ${CONFIG_FILE}`;
    throw new UsageFault("BAD_USAGE", { message: "--update-baseline has no file to write", hint });
  }
  try {
    platform.writeFile(path(file), baselineText(findings));
  } catch (error) {
    if (!(error instanceof IoError)) throw error;
    throw new CheckFault("BASELINE_UNWRITABLE", { file, errno: error.errno }, { cause: error });
  }
  const name = shortPath(path(file), platform.cwd);
  if (settings.json) printJson(context, { baseline: name, recorded: findings.length });
  else if (!settings.quiet)
    printText(context, `${plain(name)}: ${counted(findings.length, "finding")} recorded\n`);
  return EXIT.SUCCESS;
}
