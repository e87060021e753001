/** `pgs check`: does the snapshot keep the rules of the protocol, before anything of it is run? */

import { registry } from "../../../capabilities/registry.ts";
import { readSnapshotModel } from "../../../check/analysis/snapshot-model.ts";
import { baselineText, type Known, parseBaseline } from "../../../check/baseline.ts";
import { type Config, NO_CONFIG, parseConfig } from "../../../check/config.ts";
import { coverageOf } from "../../../check/coverage.ts";
import { CheckFault } from "../../../check/errors.ts";
import { type CheckResult, evaluate, type Terms } from "../../../check/evaluate.ts";
import { RULES } from "../../../check/rules.ts";
import { counted } from "../../../errors/counted.ts";
import { IoError } from "../../../ports.ts";
import { requireFolder } from "../../../snapshot/load.ts";
import { type Context, shortPath } from "../../context.ts";
import { defineCommand } from "../../define-command.ts";
import { UsageFault } from "../../errors.ts";
import { EXIT } from "../../exit-codes.ts";
import { readFileArgument } from "../../file-argument.ts";
import { requireTrust } from "../../load.ts";
import { flag, type ValuesOf } from "../../option.ts";
import { checkOutputs } from "../../output-files.ts";
import { plain, printJson, printText } from "../../print.ts";
import { print } from "../../report-view.ts";
import { CHECK_TERMS, REPORTS, TRUST } from "../../shared-options.ts";
import { trustOf } from "../../trust.ts";
import { checkReport, coverageReport } from "./view.ts";

/** What counts as a finding, as it was asked for. */
export type AskedTerms = ValuesOf<typeof CHECK_TERMS>;

export const check = defineCommand({
  details: "The rules cover routes, outcomes, paths, types, events and results that nothing reads.",
  arguments: {},
  options: {
    Check: {
      ...CHECK_TERMS,
      "update-baseline": flag("write the findings to the baseline instead of printing them"),
      coverage: flag("list the invariants of the snapshot: which are checked, which are not, and why"),
    },
    Seal: TRUST,
    Report: REPORTS,
  },
  shared: ["workspace", "snapshot", "json", "quiet", "debug", "no-color"],
  examples: [
    ["pgs check --fail-on warning", "check the snapshot; also fail on warnings"],
    [
      "pgs check --baseline known.json --update-baseline",
      "record the findings of today, so that only new ones count",
    ],
  ],
  exitCodes: {
    SUCCESS: "no finding that counts",
    SNAPSHOT: true,
    FOUND: "a finding of the --fail-on severity or above",
  },
  async action(request, context) {
    const { platform, settings } = context;
    requireFolder(settings.snapshot, platform.files, settings);
    const terms = termsOf(request, context, !request.updateBaseline);
    const newBaseline = request.updateBaseline ? terms.file : undefined;
    const baseline = request.updateBaseline ? undefined : terms.file;
    const inputs = { "a key": request.key, "the configuration": request.config, "the baseline": baseline };
    await checkOutputs({ ...request, newBaseline }, inputs, context);
    await requireTrust(trustOf(request, context), context);
    const model = await readSnapshotModel(settings.snapshot, platform.files, registry);
    if (request.coverage) {
      await print(coverageOf(model, RULES), coverageReport, request, context);
      return EXIT.SUCCESS;
    }
    const result = evaluate(model, RULES, terms);
    if (request.updateBaseline) return updateBaseline(terms.file, result, context);
    await print(result, checkReport, request, context);
    return result.failed ? EXIT.FOUND : EXIT.SUCCESS;
  },
});

/** What holding the snapshot to every rule gives. @throws UsageFault for a configuration or baseline that is none */
export async function checkSnapshot(asked: AskedTerms, context: Context): Promise<CheckResult> {
  const terms = termsOf(asked, context);
  const model = await readSnapshotModel(context.settings.snapshot, context.platform.files, registry);
  return evaluate(model, RULES, terms);
}

interface NamedTerms extends Terms {
  /** The baseline's. */
  readonly file: string | undefined;
}

function termsOf(asked: AskedTerms, context: Context, isBaselineRead = true): NamedTerms {
  const { config, folder } = readConfig(asked.config, context);
  const file = asked.baseline ?? (config.baseline === null ? undefined : `${folder}/${config.baseline}`);
  const baseline = file !== undefined && isBaselineRead ? readBaseline(file, context) : [];
  return { config, file, baseline, failOn: asked.failOn ?? config.failOn ?? "error" };
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
