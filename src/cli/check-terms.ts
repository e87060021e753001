/** Which findings of a check count, as the command line and the configuration say. */

import { type Known, parseBaseline } from "../check/baseline.ts";
import { type Config, NO_CONFIG, parseConfig, readConfigFile } from "../check/config.ts";
import { CheckFault } from "../check/errors.ts";
import type { Terms } from "../check/evaluate.ts";
import { RULES } from "../check/rules.ts";
import { type Context, shortPath } from "./context.ts";
import { readFileArgument } from "./file-argument.ts";
import type { ValuesOf } from "./option.ts";
import { plain, printError } from "./print.ts";
import type { CHECK_TERMS } from "./shared-options.ts";

interface NamedTerms extends Terms {
  /** The baseline's. */
  readonly file: string | undefined;
}

/** The terms that the command line and the configuration name. @throws UsageFault for a file that cannot be read as one */
export function readCheckTerms(
  asked: ValuesOf<typeof CHECK_TERMS>,
  context: Context,
  isBaselineRead = true,
): NamedTerms {
  const { config, folder } = readConfig(asked.config, context);
  const file = asked.baseline ?? (config.baseline === null ? undefined : `${folder}/${config.baseline}`);
  const baseline = file !== undefined && isBaselineRead ? readBaseline(file, context) : [];
  return { config, file, baseline, failOn: asked.failOn ?? config.failOn ?? "error" };
}

/** The configuration as a file of its own, from before there was a `pgs.json`. */
const FORMER_FILE = "pgs-check.json";

interface FoundConfig {
  readonly config: Config;
  /** Where the path of the baseline starts. */
  readonly folder: string;
}

/** The configuration that is named, else the member of `pgs.json`, else the former file. @throws CheckFault for both */
function readConfig(given: string | undefined, context: Context): FoundConfig {
  const { platform, settings } = context;
  if (given !== undefined) return configIn(given, context);
  const beside = [settings.workspace, parentOf(settings.snapshot)].map((folder) => `${folder}/${FORMER_FILE}`);
  const former = beside.find((one) => platform.files.realPath(one) !== null);
  const { file, check, workspace: folder } = settings;
  if (file === null || check === null) {
    if (former === undefined) return { config: NO_CONFIG, folder };
    noteFormer(former, context);
    return configIn(former, context);
  }
  const shown = shortPath(file, platform.cwd);
  if (former !== undefined)
    throw new CheckFault("CHECK_CONFIG_TWICE", { file: shortPath(former, platform.cwd), other: shown });
  return { config: parseConfig({ ...check, file: shown, at: "/check" }, RULES), folder };
}

function noteFormer(former: string, context: Context): void {
  if (context.settings.quiet) return;
  const file = plain(shortPath(former, context.platform.cwd));
  printError(context, `notice: ${file} is read; it can be the member "check" of pgs.json instead\n`);
}

function configIn(file: string, context: Context): FoundConfig {
  const { platform, path } = context;
  const bytes = readFileArgument(file, "the configuration", context);
  const source = readConfigFile(bytes, shortPath(path(file), platform.cwd));
  return { config: parseConfig(source, RULES), folder: parentOf(path(file)) };
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf("/"), 0));
}

function readBaseline(file: string, context: Context): readonly Known[] {
  const bytes = readFileArgument(file, "the baseline", context);
  return parseBaseline(bytes, shortPath(context.path(file), context.platform.cwd));
}
